"""A topic goes through supply adjustment: its matter is opened, and what was changed is kept with its version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.auth import policy
from app.cases import sources
from app.cases.commands import OpenMatter
from app.cases.queries import Names
from app.catalog import queries as catalog
from app.demand.commands import NoteChange, TakeUpTopic
from app.demand.events import ChangeNoted, TopicTaken
from app.demand.handlers.topics import CHECK, locked
from app.demand.model import CHANGES, DemandChange, DemandTopic
from app.demand.views import Figures
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.tenancy import versions

PROCESS, NATURE = "supply_adjustment", "topic"
MOST_NOTE = 300


@handles(TakeUpTopic)
def take_up_topic(command: TakeUpTopic, uow: UnitOfWork) -> dict[str, Any]:
    """A candidate becomes an internal matter; its diagram begins with the figures of now."""
    policy.require(uow.actor, "topic.decide")
    topic = locked(uow, command.topic_id)
    if topic.state != "open":
        raise Conflict(msg("This topic is not a candidate any more."))
    if command.unit not in {unit.code for unit in tenancy.units(uow.session, active_only=True)}:
        raise Invalid(CHECK, fields={"unit": [(msg("Please choose from the list."), {})]})
    zh, en = title_of(uow, topic)
    place = tenancy.place_by_code(uow.session, topic.place_code) if topic.place_code else None
    module, _, kind = topic.code.partition("/") if topic.level == "kind" else ("", "", "")
    with uow.as_machine() as actor:
        answer = uow.dispatch_nested(OpenMatter(
            tenant_id=uow.tenant_id, actor=actor, nature=NATURE, process_id=PROCESS, title=f"{zh} / {en}"[:200],
            subject_id=topic.id, unit=command.unit, kind=kind or None, module=module or None,
            service=topic.code if topic.level == "service" else None, place_id=place.id if place else None,
            variables=_variables(topic, zh, en, command.unit)))
    topic.state, topic.case_id, topic.taken_at = "taken", UUID(answer["matter_id"]), uow.now
    uow.record(TopicTaken(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                          case_id=topic.case_id, unit=command.unit))
    return {"topic_id": str(topic.id), "case_id": answer["matter_id"]}


def _variables(topic: DemandTopic, zh: str, en: str, unit: str) -> dict[str, Any]:
    """What the diagram and its forms know of the topic: names, codes and figures."""
    figures = Figures.read(topic.figures)
    return {
        "topic_id": str(topic.id), "title": f"{zh} / {en}", "title_zh": zh, "title_en": en, "level": topic.level,
        "code": topic.code, "place_code": topic.place_code, "proposed_unit": unit, "days": figures.days,
        "count": figures.count, "expected": figures.expected, "ratio": figures.ratio, "area": figures.area,
        "sure_share": round(figures.sure * 100), "bad_share": round(figures.dissatisfied * 100),
        "repeat_share": round(figures.repeated * 100),
        "per_week": round(figures.count * 7 / figures.days, 1) if figures.days else 0}


def title_of(uow: UnitOfWork, topic: DemandTopic) -> tuple[str, str]:
    """The topic and its place in words (zh, en)."""
    place = tenancy.place_by_code(uow.session, topic.place_code) if topic.place_code else None
    if topic.level == "service":
        zh, en = Names(uow.session).service(topic.code)
    else:
        module, _, kind = topic.code.partition("/")
        names = sources.MODULES.get(module, (module, module))
        zh, en = f"{names[0]}（{kind}）", f"{names[1]} ({kind})"
    where = f" · {place.name}" if place is not None else ""
    return zh + where, en + where


@handles(NoteChange)
def note_change(command: NoteChange, uow: UnitOfWork) -> dict[str, Any]:
    """By the machine when the task of the diagram is done, or by a person who decides on topics."""
    policy.require(uow.actor, "topic.decide")
    topic = locked(uow, command.topic_id)
    if topic.state != "taken":
        raise Conflict(msg("This topic is not being worked on."))
    version, digest = _in_force(uow, command.what, command.key)
    change = DemandChange(tenant_id=uow.tenant_id, id=new_id(), topic_id=topic.id, what=command.what, key=command.key,
                          version=version, hash=digest, note=command.note.strip()[:MOST_NOTE], at=uow.now,
                          by_user_id=uow.actor.user_id)
    uow.session.add(change)
    uow.record(ChangeNoted(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                           what=command.what, key=command.key, version=version))
    return {"change_id": str(change.id), "version": version}


def _in_force(uow: UnitOfWork, what: str, key: str) -> tuple[int, str]:
    """(version, hash) of what was changed; 0 where it has not been saved since versions are kept. Raises Invalid."""
    if what == "decision":
        found = next((one for one in catalog.listing(uow.session, uow.tenant_id, "decision") if one.key == key), None)
        if found is not None:
            return found.version, found.hash
    elif what in CHANGES:
        known = ({one.code for one in knowledge.services(uow.session, active_only=False)} if what == "service"
                 else {one.code for one in tenancy.units(uow.session)})
        if key in known:
            return versions.newest_number(uow.session, what, key), ""
    raise Invalid(CHECK, fields={"key": [(msg("Please choose from the list."), {})]})
