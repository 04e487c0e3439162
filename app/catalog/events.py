"""What happened to the definitions of an office or of the base."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("definition.published")
@dataclass(frozen=True)
class DefinitionPublished:
    """A version came into force; an older one when its content was published again."""

    definition_id: UUID
    kind: str
    key: str
    version: int
    hash: str


@event("definition.kept")
@dataclass(frozen=True)
class DefinitionKept:
    """An office looked at a newer version of the base and kept its own in force."""

    definition_id: UUID
    kind: str
    key: str
    version: int
    base_hash: str


@event("definition.withdrawn")
@dataclass(frozen=True)
class DefinitionWithdrawn:
    """An office gave up its own version; the base's is in force again, if there is one."""

    definition_id: UUID
    kind: str
    key: str
    version: int


@event("definition.refused")
@dataclass(frozen=True)
class DefinitionRefused:
    """Somebody tried to publish what does not hold; what was in force stays."""

    kind: str
    key: str
    problems: int
