"""What can be done to notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SaveNotice(Command):
    """Make a notice, or change it. Answer {"notice_id", "version"}.

    A published one stays published and needs a `reason`; a withdrawn one becomes a draft. `begun_from`: the version
    that was changed; Conflict when somebody else has changed it meanwhile.
    """

    notice_id: UUID | None = None
    kind: str
    title_zh: str
    title_en: str = ""
    body_zh: str
    body_en: str = ""
    starts_at: datetime | None
    ends_at: datetime | None
    place_codes: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    unit: str = ""
    service_code: str = ""
    urgent: bool = False
    reason: str = ""
    begun_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class PublishNotice(Command):
    """Let residents see it. `push`: tell those it is for; `again`: also those who were told before.

    Answer {"notice_id", "version"}.
    """

    notice_id: UUID
    reason: str
    push: bool = True
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class WithdrawNotice(Command):
    """Take it back before it ends. Answer {"notice_id", "version"}."""

    notice_id: UUID
    reason: str
