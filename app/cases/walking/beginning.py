"""How a walk begins: the moment, and what the process knows at its start, as a real request would bring it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases.handlers.matters import NATURE
from app.cases.handlers.submitting import CHANNELS, MODULES, PROCESS, PROCESS_SETTING, URGENCIES
from app.engine import ProcessDefinition
from app.kernel.errors import FieldErrors, Invalid, msg
from app.tenancy import settings

CASE_ID, NUMBER = "01900000-0000-7000-8000-000000000001", "SHOW-0001"
"""A walk has no case: messages reach it by this key."""
LONGEST = 40
CHOOSE = msg("Please choose one of the options.")


@dataclass(frozen=True)
class Begin:
    """`at`: aware. `as_case`: begins with what a request brings. `internal`: an internal matter. `auto`: what only
    tells somebody succeeds by itself, but for the job types `by_hand`. `element`, `brought`: another start event, and
    what came with its trigger.
    """

    at: datetime
    as_case: bool = True
    internal: bool = False
    channel: str = "web"
    module: str | None = None
    service: str | None = None
    urgency: str | None = None
    anonymous: bool = False
    phone: bool = True
    account: bool = False
    has_place: bool = True
    auto: bool = True
    variables: Mapping[str, Any] = field(default_factory=dict)
    element: str | None = None
    brought: Mapping[str, Any] = field(default_factory=dict)
    by_hand: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "at": self.at.isoformat()}

    @staticmethod
    def of(document: Mapping[str, Any]) -> Begin:
        """From what was stored."""
        known = {one.name for one in fields(Begin)}
        return Begin(**{**{name: value for name, value in document.items() if name in known},
                        "at": datetime.fromisoformat(document["at"])})

    def check(self) -> None:
        """Raises Invalid with the messages of each field."""
        errors: FieldErrors = {}
        for name, known in (("channel", CHANNELS), ("urgency", URGENCIES), ("module", MODULES)):
            value = getattr(self, name)
            if value is not None and value not in known:
                errors[name] = [(CHOOSE, {})]
        if len(self.service or "") > LONGEST:
            errors["service"] = [(CHOOSE, {})]
        if errors:
            raise Invalid(msg("Please check what is marked."), fields=errors)

    def known(self) -> dict[str, Any]:
        """The variables of the start. Those written by hand come last."""
        values: dict[str, Any] = {"case_id": CASE_ID, "number": NUMBER}
        if self.as_case:
            values |= {
                "channel": self.channel, "module": self.module, "service": self.service,
                "urgency_claimed": self.urgency, "anonymous": self.anonymous,
                "reachable": self.phone or (self.account and not self.anonymous), "wished_slots": [],
                "has_place": self.has_place}
        return {**values, **self.variables}


def is_process_of_cases(session: Session, process_id: str) -> bool:
    """Whether requests of residents begin with it in this office."""
    return bool(settings.value(session, PROCESS_SETTING, PROCESS) == process_id)


def is_internal(definition: ProcessDefinition) -> bool:
    """Whether its start event says that it makes internal matters, or something else than a person begins it."""
    start = definition.elements.get(definition.starts_at or "")
    return bool(definition.triggers) or (start is not None and NATURE in start.properties)
