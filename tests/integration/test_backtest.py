"""A changed table asked again about real cases: what is found, what cannot be judged, and whose cases count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app import catalog, dmn
from app.cases import backtest, given
from app.cases.commands import AnswerQuestion, SubmitCase
from app.cases.model import DecisionRecord
from app.catalog.commands import PublishDefinition
from app.cli.demo import office as demo_office
from app.deadlines.model import Deadline
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork, transact
from app.workers import loop
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

READER = Actor(roles=frozenset({"supervisor"}), groups=frozenset({"supervisor"}))
ANALYST = Actor(roles=frozenset({"analyst"}), groups=frozenset({"analyst"}))


def asked(office: Office, key: str, data: bytes, actor: Actor = READER, **more: Any) -> backtest.Backtest:
    with database.current().read(office.tenant_id) as session:
        return backtest.compare(session, office.tenant_id, key, data, days=more.pop("days", 30), actor=actor, **more)


def in_force(office: Office, key: str) -> bytes:
    with database.current().read(office.tenant_id) as session:
        found = catalog.live(session, office.tenant_id, "decision", key)
    assert found is not None
    return found.data


def change(data: bytes, table: str, cell: Callable[[str], str], column: str = "amount") -> bytes:
    """Every cell of a column of one table, changed."""
    sheet = next(one for one in dmn.sheets(data, "x") if one.decision == table)
    at = next(number for number, one in enumerate(sheet.columns) if one.expression == column)
    rows = [dmn.Row(row.id, (*row.cells[:at], cell(row.cells[at]), *row.cells[at + 1:])) for row in sheet.rows]
    return dmn.written(data, "x", {sheet.id: rows})[0]


def rewrite(office: Office, work: Callable[[DecisionRecord], None]) -> None:
    """Change the stored decisions as an earlier version of the product, or time, would have left them."""
    def write(uow: UnitOfWork) -> None:
        for row in uow.session.query(DecisionRecord):
            work(row)
    transact(office.tenant_id, SYSTEM, write)


def test_what_is_in_force_answers_every_past_decision_as_it_did(office: Office) -> None:
    to_handling(office)
    reply(office)
    made = {row.decision_id for row in office.rows(DecisionRecord)}
    assert len(made) >= 8
    for key in made:
        found = asked(office, key, in_force(office, key))
        assert found.asked == found.same == found.records > 0, (key, found)
        assert not found.presumed and not found.cut


def test_records_of_before_are_asked_by_what_their_tables_say_of_the_inputs(office: Office) -> None:
    to_handling(office)

    def older(row: DecisionRecord) -> None:
        row.trace = given.without(row.trace)
    rewrite(office, older)
    for key in ("time_limit", "urgency", "handling_unit", "service_module"):
        found = asked(office, key, in_force(office, key))
        assert found.asked == found.same > 0, (key, found.not_judged, found.groups)


def test_a_changed_limit_is_grouped_by_output_with_samples_rows_and_dates(office: Office) -> None:
    to_handling(office)
    first, number = office.case_id, office.case().number
    office.submit()
    office.work()
    data = in_force(office, "time_limit")
    found = asked(office, "time_limit", change(data, "reply_limit", lambda cell: str(int(cell) * 2)))
    assert (found.asked, found.different, found.same) == (3, 3, 0)
    assert {one.output for one in found.groups} == {"reply"} and sum(one.count for one in found.groups) == 3
    [group] = [one for one in found.groups if one.before["amount"] == 4]
    assert group.after == {"amount": 8, "unit": "wh", "warn": group.before["warn"]} and group.already == 0
    sample = group.samples[1]  # the newest is of the second case
    assert (group.count, len(group.samples), len(found.groups)) == (3, 3, 1)
    assert (sample.case_id, sample.number, sample.before["reply"]) == (first, number, group.before)
    assert sample.outputs == ("reply",)
    assert [(one.decision, one.before, one.after) for one in sample.rows] == [("reply_limit", (8,), (8,))]
    [shift] = found.dates
    assert (shift.clock, shift.cases, shift.later, shift.earlier, shift.undated) == ("reply", 1, 1, 0, 0)
    assert (shift.overdue_before, shift.overdue_after) == (0, 0)


def test_a_shorter_limit_counts_the_open_cases_that_would_be_late(office: Office) -> None:
    to_handling(office)
    [clock_row] = office.rows(Deadline, Deadline.name == "reply", Deadline.state == "running")
    office.clock.move_to(clock_row.started_at + timedelta(minutes=30))
    shorter = change(in_force(office, "time_limit"), "reply_limit", lambda cell: "1")
    shorter = change(shorter, "reply_limit", lambda cell: '"min"', "unit")
    [shift] = asked(office, "time_limit", shorter).dates
    assert (shift.cases, shift.earlier, shift.overdue_before, shift.overdue_after) == (1, 1, 0, 1)
    without = change(in_force(office, "time_limit"), "reply_limit", lambda cell: "null")
    [shift] = asked(office, "time_limit", without).dates
    assert (shift.cases, shift.undated) == (0, 1)


def test_a_date_goes_through_the_same_extension_and_wait(office: Office) -> None:
    """With the budget it has, a clock's date comes out as it stands: the acts are gone through as they happened."""
    from app.cases.backtest.dates import Dates, acts_of

    to_handling(office)
    data = in_force(office, "time_limit")
    office.do("task_handle", action="request_extension", extension_days="2", extension_reason="车辆不足 trucks are short")
    office.do("task_approve_extension", extension_approved="yes", extension_days="1")
    office.do("task_handle", action="ask_resident", question="请问是几号楼? Which building?")
    office.wait(hours=24)
    office.send(AnswerQuestion, token=office.token, text="三号楼。Block 3.")
    office.work()
    [row] = office.rows(Deadline, Deadline.name == "reply")
    with database.current().read(office.tenant_id) as session:
        dates = Dates(session, office.tenant_id, clock.now())
        acts = acts_of(session, [row.id])[row.id]
        assert [act.kind for act in acts] == ["start", "extend", "pause", "resume"]
        assert dates._due(row, row.budget, acts) == row.due_at != row.first_due_at
        shorter = dates._due(row, {**row.budget, "amount": row.budget["amount"] - 1}, acts)
    assert shorter is not None and shorter < row.due_at
    assert not asked(office, "time_limit", data).dates


