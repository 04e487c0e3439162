"""What the elements and processes of diagrams are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from app import catalog
from app.engine import Element, ProcessDefinition
from app.kernel.errors import YikouError
from app.web.texts import locale


def element_name(element: Element) -> str:
    """Its name in the reader's language, else its id."""
    return (element.name_en if locale() == "en" else element.name) or element.id


def process_name(definition: ProcessDefinition) -> str:
    """What the diagram as a whole is called, else its id."""
    return element_name(definition.elements[definition.id])


def process_names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Key -> name of the version in force; the key itself where there is none any more, or none that can be read."""
    found = {}
    for key in keys:
        try:
            found[key] = process_name(catalog.compiled(session, session.info["tenant_id"], "process", key)[1])
        except YikouError:
            found[key] = key
    return found


def element_names(session: Session, process_id: str, pins: Mapping[str, str]) -> dict[str, str]:
    """Element id -> name, of the versions that an instance is pinned to; its own elements before those it calls."""
    found: dict[str, str] = {}
    for key in sorted(pins, key=lambda one: one != process_id):
        try:
            definition = catalog.compiled_by_hash(session, session.info["tenant_id"], pins[key])[1]
        except YikouError:
            continue
        found = {**{one.id: element_name(one) for one in definition.elements.values()}, **found}
    return found
