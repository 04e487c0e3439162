"""What the diagram of supply adjustment has done by itself: keep a version, publish a notice, measure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.cases import connectors
from app.demand import measuring
from app.demand.cells import Cell
from app.demand.commands import NoteChange
from app.demand.events import TopicMeasured
from app.demand.measuring import Side
from app.demand.model import DemandChange, DemandMeasure, DemandTopic
from app.kernel.errors import Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.knowledge import notices
from app.tenancy import zones

KIND, REASON = "information", "议题公示 / Topic of demand"


@connectors.connector("demand_change")
def keep_change(call: connectors.JobCall) -> dict[str, Any]:
    """Inputs `topic_id`, `what`, `key`, `note`; answers `changed`: {what, key, version}."""
    given = call.variables
    answer = call.uow.dispatch_nested(NoteChange(
        tenant_id=call.uow.tenant_id, actor=call.uow.actor, topic_id=_topic(call).id, what=str(given.get("what")),
        key=str(given.get("key")), note=str(given.get("note") or "")))
    return {"changed": {"what": given.get("what"), "key": given.get("key"), "version": answer["version"]}}


@connectors.connector("demand_notice")
def publish_notice(call: connectors.JobCall) -> dict[str, Any]:
    """Inputs `topic_id`, `title_zh`, `body_zh`, `title_en`, `body_en`, `days`; answers `notice_id`."""
    given, uow, topic = call.variables, call.uow, _topic(call)
    common: dict[str, Any] = {"tenant_id": uow.tenant_id, "actor": uow.actor}
    names = ("title_zh", "title_en", "body_zh", "body_en")
    texts: dict[str, Any] = {name: str(given.get(name) or "") for name in names}
    days = given.get("days")
    if isinstance(days, bool) or days is None or not 1 <= int(days) <= 366:
        raise Invalid(msg("A notice stands for 1 to 366 days."))
    saved = uow.dispatch_nested(notices.SaveNotice(
        **common, kind=KIND, starts_at=uow.now, ends_at=uow.now + timedelta(days=int(days)),
        place_codes=(topic.place_code,) if topic.place_code else (),
        service_code=topic.code if topic.level == "service" else "",
        **texts))
    uow.dispatch_nested(notices.PublishNotice(**common, notice_id=UUID(saved["notice_id"]), reason=REASON))
    return {"notice_id": saved["notice_id"]}


@connectors.connector("demand_measure")
def measure(call: connectors.JobCall) -> dict[str, Any]:
    """Inputs `topic_id`, `days`, `sure` (0 to 1); answers the counts, shares in per cent, and `effective`.

    The effect is that of the newest change of the topic.
    """
    uow, topic = call.uow, _topic(call)
    changed_at = uow.session.scalar(select(func.max(DemandChange.at)).where(DemandChange.topic_id == topic.id))
    if changed_at is None:
        raise Invalid(msg("No change of this topic is known: there is nothing to measure."))
    found = measuring.effect(uow.session, zones.zone_of(uow.session, uow.tenant_id),
                             Cell(topic.level, topic.code, topic.place_code), changed_at, uow.now,
                             int(call.variables["days"]))
    before = uow.session.scalar(select(func.count()).where(DemandMeasure.topic_id == topic.id)) or 0
    row = DemandMeasure(
        tenant_id=uow.tenant_id, id=new_id(), topic_id=topic.id, round=before + 1, days=found.days,
        before=found.before.document(), after=found.after.document(), ratio=round(found.ratio.value, 4),
        low=round(found.ratio.low, 4), high=round(found.ratio.high, 4), sure=round(found.sure, 4),
        effective=found.sure >= float(call.variables["sure"]), at=uow.now)
    uow.session.add(row)
    uow.record(TopicMeasured(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                             round=row.round, days=row.days, before=found.before.count, after=found.after.count,
                             effective=row.effective))
    return {"effective": row.effective, "count_before": found.before.count, "count_after": found.after.count,
            "rate_share": round(row.ratio * 100), "sure_share": round(row.sure * 100),
            **_shares("before", found.before), **_shares("after", found.after)}


def _shares(name: str, side: Side) -> Mapping[str, Any]:
    return {f"solved_{name}": _share(side.solved, side.solved_of),
            f"satisfied_{name}": _share(side.satisfied, side.satisfied_of)}


def _share(part: int, whole: int) -> str:
    """Per cent, or a dash where nobody answered."""
    return str(round(100 * part / whole)) if whole else "–"


def _topic(call: connectors.JobCall) -> DemandTopic:
    """Of the matter itself: a diagram cannot reach another topic."""
    query = select(DemandTopic).where(DemandTopic.case_id == call.case.id)
    topic = call.uow.session.scalars(query).one_or_none()
    if topic is None or str(topic.id) != str(call.variables.get("topic_id")):
        raise NotFound(msg("There is no such topic."))
    return topic
