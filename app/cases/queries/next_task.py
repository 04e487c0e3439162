"""What a person does after finishing a task: what they hold already, else what waits for their groups."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.auth import policy
from app.cases.inbox_filter import InboxFilter
from app.cases.inbox_views import InboxRow
from app.cases.queries.inbox import inbox_page
from app.kernel.commands import Actor

LOOKED_AT = 5


@dataclass(frozen=True)
class NextTask:
    """`held`: the most pressing task of the reader's own; `offered`: of their groups, when they hold none."""

    held: InboxRow | None
    offered: InboxRow | None


def next_task(session: Session, actor: Actor) -> NextTask:
    """In the order of the inbox; what the reader has put off to a later day does not come now."""
    if not policy.can(actor, "task.complete"):
        return NextTask(None, None)
    mine = inbox_page(session, actor, InboxFilter(scope="mine"), size=LOOKED_AT).rows
    held = next((row for row in mine if row.follow_up_on is None or row.follow_up_now), None)
    if held is not None:
        return NextTask(held, None)
    waiting = inbox_page(session, actor, InboxFilter(scope="group", taken="no"), size=LOOKED_AT).rows
    return NextTask(None, next((row for row in waiting if row.may_take), None))
