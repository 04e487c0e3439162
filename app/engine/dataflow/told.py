"""What rooms above tell of variables: those of a start, of a job's answer, of a message; and how forms are read.

A diagram does not say what its host brings. Whoever starts processes, does jobs or sends messages registers the names
here when the application is assembled; what nobody told of is taken as unknown, never as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.feel import FeelType

Read = Callable[[bytes, str], frozenset[str]]
ReadTypes = Callable[[bytes, str], Mapping[str, FeelType]]
ANY = "*"
_starts: dict[str, set[str]] = {}
_jobs: dict[str, frozenset[str]] = {}
_messages: dict[str, set[str]] = {}
_readers: dict[str, Read] = {}
_types: dict[str, ReadTypes] = {}


def given_at_start(which: str, names: Iterable[str]) -> None:
    """Variables with which the host starts a process: by its id, by a property of its start event (`name=value`), or
    `ANY` for every one."""
    _starts.setdefault(which, set()).update(names)


def given_by_job(job_type: str, names: Iterable[str]) -> None:
    """What the answer of a job of this type holds."""
    _jobs[job_type] = frozenset(names)


def given_by_message(name: str, names: Iterable[str]) -> None:
    """What the host sends along with this message."""
    _messages.setdefault(name, set()).update(names)


def reads_forms(read: Read) -> None:
    """(bytes, key) -> names that the answers of a form hold. Raises DefinitionError for a faulty file."""
    _readers["form"] = read


def reads_decisions(read: Read) -> None:
    """(bytes, key) -> names that a decision asks for. Raises DefinitionError for a faulty file."""
    _readers["decision"] = read


def at_start(marks: Iterable[str]) -> frozenset[str]:
    """The names the host gives a process with this id and these properties of its start."""
    return frozenset().union(*(_starts.get(one, ()) for one in (*marks, ANY)))


def of_job(job_type: str) -> frozenset[str] | None:
    """None for a type that nobody told of."""
    return _jobs.get(job_type)


def of_message(name: str) -> frozenset[str] | None:
    """None for a message that the host does not send."""
    found = _messages.get(name)
    return None if found is None else frozenset(found)


def reader(kind: str) -> Read | None:
    """How a `form` or a `decision` is read, if anybody told."""
    return _readers.get(kind)


def tells_types(kind: str, read: ReadTypes) -> None:
    """(bytes, key) of a `form` or `decision` -> types of the variables that a form fills, or of the answer by the
    decision's key. Raises DefinitionError for a faulty file."""
    _types[kind] = read


def types_reader(kind: str) -> ReadTypes | None:
    """How types are read, if anybody told."""
    return _types.get(kind)
