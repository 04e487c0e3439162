"""What differs between two diagrams: what their elements mean, and apart from that where they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from app.kernel.differing import ORDER, Part, PartChange, differing
from app.kernel.safe_xml import BPMN, read_xml

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_LEFT_OUT = frozenset({"incoming", "outgoing"})
"""What the flows say as well."""
_MEMBERS = frozenset({"flowNodeRef"})
_NAMED_BY = {"property": "name", "header": "key", "input": "target", "output": "target", "correlationKey": "id"}
"""What tells one child of a kind from another where the file's order does not."""
PRESENT = "✓"
"""What a mark says that has nothing in it."""
_WRAPPERS = frozenset({"extensionElements", "properties", "ioMapping", "taskHeaders"})


def compare(before: bytes, after: bytes, file: str = "") -> tuple[PartChange, ...]:
    """What became of which element. Raises DefinitionError for what is no BPMN file."""
    return differing(parts(before, file), parts(after, file))


def parts(data: bytes, file: str = "") -> dict[str, Part]:
    """All elements of a file that people can point at, by id, in the order of the file."""
    root = read_xml(data, f"{{{BPMN}}}definitions", file)
    places = _places(root)
    found: dict[str, Part] = {}
    for node in root:
        if etree.QName(node).namespace == BPMN:
            _collect(node, "", found, places)
    return found


def _collect(node: Any, scope: str, found: dict[str, Part], places: Mapping[str, str]) -> None:
    """An element and those inside it that have a name of their own. `scope`: the process or subprocess around it."""
    own, tag = str(node.get("id") or ""), etree.QName(node).localname
    inner = [child for child in node if _stands_alone(child)]
    if own and tag != "laneSet":
        facts = {"scope": scope} if scope else {}
        _facts(node, "", facts)
        name = facts.get("name", "")
        found[own] = Part(own, tag, name, facts.get("property name_en") or name, facts, places.get(own, ""))
    inside = own if tag in ("process", "subProcess", "adHocSubProcess", "transaction") else scope
    for child in inner:
        _collect(child, inside, found, places)


_ALONE = frozenset({"laneSet", "childLaneSet", "lane", "participant", "messageFlow", "sequenceFlow", "association",
                    "textAnnotation", "group", "dataObject", "dataObjectReference", "dataStoreReference"})


def _stands_alone(node: Any) -> bool:
    name = etree.QName(node)
    if name.namespace != BPMN:
        return False
    tag = name.localname
    return tag in _ALONE or tag.endswith(("Task", "Gateway", "Event", "SubProcess", "Activity")) or tag in (
        "task", "subProcess", "transaction")


def _facts(node: Any, prefix: str, facts: dict[str, str]) -> None:
    """What an element says, itself and by what stands in it, as texts by path."""
    for name, value in node.attrib.items():
        key = etree.QName(name).localname
        if key != "id" or (prefix and etree.QName(node).namespace != BPMN):
            facts[_path(prefix, key)] = str(value)
    text = (node.text or "").strip()
    if text:
        facts[prefix or "text"] = text
    counts: dict[str, int] = {}
    orders: dict[str, list[str]] = {}
    for child in node:
        tag = etree.QName(child).localname
        if tag in _LEFT_OUT or _stands_alone(child):
            continue
        if tag in _MEMBERS:
            facts["members"] = "\n".join(sorted((*facts.get("members", "").split(), (child.text or "").strip())))
            continue
        _child(child, tag, prefix, facts, counts, orders)
    facts |= {path: "\n".join(names) for path, names in orders.items() if len(names) > 1}


def _child(child: Any, tag: str, prefix: str, facts: dict[str, str], counts: dict[str, int],
           orders: dict[str, list[str]]) -> None:
    if tag in _WRAPPERS:
        _facts(child, prefix, facts)
        return
    key = _NAMED_BY.get(tag)
    named = str(child.get(key) or "") if key else ""
    counts[f"{tag} {named}"] = number = counts.get(f"{tag} {named}", 0) + 1
    path = _path(prefix, f"{tag} {named}".strip() + (f" #{number}" if number > 1 else ""))
    if not named:
        _facts(child, path, facts)
        if not any(one == path or one.startswith(f"{path}/") for one in facts):
            facts[path] = PRESENT
        return
    rest = {etree.QName(name).localname: str(value) for name, value in child.attrib.items()
            if etree.QName(name).localname != key}
    facts[path] = next(iter(rest.values())) if len(rest) == 1 else ", ".join(f"{a}={b}" for a, b in rest.items())
    if tag in ("input", "output"):
        orders.setdefault(_path(prefix, f"{tag} {ORDER}"), []).append(named)


def _path(prefix: str, key: str) -> str:
    return f"{prefix}/{key}" if prefix else key


def _places(root: Any) -> dict[str, str]:
    """Element id -> where it is drawn: bounds of shape and label, or the points of a flow."""
    found: dict[str, str] = {}
    for plane in root.iter(f"{{{_DI}}}BPMNPlane"):
        for shape in plane:
            element = shape.get("bpmnElement")
            if element:
                bits = [f"{etree.QName(one).localname} " + " ".join(_number(one.get(name)) for name in one.attrib)
                        for one in shape.iter() if one is not shape and len(one.attrib) and one.get("id") is None]
                flags = [f"{name}={shape.get(name)}" for name in ("isExpanded", "isHorizontal") if shape.get(name)]
                found[str(element)] = "; ".join([*flags, *bits])
    return found


def _number(value: Any) -> str:
    """`100` and `100.0` are one place."""
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return str(value)