def test_a_column_that_the_old_table_had_not_is_asked_with_what_the_process_knew(office: Office) -> None:
    to_handling(office)
    data = with_input(in_force(office, "urgency"), "channel", '"web"', '"emergency"')
    found = asked(office, "urgency", data)
    assert (found.asked, found.different, found.unjudged) == (1, 1, 0) and not found.presumed
    assert found.groups[0].after == "emergency"
    unknown = asked(office, "urgency", with_input(in_force(office, "urgency"), "weather", '"rain"', '"emergency"'))
    assert unknown.valueless == ("weather",) and unknown.same == 1


def test_what_was_not_kept_is_taken_from_forms_or_the_case_and_told_or_not_judged(office: Office) -> None:
    to_handling(office)

    def older(row: DecisionRecord) -> None:
        row.trace = given.without(row.trace)
    rewrite(office, older)
    base = in_force(office, "urgency")
    for name, source in (("intake_decision", "form"), ("channel", "case")):
        found = asked(office, "urgency", with_input(base, name, "-", '"emergency"'))
        assert found.presumed == {(name, source): 1} and found.different == 1, name
        assert found.groups[0].samples[0].presumed
    found = asked(office, "urgency", with_input(base, "weather", "-", '"emergency"'))
    assert (found.unjudged, found.different, found.same) == (1, 0, 0)
    assert found.not_judged[0].params == {"names": "weather"} and found.not_judged[0].samples[0].number

    def erased(row: DecisionRecord) -> None:
        row.inputs, row.trace = {}, {}
    rewrite(office, erased)
    [trouble] = asked(office, "urgency", base).not_judged
    assert "erased" in trouble.message and trouble.count == 1


def with_input(data: bytes, name: str, cell: str, answer: str) -> bytes:
    """The table with one more input, and a first row that decides by it alone."""
    text = data.decode()
    sheet = dmn.sheets(data, "x")[0]
    needs = f'<informationRequirement id="n_{name}"><requiredInput href="#in_{name}"/></informationRequirement>'
    text = text.replace("<decision id", f'<inputData id="in_{name}" name="{name}"><variable id="v_{name}" name="{name}" '
                        'typeRef="string"/></inputData><decision id', 1)
    text = text.replace("<decisionTable ", needs + "<decisionTable ", 1)
    column = f'<input id="c_{name}" label="{name}"><inputExpression id="e_{name}"><text>{name}</text></inputExpression></input>'
    text = text.replace("<output id", column + "<output id", 1)
    inputs = sum(one.part == "input" for one in sheet.columns)
    cells = "<inputEntry><text>-</text></inputEntry>" * inputs + f"<inputEntry><text>{cell}</text></inputEntry>"
    rule = f'<rule id="first_{name}">{cells}<outputEntry><text>{answer}</text></outputEntry></rule>'
    rules = text.index("<rule ")
    body = text[rules:].replace("<outputEntry", "<inputEntry><text>-</text></inputEntry><outputEntry")
    return (text[:rules] + rule + body).encode()


def test_rows_that_contradict_each_other_are_failures_and_named(office: Office) -> None:
    to_handling(office)
    data = in_force(office, "service_module")
    sheet = dmn.sheets(data, "x")[0]
    assert sheet.hit_policy == "UNIQUE"
    added = dmn.Row("", ("? = service", '"CS"', '"complaint"', "all of these"))
    found = asked(office, "service_module", dmn.written(data, "x", {sheet.id: [*sheet.rows, added]})[0])
    assert (found.failing, found.different, found.same) == (1, 0, 0)
    assert found.failures[0].params == {"decision": "service_module", "rows": "31, 41"}
    assert found.failures[0].samples[0].number == office.case().number


