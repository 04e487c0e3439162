"""A changed diagram over past cases: who takes another path, who stops, and whose path cannot be judged."""

from __future__ import annotations

import pytest

from app import catalog
from app.cases import backtest
from app.cases.commands import AnswerQuestion, RateCase
from app.cases.model import FormSubmission
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import DefinitionError, Invalid
from app.kernel.unit_of_work import UnitOfWork, transact
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

SUPERVISOR = Actor(roles=frozenset({"supervisor"}), groups=frozenset({"supervisor"}))
WORK = "unit_work"


def in_force(office: Office, key: str) -> bytes:
    with database.current().read(office.tenant_id) as session:
        found = catalog.live(session, office.tenant_id, "process", key)
    assert found is not None
    return found.data


def tried(office: Office, key: str, data: bytes, **more: int) -> backtest.Backtest:
    with database.current().read(office.tenant_id) as session:
        return backtest.over_cases(session, office.tenant_id, key, data, days=more.pop("days", 30), actor=SUPERVISOR, **more)


def test_what_is_in_force_leads_every_case_along_its_own_path(office: Office) -> None:
    to_handling(office)
    office.do("task_handle", action="ask_resident", question="请问是几号楼? Which building?")
    office.send(AnswerQuestion, token=office.token, text="三号楼。Block 3.")
    office.work()
    reply(office)
    office.send(RateCase, token=office.token, rating=1, solved="no", comment="没有解决 not solved")
    office.work()
    office.wait(days=1)
    to_handling(office)
    for key in ("service_request", WORK, "follow_up", "ask_resident"):
        found = tried(office, key, in_force(office, key))
        assert found.kind == "process" and found.asked == found.records == found.same > 0, (key, found.not_judged, found.failures)


def test_another_path_and_a_step_that_has_no_place(office: Office) -> None:
    to_handling(office)
    reply(office)
    data, visit = in_force(office, WORK), in_force(office, "follow_up")
    other = visit.replace(b">=rating != null<", b">=rating = null<")
    assert other != visit
    found = tried(office, "follow_up", other)
    assert (found.asked, found.different, found.failing) == (1, 1, 0)
    [group] = found.groups
    assert group.output == "path" and "task_invite_rating" in group.before and "end_rated" in group.after
    assert group.samples[0].number == office.case().number
    gone = tried(office, WORK, data.replace(b"task_handle", b"task_treat"))
    [trouble] = gone.failures
    assert (gone.different, trouble.count) == (0, 1) and "waits for" in trouble.message
    assert trouble.params == {"element": "task_handle", "open": "task_treat"}
    with pytest.raises(DefinitionError):
        tried(office, WORK, b"<x/>")
    with pytest.raises(Invalid, match="is the process unit_work"):
        tried(office, "follow_up", data)
    assert tried(office, WORK, data, most=1).cut is None and tried(office, WORK, data, days=1).records == 1


def test_what_was_not_kept_is_not_judged(office: Office) -> None:
    to_handling(office)

    def lose(uow: UnitOfWork) -> None:
        for row in uow.session.query(FormSubmission):
            uow.session.delete(row)
    transact(office.tenant_id, SYSTEM, lose)
    found = tried(office, WORK, in_force(office, WORK))
    assert (found.asked, found.unjudged, found.same) == (1, 1, 0) and "does not lead" in found.not_judged[0].message
