"""What may become public: by the table `public_listing`, by who asks, and by what a summary says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.auth import policy
from app.cases.model import Case
from app.kernel import clock
from app.kernel.commands import Actor

DECISION = "public_listing"
NUMBERS = re.compile(r"(?<![0-9])(1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|0[0-9]{2,3}-?[0-9]{7,8})(?![0-9])")
"""Mobile numbers, identity numbers, telephones."""
COPIED = 20
"""So many characters in a row are a copy."""


class Listing:
    """Asks the table once for each service and kind."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self.session, self.tenant_id = session, tenant_id
        self.known: dict[tuple[str | None, str | None, bool], bool] = {}

    def allows(self, case: Case) -> bool:
        """Whether the kind of request may be shown at all."""
        what = (case.service, case.kind, case.confidential)
        if what not in self.known:
            model = catalog.compiled(self.session, self.tenant_id, "decision", DECISION)[1]
            inputs = {"service": case.service, "kind": case.kind, "confidential": case.confidential}
            answer = dmn.decide(model, DECISION, inputs, now=clock.now())
            self.known[what] = answer.value is True
        return self.known[what]


def may_write(actor: Actor, case: Case) -> bool:
    """Whoever belongs to the unit that handled it."""
    return actor.kind == "system" or bool({f"handler@{case.unit}", f"head@{case.unit}"} & actor.groups)


def may_decide(actor: Actor, case: Case) -> bool:
    """An administrator, or the head of that unit."""
    return actor.kind == "system" or "administrator" in actor.roles or f"head@{case.unit}" in actor.groups


def editor(actor: Actor) -> bool:
    """Whether somebody sees all that was written, without the requests themselves."""
    return policy.can(actor, "public_case.publish") and "administrator" in actor.roles


def tells_of_a_person(text: str, private: Iterable[str | None]) -> bool:
    """A name, phone or number of this request, or anything that looks like a phone or identity number."""
    return bool(NUMBERS.search(text)) or any(one and len(one) > 1 and one in text for one in private)


def copies(text: str, words: str) -> bool:
    """Whether a stretch of the resident's words stands in the text."""
    plain, said = "".join(text.split()), "".join(words.split())
    return any(said[at : at + COPIED] in plain for at in range(max(0, len(said) - COPIED + 1)))
