"""XML that wants to harm who reads it, as diagrams: entities, bombs, depth, lies about the encoding."""

from __future__ import annotations

HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
        'id="defs" targetNamespace="t">')


def doc(dtd: str = "", text: str = "x", attribute: str = "", head: str = '<?xml version="1.0"?>') -> bytes:
    body = (f'<process id="p" isExecutable="true" {attribute}><documentation>{text}</documentation><startEvent id="s"/>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/></process></definitions>')
    return (head + dtd + HEAD + body).encode()


def laughs(levels: int) -> str:
    return ('<!DOCTYPE definitions [<!ENTITY l0 "lollollollol">'
            + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, levels + 1)) + "]>")


ATTACKS = {
    "internal entity": lambda: doc('<!DOCTYPE definitions [<!ENTITY a "INSIDE">]>', "&a;"),
    "bare DOCTYPE": lambda: doc("<!DOCTYPE definitions>"),
    "DOCTYPE in UTF-16": lambda: doc("<!DOCTYPE definitions>", head="").decode().encode("utf-16"),
    "DOCTYPE after BOM": lambda: b"\xef\xbb\xbf" + doc("<!DOCTYPE definitions>", head=""),
    "billion laughs": lambda: doc(laughs(9), "&l9;"),
    "laughs in an attribute": lambda: doc(laughs(4), attribute='name="&l4;"'),
    "quadratic": lambda: doc('<!DOCTYPE definitions [<!ENTITY a "' + "A" * 100_000 + '">]>', "&a;" * 40),
    "external entity": lambda: doc('<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
    "external DTD": lambda: doc('<!DOCTYPE definitions SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter entity": lambda: doc('<!DOCTYPE definitions [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'),
    "unknown entity": lambda: doc(text="&nothere;"),
    "XInclude": lambda: doc(text='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x" parse="text"/>'),
    "depth 240": lambda: doc(text="<a>" * 240 + "</a>" * 240),
    "depth 5,000": lambda: doc(text="<a>" * 5000 + "</a>" * 5000),
    "text of 1 MB": lambda: doc(text="A" * 1_000_000),
    "file of 11 MB": lambda: doc(text="A" * 11_000_000),
    "100,000 attributes": lambda: doc(attribute=" ".join(f'a{i}=""' for i in range(100_000))),
    "60,000 elements": lambda: doc(text="<a/>" * 60_000),
    "1,000,000 elements": lambda: doc(text="<a/>" * 1_000_000),
    "NUL byte": lambda: doc(text="a\0b"),
    "encoding lie": lambda: doc(head='<?xml version="1.0" encoding="UTF-16"?>'),
    "truncated": lambda: doc()[:-20],
    "other root": lambda: b"<x/>",
    "empty": lambda: b"",
    "id twice": lambda: doc().replace(b'id="e"', b'id="s"'),
    "quote in an id": lambda: doc().replace(b'"s"', b'"s\'s"'),
    "XPath in a reference": lambda: doc().replace(b'sourceRef="s"', b'sourceRef="x\' or \'1\'=\'1"'),
}
