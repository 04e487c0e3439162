"""The decision table `retention`, asked for what is there: no period stands in code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.kernel.errors import Invalid, NotFound, msg

DECISION = "retention"
Facts = tuple[str | None, str | None, str | None]
"""Nature, module and outcome of a closed case; all None for what belongs to no case."""
NO_CASE: Facts = (None, None, None)
MOST_DAYS = 40_000


@dataclass(frozen=True)
class Policy:
    """The table in force."""

    hash: str
    version: int
    model: dmn.Model
    now: datetime

    def days(self, what: str, facts: Facts) -> int | None:
        """How long; None for ever. Raises Invalid for an answer that is no number of days."""
        found: Any = dmn.settled(self._asked(what, facts)).value
        days = found.get("days") if hasattr(found, "get") else None
        if days is None:
            return None
        if isinstance(days, bool) or not hasattr(days, "__int__") or not 0 <= int(days) <= MOST_DAYS:
            raise Invalid(msg("The table %(table)s must answer with days (0 to %(days)s) or nothing."),
                          table=DECISION, days=MOST_DAYS)
        return int(days)

    def rules(self, what: str, facts: Facts) -> set[str]:
        """Ids of the rows of the table that say how long."""
        return {row["rule"] for table in self._asked(what, facts).trace["tables"] if table["decision"] == DECISION
                for row in table["matched"]}

    def _asked(self, what: str, facts: Facts) -> dmn.DecisionResult:
        nature, module, outcome = facts
        inputs = {"what": what, "nature": nature, "module": module, "outcome": outcome}
        return dmn.decide(self.model, DECISION, inputs, now=self.now)

    def by_days(self, what: str, facts: list[Facts]) -> dict[int, list[Facts]]:
        """Days -> the facts for which they hold; what is kept for ever is left out."""
        found: dict[int, list[Facts]] = defaultdict(list)
        for one in facts:
            days = self.days(what, one)
            if days is not None:
                found[days].append(one)
        return dict(found)


def policy(session: Session, tenant_id: UUID, now: datetime) -> Policy | None:
    """None for a base that is older than this code: then everything is kept."""
    try:
        published, model = catalog.compiled(session, tenant_id, "decision", DECISION)
    except NotFound:
        return None
    return Policy(published.hash, published.version, model, now)
