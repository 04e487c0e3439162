"""Whether two XML files say the same model: prefixes, order of attributes, white space and defaults apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DEFAULTS = {
    "gatewayDirection": "Unspecified", "startQuantity": "1", "completionQuantity": "1", "isForCompensation": "false",
    "isClosed": "false", "processType": "None", "triggeredByEvent": "false", "isSequential": "false", "behavior": "All",
    "ordering": "Parallel", "cancelRemainingInstances": "true", "parallelMultiple": "false", "isInterrupting": "true",
    "cancelActivity": "true", "isCollection": "false", "isUnlimited": "true", "itemKind": "Information",
    "associationDirection": "None", "instantiate": "false", "eventGatewayType": "Exclusive",
    "textFormat": "text/plain", "testBefore": "false", "mustUnderstand": "false",
    "expressionLanguage": "http://www.w3.org/1999/XPath", "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "structureKind": "",
    "isExecutable": "false",
    "hitPolicy": "UNIQUE", "preferredOrientation": "Rule-as-Row", "kind": "FEEL",
}
"""What the schemas say where an attribute is absent. `waitForCompletion` is not here: the editor writes false for it."""
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
REFERENCE = re.compile(r"([A-Za-z_][\w.\-]*):([A-Za-z_][\w.\-]*)\Z")


@dataclass(frozen=True)
class Difference:
    """`what`: an attribute, a text, or an element that is gone or came. `place`: the path of tags, with the nearest id."""

    what: str
    name: str
    place: str
    before: str = ""
    after: str = ""


def differences(before: bytes, after: bytes) -> list[Difference]:
    """Everything the second file says otherwise than the first."""
    roots = [etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True)) for data in (before, after)]
    _back_on_their_pages(*roots)
    return list(_compare(*roots, f"/{_local(roots[0])}"))


def _back_on_their_pages(before: Any, after: Any) -> None:
    """The editor draws a collapsed subprocess on a page (plane) of its own, and adds the page to the file: its shapes are
    the same, and count as they stood."""
    pages = {one.get("id") for one in before.iterchildren(f"{DI}BPMNDiagram")}
    home = {shape.get("id"): plane.get("id") or plane.get("bpmnElement") for plane in before.iter(f"{DI}BPMNPlane")
            for shape in plane}
    planes = {one.get("id") or one.get("bpmnElement"): one for one in after.iter(f"{DI}BPMNPlane")}
    for page in list(after.iterchildren(f"{DI}BPMNDiagram")):
        if page.get("id") in pages:
            continue
        for shape in list(page.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
            plane = planes.get(home.get(shape.get("id")))
            if plane is not None:
                plane.append(shape)
        if not list(page.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
            after.remove(page)


def _local(node: Any) -> str:
    return str(etree.QName(node).localname)


def _compare(a: Any, b: Any, place: str) -> Iterator[Difference]:
    ours, theirs = _attributes(a), _attributes(b)
    if _local(a) == "formalExpression":  # the editor writes the head of the group with the type beside it
        theirs.pop(XSI_TYPE, None)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield Difference("attribute", name, place, ours.get(name, "-"), theirs.get(name, "-"))
    if _text(a) != _text(b):
        yield Difference("text", _local(a), place, _text(a)[:200], _text(b)[:200])
    left, right = _children(a), _children(b)
    for tag in left.keys() | right.keys():
        yield from _pairs(left.get(tag, []), right.get(tag, []), place)


def _pairs(left: list[Any], right: list[Any], place: str) -> Iterator[Difference]:
    """Elements with ids belong together by these, others by their order."""
    named = {one.get("id"): one for one in right if one.get("id")}
    rest = [one for one in right if not one.get("id") or one.get("id") not in {each.get("id") for each in left}]
    for one in left:
        other = named.pop(one.get("id"), None) if one.get("id") else (rest.pop(0) if rest else None)
        where = f"{place}/{_local(one)}" + (f"[{one.get('id')}]" if one.get("id") else "")
        if other is None:
            yield Difference("gone", _clark(one), where, _short(one))
        else:
            yield from _compare(one, other, where)
    for one in rest:
        yield Difference("new", _clark(one), f"{place}/{_local(one)}", "", _short(one))


def _clark(node: Any) -> str:
    name = etree.QName(node)
    return f"{{{(name.namespace or '')}}}{name.localname}"


def _short(node: Any) -> str:
    return str(etree.tostring(node, encoding="unicode", with_tail=False))[:200]


def _children(node: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for one in node:
        found[str(one.tag).replace("}formalExpression", "}expression")].append(one)  # of one group in the schema
    return found


def _text(node: Any) -> str:
    whole = "".join([node.text or "", *(one.tail or "" for one in node)])
    return _value(" ".join(whole.split()), node)


def _attributes(node: Any) -> dict[str, str]:
    found = {}
    for name, value in node.attrib.items():
        if name.startswith("{http://www.w3.org/2001/XMLSchema-instance}") and name.endswith("schemaLocation"):
            continue
        if str(name) == XSI_TYPE and _declared(node, _value(str(value), node)):
            continue
        if DEFAULTS.get(name) != value:
            kind = _value(str(value), node)
            own = str(name) == XSI_TYPE and ":" not in kind and None in node.nsmap
            found[str(name)] = f"{{{node.nsmap[None]}}}{kind}" if own else kind
    return found


def _declared(node: Any, kind: str) -> bool:
    """Whether `xsi:type` says no more than the schema does: way points are points, and nothing else is allowed."""
    return _local(node) == "waypoint" and kind.endswith("}Point")


def _value(text: str, node: Any) -> str:
    """A prefixed name as what it means; a number as a number."""
    match = REFERENCE.match(text)
    if match and match[1] in node.nsmap:
        return f"{{{node.nsmap[match[1]]}}}{match[2]}"
    try:
        return repr(round(float(text), 4)) if re.fullmatch(r"-?\d+(\.\d+)?(E-?\d+)?", text) else text
    except ValueError:
        return text
