"""What an operator does with an office, and what its administrators may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class CreateOffice(Command):
    """Make an office from the base: everything or nothing; `tenant_id` is the new office's.

    Values are texts as a form sends them; `term` has the fields of `offices.reading`. Answer {"tenant_id", "slug",
    "login"}. Raises Invalid with a message at each field.
    """

    values: Mapping[str, str]
    term: Mapping[str, str]
    first_password: str = field(repr=False, metadata={"secret": True})
    starters: tuple[str, ...] = ()
    takes_in: bool = False


@dataclass(frozen=True, kw_only=True)
class SaveTerm(Command):
    """Term and limits as texts. An office that was suspended because its term had ended works again."""

    while_paused: ClassVar[bool] = True
    term: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SuspendOffice(Command):
    """By hand, with a reason that its administrators read."""

    while_paused: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeOffice(Command):
    """End a suspension; Invalid while the term is over."""

    while_paused: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ReviewTerm(Command):
    """What is due in a term: a warning, or the suspension. Answer {"done"}."""

    while_paused: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class RequestExport(Command):
    """Have everything of the office written into one file. Answer {"export_id"}; Conflict while one is being made."""

    while_paused: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class NoteExport(Command):
    """How an export went: `sha256` of the file, or an `error` code."""

    while_paused: ClassVar[bool] = True
    export_id: UUID
    sha256: str = ""
    size: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeExport(Command):
    """Somebody takes an export away. Answer {"size", "sha256"} of the file. Raises NotFound."""

    while_paused: ClassVar[bool] = True
    export_id: UUID


@dataclass(frozen=True, kw_only=True)
class DropExport(Command):
    """The file has had its time."""

    while_paused: ClassVar[bool] = True
    export_id: UUID
