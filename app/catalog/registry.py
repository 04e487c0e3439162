"""The kinds of definitions, registered by the rooms that understand them. The catalog knows none by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import NotFound, Problem, msg

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", re.ASCII)
"""Keys name files and stand in addresses, so they hold no dots and no slashes."""


class Lookup(Protocol):
    """What is live or about to be published together, for checks across files. The catalog's own also has `keys(kind)`:
    a check that needs to know everything of a kind asks whether its lookup can tell."""

    def has(self, kind: str, key: str) -> bool:
        """Whether there is a definition of this kind and key."""

    def data(self, kind: str, key: str) -> bytes | None:
        """Its bytes, or None."""


@dataclass(frozen=True)
class Kind:
    """One kind of definition file.

    `folder` is a top folder of the project, `pattern` the path below `base/` or `tenants/<slug>/` in which each
    `*` stands for the key. `identify` gives the key of a file and may raise DefinitionError, `compile` the object
    that `compiled` hands out (immutable, shared by threads), `lint` every problem of the file. `ask` tries a sound
    file on the parsed scenarios that stand beside it, named last, and gives what is answered otherwise than told.
    `own`: offices have such definitions, and what lies in `base` is for checks only.
    """

    name: str
    folder: str
    pattern: str
    identify: Callable[[bytes], str]
    compile: Callable[[bytes, str], Any]
    lint: Callable[[bytes, str, Lookup], list[Problem]]
    max_bytes: int = 5_000_000
    ask: Callable[[bytes, str, Any, str], list[Problem]] | None = None
    own: bool = False

    def path(self, key: str, scope: str = "base") -> str:
        """Where the file of a key belongs, below the project's root."""
        return str(PurePosixPath(self.folder, scope, self.pattern.replace("*", key)))


Trial = Callable[[Session, UUID, str, bytes], list[Problem]]
"""(session, office, key, data) -> what a sound definition does otherwise than the office has told."""
_kinds: dict[str, Kind] = {}
_trials: dict[str, Trial] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind known; registering it again replaces it, so that a second app in one process is harmless."""
    _kinds[kind.name] = kind


def register_trial(kind: str, trial: Trial) -> None:
    """Try each definition of a kind that a person publishes; a room above knows how."""
    _trials[kind] = trial


def trial_of(kind: str) -> Trial | None:
    """How a definition of this kind is tried, if anybody said."""
    return _trials.get(kind)


def kinds() -> list[Kind]:
    """All kinds in the order of registration."""
    return list(_kinds.values())


def kind_named(name: str) -> Kind:
    """The kind of this name. Raises NotFound."""
    if name not in _kinds:
        raise NotFound(msg("There is no kind of definition called %(kind)s."), kind=name)
    return _kinds[name]
