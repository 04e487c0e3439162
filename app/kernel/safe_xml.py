"""Reading an uploaded XML file: bytes in, a checked tree out. No entity, no DOCTYPE, no network, nothing unbounded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lxml import etree

from app.kernel.errors import DefinitionError, Problem, msg

MAX_BYTES = 5_000_000
MAX_ELEMENTS, MAX_DEPTH, MAX_ATTRIBUTES, MAX_TEXT = 50_000, 100, 64, 200_000
MAX_PROBLEMS = 20
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,199}\Z")
"""An NCName kept to ASCII: SpiffWorkflow puts ids into XPath text."""
QNAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.\-]{0,199}:)?[A-Za-z_][A-Za-z0-9_.\-]{0,199}\Z")
REFERENCES = frozenset({
    "sourceRef", "targetRef", "attachedToRef", "processRef", "default", "messageRef", "signalRef", "errorRef",
    "escalationRef", "dataObjectRef", "dataStoreRef", "calledElement", "operationRef", "itemSubjectRef", "bpmnElement",
})
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMED = frozenset({
    BPMN, "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI", "http://www.omg.org/spec/DMN/20180521/DI/",
    "http://www.omg.org/spec/DMN/20180521/DC/", "http://camunda.org/schema/zeebe/1.0", None,
    *(f"https://www.omg.org/spec/DMN/{version}/{part}/" for version in ("20191111", "20211108", "20230324")
      for part in ("MODEL", "DMNDI")),
})
"""Namespaces whose ids name elements. In a stranger's extension an id may be anything that is no plain name: nothing
can refer to it, and it can stand for none of ours."""
REFERENCE_TAGS = frozenset(
    f"{{{BPMN}}}{name}"
    for name in ("incoming", "outgoing", "flowNodeRef", "sourceRef", "targetRef", "correlationPropertyRef"))
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False, "load_dtd": False, "dtd_validation": False, "attribute_defaults": False,
    "no_network": True, "huge_tree": False, "remove_comments": True, "remove_pis": True,
}
_trees: ContextVar[dict[tuple[bytes, str | tuple[str, ...]], Any] | None] = ContextVar("trees", default=None)


class _Refused(ValueError):
    """Raised inside the streaming pass; carries a message id and its parameters."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message, self.params = message, params


class _Caps:
    """Parser target of the first pass: builds nothing, counts, and stops early."""

    def __init__(self) -> None:
        self.elements = self.depth = self.text = 0
        self.near: str | None = None
        """The id read last: where it was when the reading stopped."""

    def doctype(self, *_parts: Any) -> None:
        raise _Refused(msg("A DOCTYPE is not allowed."))

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        self.elements, self.depth, self.text = self.elements + 1, self.depth + 1, 0
        self.near = attributes.get("id", self.near)
        if self.elements > MAX_ELEMENTS:
            raise _Refused(msg("The file has more than %(most)s elements."), most=MAX_ELEMENTS)
        if self.depth > MAX_DEPTH:
            raise _Refused(msg("Elements are nested more than %(most)s deep."), most=MAX_DEPTH)
        if len(attributes) > MAX_ATTRIBUTES or sum(map(len, attributes.values())) > MAX_TEXT:
            raise _Refused(msg("An element has too many or too long attributes."))

    def end(self, _tag: str) -> None:
        self.depth, self.text = self.depth - 1, 0

    def data(self, text: str) -> None:
        self.text += len(text)
        if self.text > MAX_TEXT:
            raise _Refused(msg("A text is longer than %(most)s characters."), most=MAX_TEXT)

    def close(self) -> int:
        return self.elements


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, a file that was found sound is read once: whoever asks again gets the same tree, and changes nothing."""
    before = _trees.set({})
    try:
        yield
    finally:
        _trees.reset(before)


def read_xml(data: bytes, root_tag: str | tuple[str, ...], file: str | None = None) -> Any:
    """The root element of a checked tree; `root_tag` in Clark notation, one or several allowed.

    Raises DefinitionError (with line where known) for anything that is not a plain, small, well-formed file of
    this kind, or whose ids and references are not plain names used once.
    """
    known = _trees.get()
    if known is not None and (found := known.get((data, root_tag))) is not None:
        return found
    if len(data) > MAX_BYTES:
        raise _fault(file, 1, msg("The file is larger than %(most)s bytes."), most=MAX_BYTES)
    caps: Any = _Caps()  # the stubs of lxml know fuller targets only
    try:
        etree.fromstring(data, etree.XMLParser(target=caps, **_OPTIONS))
        root: Any = etree.fromstring(data, etree.XMLParser(recover=False, collect_ids=False, **_OPTIONS))
    except _Refused as error:
        raise _fault(file, 1 if caps.near is None else None, error.message, caps.near, **error.params) from None
    except etree.XMLSyntaxError as error:
        raise _fault(file, error.lineno, msg("This is not well-formed XML.")) from None
    except (ValueError, LookupError):
        raise _fault(file, 1, msg("The encoding of the file cannot be read.")) from None
    document = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise _fault(file, 1, msg("A DOCTYPE is not allowed."))
    allowed = (root_tag,) if isinstance(root_tag, str) else root_tag
    if root.tag not in allowed:
        raise _fault(file, root.sourceline, msg("The file starts with <%(found)s>, which is another kind of file."),
                     found=etree.QName(root).localname)
    problems = _check_names(root, file)
    if problems:
        raise DefinitionError(problems)
    if known is not None:
        known[(data, root_tag)] = root
    return root


def _fault(file: str | None, line: int | None, message: str, near: str | None = None, **params: Any) -> DefinitionError:
    place = near[:200] if near is not None and near.isprintable() else None
    return DefinitionError([Problem("xml", message, params, file=file, line=line, element=place)])


def _check_names(root: Any, file: str | None) -> list[Problem]:
    problems: list[Problem] = []
    ids: set[str] = set()
    for node in root.iter():
        problems += _check_node(node, ids, file)
        if len(problems) >= MAX_PROBLEMS:
            break
    return problems


def _check_node(node: Any, ids: set[str], file: str | None) -> list[Problem]:
    def problem(message: str, **params: Any) -> Problem:
        return Problem("xml", message, params, file=file, line=node.sourceline, element=node.get("id"))

    if not isinstance(node.tag, str):
        return [problem(msg("Entities are not allowed."))]
    if node.tag.startswith("{http://www.w3.org/2001/XInclude}"):
        return [problem(msg("XInclude is not allowed."))]
    found = []
    ident = node.get("id")
    if ident is not None and (NAME.match(ident) or etree.QName(node).namespace in NAMED):
        if not NAME.match(ident):
            found.append(problem(msg("The id is not a plain name (letters, digits, _ - .).")))
        elif ident in ids:
            found.append(problem(msg("The id %(id)s is used twice."), id=ident))
        ids.add(ident)
    values = [value for name, value in node.items() if name in REFERENCES]
    if node.tag in REFERENCE_TAGS:
        values.append((node.text or "").strip())
    found += [problem(msg("A reference is not a plain name.")) for v in values if not QNAME.match(v)]
    return found