def test_a_difference_that_the_version_in_force_makes_already_is_told_apart(office: Office) -> None:
    to_handling(office)
    other = change(in_force(office, "urgency"), "urgency", lambda cell: '"emergency"', "urgency")
    dispatch(PublishDefinition(tenant_id=office.tenant_id, actor=SYSTEM, kind="decision", definition_key="urgency",
                               data=other, reason="x"))
    found = asked(office, "urgency", other)
    assert found.different == 1 and found.groups[0].already == 1


def test_it_ends_at_its_bounds_and_says_so(office: Office) -> None:
    for _ in range(3):
        office.submit()
    office.work()
    data = in_force(office, "time_limit")
    cut = asked(office, "time_limit", data, most=2)
    assert (cut.records, cut.asked, cut.cut) == (3, 2, "most")
    stopped = asked(office, "time_limit", data, seconds=0.0)
    assert stopped.asked == 0 and stopped.cut == "time"
    assert asked(office, "time_limit", data, most=3).cut is None
    office.clock.move_to(office.clock.now() + timedelta(days=8))
    assert asked(office, "time_limit", data, days=7).records == 0
    for days in (0, 99_999):
        with pytest.raises(Invalid):
            asked(office, "time_limit", data, days=days)
    with pytest.raises(Invalid):
        asked(office, "time_limit", in_force(office, "urgency"))


def test_parts_follow_each_other_without_a_gap_or_a_repetition(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cases.backtest import records

    for _ in range(5):
        office.submit()
    office.work()
    with database.current().read(office.tenant_id) as session:
        since = clock.now() - timedelta(days=1)
        whole = [one.id for part in records.parts(session, "time_limit", since) for one in part]
        monkeypatch.setattr(records, "CHUNK", 2)
        small = [[one.id for one in part] for part in records.parts(session, "time_limit", since)]
    assert len(whole) == 5 and [len(part) for part in small] == [2, 2, 1]
    assert [one for part in small for one in part] == whole == sorted(whole, reverse=True)


def test_security_20_samples_only_for_who_may_read_cases_and_only_of_those(office: Office) -> None:
    to_handling(office)
    unit, data = office.case().unit, change(in_force(office, "urgency"), "urgency", lambda cell: '"emergency"', "urgency")
    counted = asked(office, "urgency", data, actor=ANALYST)
    assert counted.different == 1 and counted.groups[0].count == 1
    assert not counted.samples_shown and not counted.groups[0].samples
    seen = asked(office, "urgency", data, actor=READER)
    assert seen.samples_shown and seen.groups[0].samples[0].number == office.case().number
    provider = next(one for one in office.demo.actors.values() if one.roles == {"provider"}
                    and f"provider@{unit}" not in one.groups)
    elsewhere = asked(office, "urgency", data, actor=provider)
    assert elsewhere.different == 1 and not elsewhere.groups[0].samples


def test_security_20_texts_that_no_table_says_are_not_shown(office: Office) -> None:
    to_handling(office)

    def words(row: DecisionRecord) -> None:
        if row.decision_id == "urgency":
            row.trace = {**row.trace, "value": "王女士 13900000001"}
    rewrite(office, words)
    found = asked(office, "urgency", in_force(office, "urgency"))
    assert found.groups[0].before == "***" and found.groups[0].samples[0].before == "***"
    assert found.groups[0].after == "normal"


def test_security_21_decisions_of_other_offices_never_count(office: Office) -> None:
    other: UUID = demo_office.create("other")
    for _ in range(2):
        dispatch(SubmitCase(tenant_id=other, actor=GUEST, text="路灯坏了。", name="赵", phone="13911110009"))
    loop.until_idle()
    data = change(in_force(office, "time_limit"), "accept_limit", lambda cell: "97")
    assert asked(office, "time_limit", data).records == 0
    office.submit()
    mine = asked(office, "time_limit", data)
    assert (mine.records, mine.different) == (1, 1)
    assert {one.case_id for group in mine.groups for one in group.samples} == {office.case_id}
    with database.current().read(other) as session:
        theirs = backtest.compare(session, other, "time_limit", data, days=30, actor=READER)
    assert theirs.records == 2 and office.case_id not in {
        one.case_id for group in theirs.groups for one in group.samples}


def test_security_38_nothing_is_stored_by_asking(office: Office) -> None:
    to_handling(office)
    before = [(row.id, row.trace) for row in office.rows(DecisionRecord)], office.events(), office.rows(Deadline)
    asked(office, "time_limit", change(in_force(office, "time_limit"), "reply_limit", lambda cell: "1"))
    after = [(row.id, row.trace) for row in office.rows(DecisionRecord)], office.events(), office.rows(Deadline)
    assert before[0] == after[0] and len(before[1]) == len(after[1])
    assert [row.due_at for row in before[2]] == [row.due_at for row in after[2]]
