"""When the matter of a topic ends, the topic ends with it."""

from __future__ import annotations

from sqlalchemy import select

from app.demand.events import TopicClosed
from app.demand.handlers.topics import end
from app.demand.model import DemandTopic
from app.demand.raising import lock
from app.kernel.bus import subscribes
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork


@subscribes("case.closed", name="demand.close")
def close(event: StoredEvent, uow: UnitOfWork) -> None:
    """Requests have no topic; a matter has one."""
    query = select(DemandTopic).where(DemandTopic.case_id == event.case_id, DemandTopic.state == "taken")
    topic = uow.session.scalars(query).one_or_none()
    if topic is None or event.case_id is None:
        return
    lock(uow)
    outcome = str(event.current().get("outcome") or "closed")
    end(uow, topic, "closed", outcome)
    uow.record(TopicClosed(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                           case_id=event.case_id, outcome=outcome))
