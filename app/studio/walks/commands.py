"""Walking through a process, and keeping a walk as a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class BeginWalk(Command):
    """Answer {"walk_id"}. `beginning`: as `walking.Begin.document`. `deeds`: done at once, as far as they fit."""

    process_key: str
    name: str
    beginning: Mapping[str, Any]
    version_id: UUID | None = None
    deeds: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakeStep(Command):
    """One deed more. `changes`: what the page had seen; Conflict otherwise. Raises Invalid with the messages of each
    field of a form. Answer {"steps"}."""

    walk_id: UUID
    deed: Mapping[str, Any]
    changes: int


@dataclass(frozen=True, kw_only=True)
class GoBack(Command):
    """Keep the first `steps` deeds. Answer {"steps"}."""

    walk_id: UUID
    steps: int
    changes: int


@dataclass(frozen=True, kw_only=True)
class CopyWalk(Command):
    """Another walk with the first `steps` deeds: from here another way. Answer {"walk_id"}."""

    walk_id: UUID
    steps: int


@dataclass(frozen=True, kw_only=True)
class RemoveWalk(Command):
    """Nothing of it stays."""

    walk_id: UUID


@dataclass(frozen=True, kw_only=True)
class SaveScenario(Command):
    """Append the walk to the office's scenarios of its process. Answer {"version"}."""

    walk_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class RemoveScenario(Command):
    """Take one of the office's own scenarios away. Answer {"left"}."""

    process_key: str
    name: str
