"""What went through diagrams: counted by day equals counted from the steps, times against exact ones, rework, overdue."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.auth.actors import actor_of
from app.cases.commands import SubmitCase, WithdrawCase
from app.cases.model import CaseStep
from app.cases.queries import Standing, Through, search_cases
from app.deadlines import calendar_of
from app.deadlines.model import Deadline
from app.insight.commands import CountPassages, ForgetPassages
from app.insight.histogram import ERROR, bucket, percentile
from app.insight.model import PassageDay, PassageRun
from app.insight.periods import Period
from app.insight.queries import HeatFigures, heat
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Forbidden
from app.tenancy.queries import tenant_by_slug
from app.workers import passages as worker
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE

ROOT = "service_request"
ZONE = ZoneInfo("Asia/Shanghai")


def reader(office: Office, who: str = "supervisor") -> Actor:
    with database.current().read(office.tenant_id) as session:
        found = actor_of(session, office.who(who).user_id)  # type: ignore[arg-type]
        assert found is not None
        return found


def seen(office: Office, key: str = ROOT, days: int = 20, digest: str = "", who: str = "supervisor",
         back: int = 0) -> HeatFigures:
    today = office.clock.now().astimezone(ZONE).date() - timedelta(days=back)
    actor = reader(office, who)
    with database.current().read(office.tenant_id) as session:
        return heat(session, office.tenant_id, actor, key, Period(today - timedelta(days=days - 1), today, "day", ZONE),
                    digest)


def count(office: Office) -> int:
    total, more = 0, True
    while more:
        answer = dispatch(CountPassages(tenant_id=office.tenant_id, actor=SYSTEM, days=2))
        total, more = total + answer["days"], answer["more"]
    return total


def played(office: Office) -> None:
    """Three requests over four days: one taken in late on the second day, one withdrawn, one waits."""
    office.submit()
    office.work()
    office.wait(hours=7)
    office.do("task_intake", **INTAKE)
    office.submit()
    office.work()
    office.wait(days=1)
    office.send(WithdrawCase, token=office.token)
    office.work()
    office.submit()
    office.work()
    office.wait(days=3)


def test_counted_days_say_what_the_steps_say(office: Office) -> None:
    played(office)
    dispatch(ForgetPassages(tenant_id=office.tenant_id, actor=SYSTEM))
    fresh, missing = seen(office, days=3), seen(office)
    assert fresh.counted and not missing.counted and count(office) >= 4
    counted = seen(office)
    assert seen(office, days=3) == fresh and counted.counted and count(office) == 0
    rows = {row.day: row.figures for row in office.rows(PassageDay, PassageDay.process_id == ROOT)}
    assert rows
    dispatch(ForgetPassages(tenant_id=office.tenant_id, actor=SYSTEM))
    assert not office.rows(PassageDay) and count(office) >= 4
    assert rows == {row.day: row.figures for row in office.rows(PassageDay, PassageDay.process_id == ROOT)}
    steps = Counter(row.element_id for row in office.rows(CaseStep, CaseStep.process_id == ROOT)
                    if row.how == "completed")
    flows = {name for name in counted.elements if name.startswith("flow_")}
    assert {name: one.passages for name, one in counted.elements.items() if one.passages and name not in flows} == steps
    assert counted.elements["task_intake"].live == 1 and flows
    assert seen(office, back=30).elements["task_intake"].passages == 0


def test_days_on_which_nothing_went_on_are_passed_over(office: Office) -> None:
    played(office)
    office.clock.move_to(office.clock.now() + timedelta(days=400))
    office.submit()
    office.clock.move_to(office.clock.now() + timedelta(days=400))
    answers = []
    while not answers or answers[-1]["more"]:
        answers.append(dispatch(CountPassages(tenant_id=office.tenant_id, actor=SYSTEM, days=7)))
    assert len(answers) < 5 and sum(one["days"] for one in answers) >= 800
    assert seen(office, days=1_000).counted and len({row.day for row in office.rows(PassageDay)}) > 2


def test_times_are_working_time_and_within_the_error(office: Office) -> None:
    played(office)
    count(office)
    found = seen(office)
    with database.current().read(office.tenant_id) as session:
        calendar = calendar_of(session, office.tenant_id)
    began: dict[Any, Any] = {}
    exact: dict[str, list[float]] = {}
    for row in sorted(office.rows(CaseStep, CaseStep.process_id == ROOT), key=lambda row: row.id):
        token = (row.case_id, row.element_id, row.task_id)
        if row.how == "entered":
            began[token] = row.at
        elif row.how == "completed":
            exact.setdefault(row.element_id, []).append(calendar.between(began[token], row.at).total_seconds())
    assert exact["task_intake"][0] > 3_600
    for name, values in exact.items():
        for share, told in ((0.5, found.elements[name].median), (0.9, found.elements[name].most)):
            true = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
            assert told is not None and abs(told - true) <= ERROR * true + 1, name


def test_percentiles_of_buckets_are_within_their_error() -> None:
    for seed in range(20):
        dice = random.Random(seed)  # noqa: S311  a play
        values = [dice.lognormvariate(8, 2) for _ in range(dice.randint(1, 400))] + [0.0] * dice.randint(0, 30)
        counts = Counter(bucket(timedelta(seconds=one)) for one in values)
        for share in (0.01, 0.5, 0.9, 1.0):
            true, told = sorted(values)[max(1, math.ceil(share * len(values))) - 1], percentile(counts, share)
            assert told is not None and (abs(told - true) <= ERROR * true * 1.001 or (true < 1 and told == 0))
    assert percentile({}, 0.5) is None


def test_coming_back_is_rework_and_a_limit_that_ran_out_is_overdue(office: Office) -> None:
    office.submit()
    office.work()
    at = office.clock.now()
    step = next(row for row in office.rows(CaseStep) if row.element_id == "task_intake")

    def write(uow: Any) -> None:
        for number, (how, after) in enumerate((("completed", 2), ("entered", 3), ("completed", 5), ("entered", 6))):
            uow.session.add(CaseStep(
                tenant_id=office.tenant_id, case_id=step.case_id, process_id=ROOT, element_id="task_intake", how=how,
                task_id=step.task_id if not number else f"again{number // 3}", at=at + timedelta(hours=after)))
        for row in uow.session.query(Deadline).limit(1):
            row.breached_at = at + timedelta(hours=4)

    from app.kernel.unit_of_work import transact

    transact(office.tenant_id, SYSTEM, write)
    office.wait(days=2)
    count(office)
    one = seen(office).elements["task_intake"]
    assert (one.passages, one.rework, one.overdue) == (2, 1, 1)


def test_each_version_by_itself_and_all_together(office: Office) -> None:
    played(office)
    count(office)
    whole = seen(office)
    versions = {row.hash for row in office.rows(PassageDay, PassageDay.process_id == ROOT)}
    assert len(versions) == 1
    assert seen(office, digest=versions.pop()) == whole
    other = seen(office, digest="0" * 64)
    assert not any(one.passages or one.live for one in other.elements.values())


def test_only_who_may_read_figures_and_only_the_machine_counts(office: Office) -> None:
    with pytest.raises(Forbidden):
        seen(office, who="handler@LRS")
    for command in (CountPassages, ForgetPassages):
        with pytest.raises(Forbidden):
            dispatch(command(tenant_id=office.tenant_id, actor=reader(office)))


def test_the_worker_counts_once_a_day(office: Office) -> None:
    played(office)
    worker.DAILY.soon()
    while worker.tick(office.clock.now(), "w"):
        worker.DAILY.soon()
    (run,) = office.rows(PassageRun)
    assert run.through == office.clock.now().astimezone(ZONE).date() - timedelta(days=1)
    assert worker.tick(office.clock.now(), "w") == 0
    office.clock.advance(timedelta(days=1))
    assert worker.tick(office.clock.now(), "w") == 1
    worker.DAILY.soon()


def test_the_cases_behind_a_count(office: Office) -> None:
    played(office)
    actor, now = reader(office), office.clock.now()
    where = Standing(ROOT, "", "task_intake")
    with database.current().read(office.tenant_id) as session:
        found = search_cases(session, actor, through=Through(where, now - timedelta(days=10), now))
        none = search_cases(session, actor, through=Through(where, now - timedelta(days=10), now - timedelta(days=9)))
    assert len(found) == seen(office).elements["task_intake"].passages == 1 and not none


def test_the_shell_counts_all_anew(any_app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="路灯坏了。", name="赵小敏", phone="13911110001"))
    dispatch(CountPassages(tenant_id=tenant.tenant_id, actor=SYSTEM))
    runner = any_app.test_cli_runner(env={"LC_ALL": "en_GB.UTF-8"})
    with any_app.app_context():
        done = runner.invoke(args=["insight", "rebuild", "demo"])
        other = runner.invoke(args=["insight", "rebuild", "nowhere"])
    assert done.exit_code == 0 and "0 days are counted." in done.output
    assert other.exit_code == 1 and "nowhere" in other.output
