"""A version on trial beside the one in force: what each noticed since both have been there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog import queries as catalog
from app.kernel.errors import NotFound, msg
from app.rules.language import KIND, SHADOW
from app.rules.model import RuleFiring

MOST = 20_000
"""Firings of each version that are looked at."""
SAMPLES = 20


@dataclass(frozen=True)
class Comparison:
    """`live` is None where no version is in force. `only_live`, `only_trial`: what the other did not notice.

    The same means: by the same events. `cut`: there were more firings than are looked at.
    """

    key: str
    live: catalog.Entry | None
    trial: catalog.Entry
    since: datetime
    live_count: int
    trial_count: int
    both: int
    only_live: tuple[RuleFiring, ...]
    only_trial: tuple[RuleFiring, ...]
    cut: bool

    @property
    def same(self) -> bool:
        """Whether each noticed what the other did."""
        return self.live_count == self.trial_count == self.both


def compare(session: Session, tenant_id: UUID, key: str) -> Comparison:
    """From the later of both publications on. Raises NotFound where nothing is on trial."""
    trial = entry_of(session, tenant_id, SHADOW, key)
    if trial is None:
        raise NotFound(msg("No version of this rule is on trial."))
    live = entry_of(session, tenant_id, KIND, key)
    since = max(catalog.in_force_since(session, one) for one in (live, trial) if one is not None)
    ours = _fired(session, live.hash, since) if live is not None else {}
    theirs = _fired(session, trial.hash, since)
    return Comparison(
        key, live, trial, since, len(ours), len(theirs), len(ours.keys() & theirs.keys()),
        tuple(one for events, one in ours.items() if events not in theirs),
        tuple(one for events, one in theirs.items() if events not in ours),
        len(ours) >= MOST or len(theirs) >= MOST)


def entry_of(session: Session, tenant_id: UUID, kind: str, key: str) -> catalog.Entry | None:
    """What stands in a place now."""
    return next((one for one in catalog.listing(session, tenant_id, kind) if one.key == key), None)


def _fired(session: Session, version: str, since: datetime) -> dict[tuple[str, ...], RuleFiring]:
    """Events -> firing of a version, the newest first; what looking back told is left out."""
    query = (select(RuleFiring).where(RuleFiring.version == version, RuleFiring.at >= since,
                                      RuleFiring.mode != "suppressed").order_by(RuleFiring.id.desc()).limit(MOST))
    return {tuple(sorted(map(str, one.event_ids))): one for one in session.scalars(query)}
