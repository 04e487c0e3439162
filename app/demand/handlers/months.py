"""The list of each month (每月一题): one theme, two or three questions, how far they are."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import delete, select

from app.auth import policy
from app.demand.commands import ChooseMonth, NoteProgress
from app.demand.events import MonthChosen, ProgressNoted
from app.demand.model import DemandMonth, DemandQuestion, DemandTopic
from app.demand.raising import lock
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import queries as tenancy

FEWEST, MOST = 2, 3
"""Questions of a month, as Beijing has it (北京 每月一题)."""
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])\Z", re.ASCII)
CHECK = msg("Please check what is marked.")


@handles(ChooseMonth)
def choose_month(command: ChooseMonth, uow: UnitOfWork) -> dict[str, Any]:
    """The month is written anew; questions whose topic stays keep their progress, and what was published stays so."""
    policy.require(uow.actor, "topic.decide")
    faults = _faults(command, uow)
    if faults:
        raise Invalid(CHECK, fields=faults)
    lock(uow)
    month = uow.session.scalars(select(DemandMonth).where(DemandMonth.month == command.month)).one_or_none()
    if month is None:
        month = DemandMonth(tenant_id=uow.tenant_id, id=new_id(), month=command.month, theme_zh="", chosen_at=uow.now)
        uow.session.add(month)
    month.theme_zh, month.theme_en = command.theme_zh.strip(), command.theme_en.strip()
    month.chosen_at, month.chosen_by = uow.now, uow.actor.user_id
    if command.publish and month.published_at is None:
        month.published_at = uow.now
    uow.session.flush()
    _write(uow, month, command)
    uow.record(MonthChosen(month=month.month, questions=len(command.questions),
                           published=month.published_at is not None))
    return {"month_id": str(month.id)}


def _write(uow: UnitOfWork, month: DemandMonth, command: ChooseMonth) -> None:
    known = {one.topic_id: one for one in uow.session.scalars(
        select(DemandQuestion).where(DemandQuestion.month_id == month.id))}
    for place, asked in enumerate(command.questions):
        one = known.pop(asked.topic_id, None)
        if one is None:
            one = DemandQuestion(tenant_id=uow.tenant_id, id=new_id(), month_id=month.id, topic_id=asked.topic_id,
                                 progress_zh="", progress_en="")
            uow.session.add(one)
        one.place, one.unit, one.changed_at = place, asked.unit, uow.now
        one.question_zh, one.question_en = asked.question_zh.strip(), asked.question_en.strip()
    gone = [one.id for one in known.values()]
    uow.session.execute(delete(DemandQuestion).where(DemandQuestion.tenant_id == uow.tenant_id,
                                                     DemandQuestion.id.in_(gone)))


def _faults(command: ChooseMonth, uow: UnitOfWork) -> FieldErrors:
    faults: FieldErrors = {}
    if not MONTH.match(command.month):
        faults["month"] = [(msg("Please write a month as 2026-11."), {})]
    _text(faults, "theme_zh", command.theme_zh, 120, needed=True)
    _text(faults, "theme_en", command.theme_en, 160)
    asked = command.questions
    if not FEWEST <= len(asked) <= MOST or len({one.topic_id for one in asked}) < len(asked):
        faults["questions"] = [(msg("Please choose %(fewest)s or %(most)s different topics."),
                                {"fewest": FEWEST, "most": MOST})]
    topics = set(uow.session.scalars(select(DemandTopic.id).where(DemandTopic.id.in_([one.topic_id for one in asked]))))
    units = {unit.code for unit in tenancy.units(uow.session, active_only=True)}
    for place, one in enumerate(asked):
        _text(faults, f"question_zh_{place}", one.question_zh, 200, needed=True)
        _text(faults, f"question_en_{place}", one.question_en, 300)
        if one.topic_id not in topics:
            faults[f"topic_{place}"] = [(msg("Please choose from the list."), {})]
        if one.unit not in units:
            faults[f"unit_{place}"] = [(msg("Please choose from the list."), {})]
    return faults


def _text(faults: FieldErrors, name: str, text: str, most: int, *, needed: bool = False) -> None:
    if needed and not text.strip():
        faults[name] = [(msg("Please fill this in."), {})]
    elif len(text.strip()) > most:
        faults[name] = [(msg("At most %(limit)s characters."), {"limit": most})]


@handles(NoteProgress)
def note_progress(command: NoteProgress, uow: UnitOfWork) -> dict[str, Any]:
    """Residents read it as it is written."""
    policy.require(uow.actor, "topic.decide")
    faults: FieldErrors = {}
    _text(faults, "progress_zh", command.progress_zh, 2_000, needed=True)
    _text(faults, "progress_en", command.progress_en, 3_000)
    if faults:
        raise Invalid(CHECK, fields=faults)
    query = select(DemandQuestion).where(DemandQuestion.id == command.question_id).with_for_update()
    row = uow.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such question."))
    month = uow.session.scalars(select(DemandMonth).where(DemandMonth.id == row.month_id)).one()
    row.progress_zh, row.progress_en, row.changed_at = command.progress_zh.strip(), command.progress_en.strip(), uow.now
    uow.record(ProgressNoted(month=month.month, question_id=row.id))
    return {"question_id": str(row.id)}
