"""Daily work on a case: drafts, contacts, colleagues named in notes, reply templates, the next task."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.cases import queries
from app.cases.casework import CaseContact, CaseMention, TaskDraft
from app.cases.commands import (
    AddNote,
    ClaimTask,
    CompleteTask,
    DropDraft,
    DropOldDrafts,
    KeepDraft,
    LogContact,
    ReleaseTask,
)
from app.cases.model import CaseEntry
from app.kernel import database
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.knowledge import queries as knowledge
from app.knowledge.commands import SaveReplyTemplate
from app.notifications.model import Notification
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, to_handling

DRAFT = {"action": "reply", "reply": "写了一半 half a"}


def person(office: Office, login: str) -> Actor:
    return office.demo.actors[login]


def waiting(office: Office, element: str = "task_intake") -> Any:
    if not hasattr(office, "case_id"):
        office.submit()
        office.work()
    return office.tasks()[element]


def kept(office: Office, who: Actor, task_id: Any) -> Any:
    with database.current().read(office.tenant_id) as session:
        return queries.draft(session, who, task_id)


def test_a_draft_is_one_persons_and_ends_with_the_task(office: Office) -> None:
    row, clerk, other = waiting(office), person(office, "intake_clerk"), person(office, "intake_clerk2")
    office.send(ClaimTask, clerk, task_id=row.id)
    for text in ("a", "ab"):
        office.send(KeepDraft, clerk, task_id=row.id, data={"cause": text}, form_hash=row.form_hash)
    office.send(KeepDraft, other, task_id=row.id, data={"cause": "mine"}, form_hash=row.form_hash)
    assert len(office.rows(TaskDraft)) == 2 and kept(office, clerk, row.id).data == {"cause": "ab"}
    with database.current().read(office.tenant_id) as session:
        page = queries.task_page(session, clerk, row.id)
        assert page.draft is not None and page.draft.fits
    office.send(CompleteTask, clerk, task_id=row.id, data=INTAKE, form_hash=row.form_hash)
    assert kept(office, clerk, row.id) is None
    assert kept(office, other, row.id).data == {"cause": "mine"}, "what another typed stays readable"
    with pytest.raises(Conflict):
        office.send(KeepDraft, other, task_id=row.id, data={"cause": "too late"})
    office.send(DropDraft, other, task_id=row.id)
    with pytest.raises(NotFound):
        office.send(DropDraft, other, task_id=row.id)
    assert not office.rows(TaskDraft)


def test_giving_back_drops_the_own_draft_and_a_lost_claim_does_not(office: Office) -> None:
    row, clerk, other = waiting(office), person(office, "intake_clerk"), person(office, "intake_clerk2")
    for who in (clerk, other):
        office.send(KeepDraft, who, task_id=row.id, data={"cause": who.name}, form_hash="another version")
    assert kept(office, clerk, row.id).data != {} and len(office.rows(TaskDraft)) == 2
    with database.current().read(office.tenant_id) as session:
        page = queries.task_page(session, clerk, row.id)
        assert page.draft is not None and not page.draft.fits, "of another version of the form: only to copy"
    office.send(ClaimTask, clerk, task_id=row.id)
    office.send(ReleaseTask, person(office, "supervisor"), task_id=row.id)
    assert kept(office, clerk, row.id) is not None
    office.send(ClaimTask, other, task_id=row.id)
    office.send(ReleaseTask, other, task_id=row.id)
    assert kept(office, other, row.id) is None and kept(office, clerk, row.id) is not None


def test_drafts_are_for_those_who_may_do_the_task_and_not_for_ever(office: Office) -> None:
    row, clerk = waiting(office), person(office, "intake_clerk")
    for who in (GUEST, person(office, "leader"), person(office, "administrator")):
        with pytest.raises(Forbidden):
            office.send(KeepDraft, who, task_id=row.id, data=DRAFT)
    for who, task_id in ((person(office, "handler_fwb"), row.id), (clerk, uuid4())):
        with pytest.raises(Conflict):
            office.send(KeepDraft, who, task_id=task_id, data=DRAFT)
    for data in ({"cause": "x" * 70_000}, {f"f{i}": "" for i in range(400)}):
        with pytest.raises(Invalid):
            office.send(KeepDraft, clerk, task_id=row.id, data=data)
    office.send(KeepDraft, clerk, task_id=row.id, data=DRAFT)
    with pytest.raises(Forbidden):
        office.send(DropOldDrafts, clerk)
    office.clock.move_to(office.clock.now() + timedelta(days=29))
    assert office.send(DropOldDrafts, SYSTEM)["dropped"] == 0
    office.clock.move_to(office.clock.now() + timedelta(days=2))
    assert office.send(DropOldDrafts, SYSTEM)["dropped"] == 1 and not office.rows(TaskDraft)


def test_a_contact_is_told_to_the_resident_without_what_was_said(office: Office) -> None:
    to_handling(office)
    handler = office.who("handler@LRS")
    office.send(LogContact, handler, case_id=office.case_id, channel="phone", reached=False, with_whom="其子",
                text="无人接听,语音信箱已满", next_try_on=date(2026, 11, 24), tell_resident=True)
    office.send(LogContact, handler, case_id=office.case_id, channel="visit", reached=True, text="家里没有别人")
    tries = [event.current() for event in office.events("case.contacted")]
    assert [(one["contact_channel"], one["reached"]) for one in tries] == [
        (None, True), ("phone", False), ("visit", True)], "the first is the diagram's own"
    assert not any("信箱" in repr(event.data) for event in office.events())
    with database.current().read(office.tenant_id) as session:
        said = queries.resident_page(session, office.token)
        staff = queries.case_page(session, handler, office.case_id)
    public = [entry for entry in said.entries if entry.contact]
    assert [(entry.body, entry.contact.told) for entry in public] == [("", "We tried to ring you.")]
    assert [entry.body for entry in staff.entries if entry.contact] == ["无人接听,语音信箱已满", "家里没有别人"]
    assert office.rows(CaseContact)[0].next_try_on == date(2026, 11, 24)


@pytest.mark.parametrize(("field", "wrong"), [
    ("contact_channel", {"channel": "fax"}), ("said", {"text": " "}), ("with_whom", {"with_whom": "x" * 121}),
    ("next_try_on", {"next_try_on": date(2026, 11, 22)})])
def test_a_contact_says_what_is_wrong_at_its_field(office: Office, field: str, wrong: dict[str, Any]) -> None:
    office.submit()
    office.work()
    good: dict[str, Any] = {"channel": "phone", "reached": True, "text": "约了明天"}
    with pytest.raises(Invalid) as refused:
        office.send(LogContact, office.who("intake_clerk"), case_id=office.case_id, **(good | wrong))
    assert list(refused.value.fields) == [field] and not office.rows(CaseContact)


def test_a_colleague_named_in_a_note_is_told_and_nobody_else(office: Office) -> None:
    to_handling(office)
    clerk, handler, head = person(office, "intake_clerk"), person(office, "handler_lrs"), person(office, "head_lrs")
    answer = office.send(AddNote, clerk, case_id=office.case_id,
                         text=f"@handler_lrs 请看附件,@{head.name}也请看。报价@5元,写信到 a@b.cn 。@handler_lrs.")
    office.work()
    assert answer["mentioned"] == 2
    told = [row for row in office.rows(Notification) if row.template == "person_mentioned"]
    assert {row.to_user_id for row in told} == {handler.user_id, head.user_id} and len(told) == 2
    assert all(row.case_id == office.case_id and "附件" not in row.body and clerk.name in row.body for row in told)
    assert [row.written for row in office.rows(CaseMention)] == ["@handler_lrs", f"@{head.name}"]
    with database.current().read(office.tenant_id) as session:
        entry = queries.case_page(session, clerk, office.case_id).entries[-1]
    assert entry.mentions == (("@handler_lrs", handler.name), (f"@{head.name}", head.name))


@pytest.mark.parametrize("text", ["@nobody_here 请看", "请@provider_wbs看", "@administrator 请看", "@handler_lrs2 请看"])
def test_a_name_that_nobody_who_may_read_the_case_bears_is_told_and_nothing_is_stored(office: Office, text: str) -> None:
    to_handling(office)
    before = len(office.entries())
    with pytest.raises(Invalid) as refused:
        office.send(AddNote, person(office, "intake_clerk"), case_id=office.case_id, text=text)
    assert list(refused.value.fields) == ["text"] and len(office.entries()) == before
    assert not office.rows(CaseMention)


def test_a_note_for_the_resident_names_no_colleague(office: Office) -> None:
    to_handling(office)
    clerk = person(office, "intake_clerk")
    with pytest.raises(Invalid):
        office.send(AddNote, clerk, case_id=office.case_id, text="已转 @handler_lrs", visibility="public")
    office.send(AddNote, clerk, case_id=office.case_id, text="请写到 @一口 公众号", visibility="public")
    assert office.rows(CaseEntry)[-1].body == "请写到 @一口 公众号" and not office.rows(CaseMention)


def test_the_next_task_is_the_one_held_then_one_of_the_groups(office: Office) -> None:
    clerk = person(office, "intake_clerk")

    def following() -> tuple[Any, Any]:
        with database.current().read(office.tenant_id) as session:
            found = queries.next_task(session, clerk)
        return (found.held and found.held.task_id, found.offered and found.offered.task_id)

    assert following() == (None, None)
    first = waiting(office)
    assert following() == (None, first.id)
    office.send(ClaimTask, person(office, "intake_clerk2"), task_id=first.id)
    assert following() == (None, None), "what a colleague has is not offered"
    office.submit("电梯坏了。The lift is broken.")
    office.work()
    second = office.tasks()["task_intake"]
    office.send(ClaimTask, clerk, task_id=second.id)
    assert following() == (second.id, None)
    with database.current().read(office.tenant_id) as session:
        none = queries.next_task(session, person(office, "leader"))
    assert (none.held, none.offered) == (None, None)


def test_reply_templates_keep_their_versions_and_fit_case_and_form(office: Office) -> None:
    head, administrator = person(office, "head_lrs"), person(office, "administrator")
    words = {"code": "tree", "name_zh": "树", "text_zh": "诉求 {number}:{service}", "modules": ("CS",), "field": "reply"}
    with pytest.raises(Forbidden):
        office.send(SaveReplyTemplate, person(office, "handler_lrs"), **words)
    office.send(SaveReplyTemplate, head, **words)
    assert office.send(SaveReplyTemplate, administrator, **words)["version"] == 1, "nothing changed, nothing written"
    office.send(SaveReplyTemplate, administrator, **(words | {"services": ("CS01",)}))
    for wrong in ({"text_zh": "{phone}"}, {"services": ("XX99",)}, {"modules": ("ZZ",)}, {"name_zh": " "}, {"code": "a b"}):
        with pytest.raises(Invalid):
            office.send(SaveReplyTemplate, administrator, **(words | wrong))
    with database.current().read(office.tenant_id) as session:
        assert [(row.version, row.services, row.changed_by) for row in knowledge.reply_versions(session, "tree")] == [
            (2, ["CS01"], administrator.user_id), (1, [], head.user_id)]
        fits = [code for module, service in (("CS", "CS01"), ("CS", "CS02"), ("LI", None))
                for code in [row.code for row in knowledge.replies_for(session, "handle", module, service)]
                if code == "tree"]
        assert fits == ["tree"]
        assert len(knowledge.reply_templates(session)) == 9, "eight that come with the demo"
    assert knowledge.filled("{number} {service} {x}", {"number": "{service}", "service": "路灯"}) == "{service} 路灯 {x}"
