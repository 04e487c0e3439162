"""The other definitions of an office as a diagram meets them: who calls it, what comes with a message or a form."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from app.engine.dataflow import told
from app.engine.dataflow.shape import Shape, shape_of
from app.engine.diagram import Diagram
from app.engine.expressions import is_expression
from app.engine.reading import read
from app.feel import FeelType
from app.kernel.errors import DefinitionError

Names = frozenset[str]
MOST = 2_000
_known: OrderedDict[tuple[str, str, bytes], Any] = OrderedDict()
_guard = threading.Lock()


def by_content(kind: str, key: str, data: bytes, make: Callable[[], Any]) -> Any:
    """What `make` gives for these bytes, made once in this process; None where the file has faults of its own."""
    place = (kind, key, hashlib.sha256(data).digest())
    with _guard:
        if place in _known:
            _known.move_to_end(place)
            return _known[place]
    try:
        found = make()
    except DefinitionError:
        found = None
    with _guard:
        _known[place] = found
        while len(_known) > MOST:
            _known.popitem(last=False)
    return found


def shape_in(key: str, data: bytes) -> Shape | None:
    """The shape of a process that is published; None where it cannot be read."""
    shape: Shape | None = by_content("process", key, data, lambda: shape_of(read(data, key)))
    return shape


class Office:
    """What is in force around one diagram, asked lazily. `lookup` may lack `keys`: then callers are not known."""

    def __init__(self, diagram: Diagram, lookup: Any) -> None:
        self.own, self._lookup = shape_of(diagram), lookup
        self.lists = hasattr(lookup, "keys")
        self._shapes: dict[str, Shape | None] = {diagram.process_id: self.own}
        self._everything: dict[tuple[str, str], Names] = {}

    def shape(self, key: str) -> Shape | None:
        """Of one process, None when there is none or it cannot be read."""
        if key not in self._shapes:
            data = self._lookup.data("process", key)
            self._shapes[key] = None if data is None else shape_in(key, data)
        return self._shapes[key]

    def processes(self) -> Iterator[Shape]:
        """All of the office, the diagram itself among them."""
        keys = {*self._lookup.keys("process"), self.own.process_id} if self.lists else {self.own.process_id}
        yield from (found for found in map(self.shape, sorted(keys)) if found is not None)

    def form(self, key: str) -> Names | None:
        """What the answers of a form hold; None where that is not known."""
        return self._read("form", key)

    def decision(self, key: str) -> Names | None:
        """What a decision asks for; None where that is not known."""
        return self._read("decision", key)

    def _read(self, kind: str, key: str) -> Names | None:
        read_names, data = told.reader(kind), None
        if read_names is not None and not is_expression(key):
            data = self._lookup.data(kind, key)
        if read_names is None or data is None:
            return None
        content, use = data, read_names
        found: Names | None = by_content(kind, key, content, lambda: use(content, key))
        return found

    def types(self, kind: str, key: str) -> Mapping[str, FeelType]:
        """Types of what a `form` fills, or of what a `decision` answers under its key; empty where nobody told."""
        read_types, data = told.types_reader(kind), None
        if read_types is not None and not is_expression(key):
            data = self._lookup.data(kind, key)
        if read_types is None or data is None:
            return {}
        content, use = data, read_types
        found: Mapping[str, FeelType] | None = by_content(f"types of {kind}", key, content, lambda: use(content, key))
        return found or {}

    def message(self, kind: str, name: str) -> Names | None:
        """What comes with a message or signal; None where nobody told and no diagram throws it."""
        host = told.of_message(name) if kind == "message" else None
        thrown = [names for shape in self.processes() for *what, names in shape.thrown if what == [kind, name]]
        return None if host is None and not thrown else frozenset().union(host or (), *thrown)

    def callers(self) -> list[tuple[Shape, Names, bool]]:
        """(who may call the diagram, with which names, whether with everything); by expression anybody may."""
        return [(shape, call.given, call.everything) for shape in self.processes() for call in shape.calls
                if call.called in (self.own.process_id, None) and shape is not self.own]

    def under_a_clock(self) -> bool:
        """Whether a clock, date or timer runs in the diagram or in whoever calls it, near or far. A call by expression
        counts where a table or the caller holds the key as a text."""
        seen, todo = {self.own.process_id}, [self.own.process_id]
        while todo:
            key = todo.pop()
            for shape in self.processes():
                if shape.process_id == key and shape.clock:
                    return True
                if shape.process_id not in seen and any(call.called == key or (
                        call.called is None and self._is_text(key, shape)) for call in shape.calls):
                    seen.add(shape.process_id)
                    todo.append(shape.process_id)
        return False

    def asked_elsewhere(self, decision: str, name: str) -> bool:
        """Whether another process asks the same decision and may know the name: then the column is meant for that."""
        return any(decision in shape.decisions and name in self.everything(shape.process_id)
                   for shape in self.processes() if shape is not self.own)

    def given(self) -> Names:
        """Names that the diagram may find when it starts: told by the host, or brought by a caller."""
        brought = [names | (self.everything(shape.process_id) if everything else frozenset())
                   for shape, names, everything in self.callers()]
        return told.at_start(self.own.marks).union(*brought)

    def everything(self, key: str, without: str = "") -> Names:
        """Every name that a process may know, with what its callers and those it calls bring, one of them left out."""
        if (key, without) in self._everything:
            return self._everything[key, without]
        found: set[str] = set()
        seen, todo = {key, without}, [key]
        while todo:
            at = todo.pop()
            shape = self.shape(at)
            if shape is None:
                continue
            found |= shape.written | told.at_start(shape.marks) | self._brought(shape)
            near = [call.called for call in shape.calls if call.called]
            near += [one.process_id for one in self.processes() for call in one.calls
                     if call.called == at and call.everything]
            found |= {name for one in self.processes() for call in one.calls
                      if call.called in (at, None) for name in call.given}
            todo += [one for one in near if one not in seen]
            seen.update(near)
        self._everything[key, without] = frozenset(found)
        return self._everything[key, without]

    def _brought(self, shape: Shape) -> Names:
        parts: Iterable[Names | None] = (
            *map(self.form, shape.forms), *map(told.of_job, shape.jobs),
            *(self.message(*one) for one in shape.messages))
        return frozenset().union(*(one for one in parts if one is not None))

    def _is_text(self, key: str, caller: Shape) -> bool:
        wanted = f'"{key}"'.encode()
        sources = [("process", caller.process_id)]
        if self.lists:
            sources += [("decision", one) for one in self._lookup.keys("decision")]
        return any(wanted in (self._lookup.data(*one) or b"") for one in sources)

