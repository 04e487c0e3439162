"""The tables of a DMN file as rows of texts for people to edit, and back: everything else in the file stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from app.dmn.reading import ROOT_TAGS, Element, child, children, local, name_of, own, text_element
from app.kernel.safe_xml import read_xml

DESCRIPTION, ANNOTATION = "description", "annotation"
REMEMBERED = 48
"""Files whose tables stay in memory."""
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


@dataclass(frozen=True)
class Column:
    """One column. `part`: input, output, annotation or description; `allowed`: its allowed values as written."""

    part: str
    label: str
    expression: str
    type: str
    allowed: str


@dataclass(frozen=True)
class Row:
    """One rule: its id (empty for a new one), its texts by column, and the ids under which faults are reported."""

    id: str
    cells: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One decision table of the file, and the id and name of the decision it makes."""

    id: str
    decision: str
    name: str
    hit_policy: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def sheets(data: bytes, file: str) -> list[Sheet]:
    """All tables of a file, in its order. Raises DefinitionError for what is no DMN file."""
    return list(_sheets(data, file))


@lru_cache(maxsize=REMEMBERED)
def _sheets(data: bytes, file: str) -> tuple[Sheet, ...]:
    """Versions never change: reading one again takes longer than the rest of a page."""
    return tuple(_sheet(element) for element in _tables(read_xml(data, ROOT_TAGS, file)))


def titles(data: bytes, file: str) -> dict[str, str]:
    """What the file calls each decision by id: its description, else its name."""
    return dict(_titles(data, file))


@lru_cache(maxsize=REMEMBERED)
def _titles(data: bytes, file: str) -> Mapping[str, str]:
    decisions = children(read_xml(data, ROOT_TAGS, file), "decision")
    notes = {str(each.get("id")): _description(each) for each in decisions}
    return {str(each.get("id")): (note.text if (note := notes[str(each.get("id"))]) is not None else "")
            or name_of(each) for each in decisions}


@lru_cache(maxsize=REMEMBERED)
def literals(data: bytes, file: str) -> frozenset[str]:
    """The texts in quotation marks that the file's expressions hold, so what it may answer of its own accord."""
    found = (_LITERAL.findall(each.text or "") for each in read_xml(data, ROOT_TAGS, file).iter()
             if isinstance(each.tag, str) and local(each) == "text" and own(each))
    return frozenset(text for texts in found for text in texts)


def written(data: bytes, file: str, rows: Mapping[str, Sequence[Row]]) -> tuple[bytes, dict[str, list[Row]]]:
    """The file with these rows in these tables (by id), and the rows with the ids they got.

    A row keeps the rule of its id with everything on it; an unknown id is a new rule.
    """
    root = read_xml(data, ROOT_TAGS, file)
    for element in _tables(root):
        if str(element.get("id")) in rows:
            _fill(element, rows[str(element.get("id"))])
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made + b"\n", {sheet.id: list(sheet.rows) for sheet in sheets(made, file)}


def _tables(root: Element) -> Iterator[Element]:
    return (element for element in root.iter() if isinstance(element.tag, str) and local(element) == "decisionTable"
            and own(element))


def _sheet(element: Element) -> Sheet:
    columns = [*(_input(each) for each in children(element, "input")),
               *(_output(each) for each in children(element, "output"))]
    notes = children(element, "annotation")
    columns += [Column(ANNOTATION, name_of(each), "", "string", "") for each in notes]
    columns += [] if notes else [Column(DESCRIPTION, "", "", "string", "")]
    owner = element.getparent()
    return Sheet(str(element.get("id") or ""), str(owner.get("id") or "") if owner is not None else "",
                 name_of(owner) if owner is not None else "",
                 str(element.get("hitPolicy", "UNIQUE")), tuple(columns),
                 tuple(_row(each, columns) for each in children(element, "rule")))


def _input(element: Element) -> Column:
    subject = child(element, "inputExpression")
    _, expression = text_element(subject)
    return Column("input", str(element.get("label") or expression), expression,
                  str(subject.get("typeRef") or "") if subject is not None else "",
                  text_element(child(element, "inputValues"))[1])


def _output(element: Element) -> Column:
    name = str(element.get("name") or "")
    return Column("output", str(element.get("label") or name), name, str(element.get("typeRef") or ""),
                  text_element(child(element, "outputValues"))[1])


def _row(rule: Element, columns: Sequence[Column]) -> Row:
    parts = _entries(rule, columns)
    cells, marks = [text_element(each)[1] for each in parts], [str(each.get("id") or "") for each in parts]
    if any(column.part == DESCRIPTION for column in columns):
        note = _description(rule)
        cells.append((note.text or "").strip() if note is not None else "")
        marks.append("")
    short = len(columns) - len(cells)
    return Row(str(rule.get("id") or ""), tuple(cells + [""] * short), tuple(marks + [""] * short))


def _entries(rule: Element, columns: Sequence[Column]) -> list[Element]:
    """The cells of a rule; annotations that no column of the table announces are left alone."""
    notes = sum(column.part == ANNOTATION for column in columns)
    return [*children(rule, "inputEntry", "outputEntry"), *children(rule, "annotationEntry")[:notes]]


def _description(rule: Element) -> Element | None:
    return next((each for each in rule if isinstance(each.tag, str) and local(each) == "description"), None)


def _fill(table: Element, rows: Sequence[Row]) -> None:
    rules = children(table, "rule")
    known = {str(rule.get("id")): rule for rule in rules}
    taken = {str(each.get("id")) for each in table.iter() if each.get("id")}
    columns = _sheet(table).columns
    for rule in rules:
        table.remove(rule)
    for row in rows:
        rule = known.pop(row.id, None)
        if rule is None:
            rule = _new_rule(table, columns, taken)
        _write(rule, columns, row.cells)
        table.append(rule)


def _new_rule(table: Element, columns: Sequence[Column], taken: set[str]) -> Element:
    number = 1
    while (name := f"{table.get('id')}_rule_{number}") in taken:
        number += 1
    taken.add(name)
    space = str(etree.QName(table).namespace)
    rule = etree.Element(f"{{{space}}}rule", id=name)
    counts: dict[str, int] = {}
    for column in columns:
        tag = {"input": "inputEntry", "output": "outputEntry", ANNOTATION: "annotationEntry"}.get(column.part)
        if tag is not None:
            counts[column.part] = counts.get(column.part, 0) + 1
            entry = etree.SubElement(rule, f"{{{space}}}{tag}")
            if column.part != ANNOTATION:
                entry.set("id", f"{name}_{column.part}_{counts[column.part]}")
            etree.SubElement(entry, f"{{{space}}}text")
    rule.tail = "\n      "
    return rule


def _write(rule: Element, columns: Sequence[Column], cells: Sequence[str]) -> None:
    parts = iter(_entries(rule, columns))
    for column, text in zip(columns, cells, strict=True):
        if column.part == DESCRIPTION:
            _describe(rule, text)
            continue
        entry = next(parts, None)
        where = None if entry is None else text_element(entry)[0]
        if entry is not None and where is None:
            where = etree.SubElement(entry, f"{{{etree.QName(rule).namespace}}}text")
        if where is not None and (where.text or "").strip() != text.strip():
            where.text = _plain(text)


def _describe(rule: Element, text: str) -> None:
    note = _description(rule)
    if note is None and text.strip():
        note = deepcopy(rule)
        note.clear()
        note.tag = f"{{{etree.QName(rule).namespace}}}description"
        rule.insert(0, note)
    if note is not None and (note.text or "").strip() != text.strip():
        note.text = _plain(text)


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(one for one in text.strip() if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
