"""What the definitions in force use: names that an editor may offer, read from the files and never from a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from app import catalog
from app.catalog import Published
from app.kernel.errors import YikouError
from app.kernel.safe_xml import read_xml

BPMN, ZEEBE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}", "{http://camunda.org/schema/zeebe/1.0}"
MOST_WORDS = 40
"""Different constant values of a property or parameter that are still worth a list."""


@dataclass
class Usage:
    """How a job type, or nothing in particular, is used: name -> the constant values that were seen."""

    headers: dict[str, set[str]] = field(default_factory=dict)
    inputs: dict[str, set[str]] = field(default_factory=dict)
    outputs: set[str] = field(default_factory=set)


@dataclass
class Survey:
    """All that was found in some diagrams."""

    messages: set[str] = field(default_factory=set)
    signals: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    properties: dict[str, set[str]] = field(default_factory=dict)
    connectors: dict[str, Usage] = field(default_factory=dict)

    def add(self, other: Survey) -> None:
        """Put another one beside it."""
        for name in ("messages", "signals", "errors", "groups", "clocks", "variables"):
            getattr(self, name).update(getattr(other, name))
        for key, values in other.properties.items():
            self.properties.setdefault(key, set()).update(values)
        for key, usage in other.connectors.items():
            mine = self.connectors.setdefault(key, Usage())
            mine.outputs |= usage.outputs
            for part in ("headers", "inputs"):
                for header, words in getattr(usage, part).items():
                    getattr(mine, part).setdefault(header, set()).update(words)


def processes(session: Session, tenant_id: Any) -> list[Published]:
    """The diagrams in force with their bytes."""
    return catalog.all_live(session, tenant_id, "process")


def survey(diagrams: Iterable[bytes]) -> Survey:
    """What some diagrams use; one that cannot be read adds nothing."""
    found = Survey()
    for data in diagrams:
        found.add(_of_one(data))
    return found


@lru_cache(maxsize=64)
def _of_one(data: bytes) -> Survey:
    found = Survey()
    try:
        root = read_xml(data, f"{BPMN}definitions")
    except YikouError:
        return found
    for tag, name in (("message", "messages"), ("signal", "signals"), ("error", "errors")):
        place = "errorCode" if tag == "error" else "name"
        texts = (one.get(place) for one in root.iterfind(f"{BPMN}{tag}"))
        getattr(found, name).update(text for text in texts if _constant(text))
    for one in root.iter(f"{ZEEBE}assignmentDefinition"):
        found.groups.add(one.get("candidateGroups") or "")
    for one in root.iter(f"{ZEEBE}property"):
        _property(found, one.get("name") or "", one.get("value") or "")
    for one in root.iter(f"{ZEEBE}script", f"{ZEEBE}calledDecision"):
        found.variables.add(one.get("resultVariable") or "")
    for one in root.iter(f"{ZEEBE}output"):
        found.variables.add((one.get("target") or "").partition(".")[0])
    for one in root.iter(f"{ZEEBE}taskDefinition"):
        _connector(found, one)
    found.groups.discard("")
    found.variables.discard("")
    return found


def _property(found: Survey, name: str, value: str) -> None:
    words = found.properties.setdefault(name, set())
    if _constant(value) and name != "name_en":
        words.add(value)
        if name == "deadline.start":
            found.clocks.update(part.strip() for part in value.split(","))


def _connector(found: Survey, definition: Any) -> None:
    kind, extensions = definition.get("type"), definition.getparent()
    if not _constant(kind):
        return
    usage = found.connectors.setdefault(kind, Usage())
    for one in extensions.iter(f"{ZEEBE}header"):
        _use(usage.headers, one.get("key"), one.get("value"))
    for one in extensions.iter(f"{ZEEBE}input"):
        _use(usage.inputs, one.get("target"), None)
    usage.outputs.update(one.get("target") for one in extensions.iter(f"{ZEEBE}output") if one.get("target"))


def _use(known: dict[str, set[str]], name: str | None, value: str | None) -> None:
    words = known.setdefault(name or "", set())
    if _constant(value):
        words.add(str(value))


def _constant(text: str | None) -> bool:
    return bool(text) and not str(text).startswith("=")
