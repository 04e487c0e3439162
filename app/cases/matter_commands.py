"""Internal matters: work of the office without a resident's request; a part of `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class OpenMatter(Command):
    """Machine, or nested by a room that has asked for the right: start `process_id` for a matter of this `nature`.

    `title`: what it is called (zh / en), at most 200 characters; codes that say what it is about stand beside it.
    `subject_id`: the case, topic or other row it is about, to find it by. `fields`: codes that its room reads again.
    `variables`: for the process, which also knows `case_id` (the matter's own), `number` and `unit`.
    `start`: the start event, by default the one without a trigger; `brought`: what came with its trigger.
    Answer {"matter_id", "number"}. Invalid for a nature or title that cannot be.
    """

    nature: str
    process_id: str
    title: str
    subject_id: UUID | None = None
    unit: str | None = None
    kind: str | None = None
    module: str | None = None
    service: str | None = None
    urgency: str | None = None
    place_id: UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    start: str | None = None
    brought: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BeginMatter(Command):
    """Somebody opens an internal matter by hand. Answer {"matter_id", "number", "next_task_id"}.

    The process says on its start event who may: `matter.groups`, a list of groups; and perhaps `matter.nature`. Raises
    NotFound for an unknown process, Forbidden for whom it does not name, Invalid for a title that cannot be.
    """

    process_id: str
    title: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SendToMatter(Command):
    """Machine, or nested: a message for an open internal matter. Answer {"delivered"}: whether it waited for it."""

    matter_id: UUID
    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)
