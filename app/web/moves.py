"""What a change of the calendar does to open deadlines, in words for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.cases.queries import MovedClock, Recalculated
from app.kernel.errors import msg
from app.web.texts import t

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Moves:
    """`found` None: nothing that dates hang on was changed. `by`: how far, or from how far to how far."""

    found: Recalculated | None
    by: str = ""


def moves(found: Recalculated | None) -> Moves:
    """As the page shows it."""
    if found is None or not found.moved:
        return Moves(found)
    near, far = span_words(found.shortest), span_words(found.farthest)
    return Moves(found, near if near == far else t(msg("%(least)s to %(most)s"), least=near, most=far))


def moved_by(one: MovedClock) -> str:
    """`+1 d 2 h`, `−30 min`."""
    return ("+" if one.after > one.before else "−") + span_words(one.after - one.before)


def span_words(span: timedelta) -> str:
    """`1 d 2 h 30 min`, whichever way it points; less than a minute is 0 min."""
    span = abs(span)
    days, hours, minutes = span // DAY, span % DAY // HOUR, span % HOUR // MINUTE
    parts = [(days, msg("%(count)s d")), (hours, msg("%(count)s h")), (minutes, msg("%(count)s min"))]
    return " ".join(t(words, count=count) for count, words in parts if count) or t(msg("%(count)s min"), count=0)
