"""What can be done with drafts of definitions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command

BESIDE = "beside"
WAYS = ("live", "shadow", BESIDE)
"""In which a supervision rule comes into force: it acts, it only notes, or it is on trial beside the one in force."""


@dataclass(frozen=True, kw_only=True)
class DraftCommand(Command):
    """About the draft of one definition."""

    kind: str
    definition_key: str


@dataclass(frozen=True, kw_only=True)
class BeginDraft(DraftCommand):
    """From the version in force, or with `data` where there is none. Answer {"revision", "based_on"}.

    `version_id`: with the text of another version of it, also one of a rule on trial; it still stands on the one in
    force. Conflict when there is a draft already.
    """

    data: bytes | None = None
    version_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewDefinition(Command):
    """A draft of a definition that does not exist yet; its key follows from its name. Answer {"kind", "key",
    "revision"}.
    """

    kind: str
    name_zh: str
    name_en: str = ""


@dataclass(frozen=True, kw_only=True)
class SaveDraft(DraftCommand):
    """Keep a text. Answer {"revision", "open"}. Conflict when the stored revision is another one.

    Begins the draft where none is open, on the version with the hash `based_on`, which must be in force; a text that
    is the version in force begins none.
    """

    data: bytes
    revision: int
    based_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class DiscardDraft(DraftCommand):
    """Put a draft aside. Answer {"revision"}. It can be taken back until another one is begun."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class RestoreDraft(DraftCommand):
    """Take back what was put aside. Answer {"revision"}."""


@dataclass(frozen=True, kw_only=True)
class PublishDraft(DraftCommand):
    """Put a draft in force; it ends with that. Answer as of `PublishDefinition`: {"id", "version", "hash"}.

    `over`: the hash of the version in force that the person has looked at and wants to replace, where it is not the
    one the draft began from (empty: none is in force). Conflict when another is in force, or the revision moved on.
    `way` of a supervision rule: live, shadow, or beside the version in force on trial, in the place of the one with
    the hash `trial`; empty: as its file says.
    """

    reason: str
    revision: int
    over: str | None = None
    meant: bool = False
    way: str = ""
    trial: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteReader(DraftCommand):
    """Somebody has the page open. Answer {"revision"}: the stored one, 0 where there never was a draft."""


@dataclass(frozen=True, kw_only=True)
class ReviewCommand(DraftCommand):
    """A word in the review of exactly one revision. Answer {"revision"}."""

    revision: int
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class AskForReview(ReviewCommand):
    """Somebody else is to look at it."""


@dataclass(frozen=True, kw_only=True)
class ApproveDraft(ReviewCommand):
    """This revision may be published: said by another person than who saved it."""


@dataclass(frozen=True, kw_only=True)
class RejectDraft(ReviewCommand):
    """Not like this; the words say why."""
