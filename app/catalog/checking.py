"""Checking definitions before they count: one file or a set whose files refer to each other. Nothing is stored."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from app.catalog.registry import KEY, Kind, kind_named
from app.catalog.yaml_source import read_yaml
from app.kernel.errors import DefinitionError, Problem, YikouError, msg
from app.kernel.safe_xml import read_once

SCENARIOS = "scenarios.yaml"
"""What the file of scenarios beside a definition is called."""
Below = Callable[[str, str], bytes | None]
Keys = Callable[[str], Collection[str]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Draft:
    """A file that is to be published. `file` is where it lies or would lie, below the project's root.

    `scenarios`: the bytes of the file of scenarios beside it, where it comes from a folder that has one.
    """

    kind: str
    key: str
    data: bytes
    file: str
    scenarios: bytes | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


class Together:
    """The lookup of a set of drafts on top of what is live."""

    def __init__(self, drafts: Iterable[Draft], below: Below, keys: Keys) -> None:
        self._drafts = {(draft.kind, draft.key): draft.data for draft in drafts}
        self._below, self._keys = below, keys

    def has(self, kind: str, key: str) -> bool:
        """In the set, or live."""
        return self.data(kind, key) is not None

    def data(self, kind: str, key: str) -> bytes | None:
        """The bytes of the set first."""
        own = self._drafts.get((kind, key))
        return own if own is not None else self._below(kind, key)

    def keys(self, kind: str) -> Collection[str]:
        """Those of the set and those that are live."""
        return {key for named, key in self._drafts if named == kind} | set(self._keys(kind))


def problems_of(drafts: Iterable[Draft], below: Below, keys: Keys = lambda kind: ()) -> list[Problem]:
    """Every problem of the drafts, checked as one set over what `below` gives and `keys` lists."""
    drafts = list(drafts)
    lookup = Together(drafts, below, keys)
    found: list[Problem] = []
    for draft in drafts:
        with read_once():  # for its key, its verdict and its compiled form
            found += _problems(draft, lookup)
    return found


def identified(kind: Kind, data: bytes, file: str) -> tuple[str | None, list[Problem]]:
    """The key of a file, or None and why it has none."""
    keys: list[str] = []
    problems = guarded(lambda: keys.append(kind.identify(data)), file)
    return (keys[0] if keys else None), [replace(problem, file=file) for problem in problems]


def guarded(work: Callable[[], object], file: str) -> list[Problem]:
    """Run another room's reader; whatever it raises becomes problems of the file, never a stack trace."""
    try:
        work()
    except DefinitionError as error:
        return error.problems
    except YikouError as error:
        return [Problem("unreadable", error.message, error.params, file=file, line=getattr(error, "line", 1))]
    except Exception:  # a fault of a reader must not take the page or the command down
        log.exception("reading a definition failed")
        return [Problem("unreadable", msg("The file cannot be read."), file=file, line=1)]
    return []


def _problems(draft: Draft, lookup: Together) -> list[Problem]:
    kind = kind_named(draft.kind)
    if len(draft.data) > kind.max_bytes:
        return [Problem("too_large", msg("The file has more than %(limit)s bytes."), {"limit": kind.max_bytes},
                        file=draft.file, line=1)]
    key, problems = identified(kind, draft.data, draft.file)
    if key is not None and (key != draft.key or not KEY.fullmatch(key)):
        problems = [Problem("key", msg("The file is called %(key)s inside, but %(name)s was expected."),
                            {"key": key, "name": draft.key}, file=draft.file, line=1)]
    found: list[Problem] = []
    problems += guarded(lambda: found.extend(kind.lint(draft.data, draft.file, lookup)), draft.file)
    problems += found
    if not any(problem.severity == "error" for problem in problems):
        problems += guarded(lambda: kind.compile(draft.data, draft.file), draft.file)
    if draft.scenarios is not None and not any(problem.severity == "error" for problem in problems):
        problems += _asked(kind, draft, draft.scenarios)
    return _unique(problems)


def _asked(kind: Kind, draft: Draft, scenarios: bytes) -> list[Problem]:
    """What the file answers otherwise than the scenarios beside it tell."""
    told = str(PurePosixPath(draft.file).with_name(SCENARIOS))
    found: list[Problem] = []
    ask = kind.ask
    faults = guarded(lambda: found.extend(ask(draft.data, draft.file, read_yaml(scenarios, told), told) if ask else ()),
                     told)
    return faults + found


def _unique(problems: list[Problem]) -> list[Problem]:
    """Each problem once: reading for the key and linting often find the same fault."""
    found: list[Problem] = []
    for problem in problems:
        if problem not in found:
            found.append(problem)
    return found
