"""One step against the database: rows follow the state, claims stay, the version check holds, tenants are apart."""
from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from harness import (
    ERROR,
    MESSAGE,
    NOW,
    TestPorts,
    boundary,
    end,
    errors,
    flows,
    gate,
    message,
    process,
    script,
    service,
    start,
    timer,
    user,
)
from sqlalchemy import select, update

from app.engine import CompleteJob, CompleteTask, FireTimer, Retry, Start, StepBudget, store
from app.engine.model import IncidentRow, JobRow, OpenTaskGroup, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import clock
from app.kernel import database as kernel_database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy.commands import CreateTenant

TENANT, OTHER = UUID(int=7), UUID(int=8)
GROUPS = '<zeebe:assignmentDefinition candidateGroups="head, handler@U1"/>'
DATA = process(start() + gate("g", "parallel") + user("u", GROUPS) + user("v", GROUPS) + service("w")
               + boundary("late", "u", timer("timeDuration", "PT5H"), False) + boundary("m", "u", MESSAGE("more"), False)
               + user("nag") + end() + flows("s>g g>u g>v g>w u>e v>e w>e late>nag m>nag nag>e"), top=message("more", "=id"))


@pytest.fixture
def ports(database):
    with clock.use(clock.VirtualClock(NOW)):
        yield TestPorts(DATA)


def begin(ports, **variables) -> UUID:
    return transact(TENANT, SYSTEM, lambda uow: store.start(uow, Start("p", {"id": "C-1", **variables}), ports,
                                                            business_key="case-1").instance.id)


def rows(model, tenant=TENANT):
    with kernel_database.current().read(tenant) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def task(name: str) -> OpenTaskRow:
    return next(r for r in rows(OpenTaskRow) if r.element_id == name)


def act(instance: UUID, stimulus, ports, **more):
    return transact(TENANT, SYSTEM, lambda uow: store.apply(uow, instance, stimulus, ports, **more))


def test_a_start_writes_the_instance_and_its_narrow_rows(ports):
    instance = begin(ports)
    made = rows(ProcessInstance)[0]
    assert (made.id, made.process_id, made.status, made.version) == (instance, "p", "active", 1)
    assert made.definition_hash == ports.definitions[0].hash and made.state.startswith(b'{"v":2')
    assert [r.element_id for r in rows(OpenTaskRow)] == ["u", "v"] and rows(OpenTaskRow)[0].groups == ["head", "handler@U1"]
    assert sorted(r.group_name for r in rows(OpenTaskGroup)) == ["handler@U1", "handler@U1", "head", "head"]
    assert [(r.element_id, r.due_at) for r in rows(TimerRow)] == [("late", NOW + timedelta(hours=5))]
    assert [(r.name, r.key) for r in rows(SubscriptionRow)] == [("more", "C-1")]
    assert [(r.type, r.retries, r.run_at) for r in rows(JobRow)] == [("work", 3, NOW)]


def test_claims_of_tasks_that_stay_open_are_kept(ports):
    instance, person = begin(ports), new_id()
    claimed, opened_at = task("v").id, task("v").opened_at

    def claim(uow):
        uow.session.get(OpenTaskRow, (TENANT, claimed)).claimed_by = person
        uow.session.get(OpenTaskRow, (TENANT, claimed)).form_hash = "pinned"
    transact(TENANT, SYSTEM, claim)
    act(instance, CompleteTask(task("u").id.hex, {"a": 1}), ports)
    assert [(r.element_id, r.claimed_by, r.form_hash, r.opened_at) for r in rows(OpenTaskRow)] == [("v", person, "pinned", opened_at)]
    assert not rows(TimerRow) and not rows(SubscriptionRow) and len(rows(OpenTaskGroup)) == 2


def test_the_last_step_ends_the_instance(ports):
    instance = begin(ports)
    act(instance, CompleteJob(rows(JobRow)[0].id.hex), ports)
    act(instance, CompleteTask(task("u").id.hex), ports)
    act(instance, CompleteTask(task("v").id.hex), ports)
    made = rows(ProcessInstance)[0]
    assert (made.status, made.version, made.ended_at) == ("completed", 4, NOW)
    assert not any(rows(m) for m in (OpenTaskRow, OpenTaskGroup, TimerRow, JobRow, SubscriptionRow))
    with pytest.raises(Conflict):
        act(instance, Retry(), ports)


def test_a_timer_takes_the_same_path_as_a_click(ports):
    instance = begin(ports)
    late = rows(TimerRow)[0].id.hex
    with pytest.raises(Conflict):
        act(instance, FireTimer(late), ports)
    with clock.use(clock.VirtualClock(NOW + timedelta(hours=6))):
        act(instance, FireTimer(late), ports)
    assert sorted(r.element_id for r in rows(OpenTaskRow)) == ["nag", "u", "v"] and not rows(TimerRow)


def test_another_tenant_finds_nothing(ports):
    instance = begin(ports)
    with pytest.raises(NotFound):
        transact(OTHER, SYSTEM, lambda uow: store.apply(uow, instance, Retry(), ports))
    assert not rows(OpenTaskRow, OTHER)


def test_a_step_on_an_old_version_is_a_conflict_and_changes_nothing(ports):
    instance = begin(ports)
    target = task("u").id.hex

    def meddled(uow):
        held = store.lock(uow, instance).instance
        uow.session.execute(update(ProcessInstance).values(version=ProcessInstance.version + 1)
                            .execution_options(synchronize_session=False))
        return store._write_state(uow, held, store.run(held.state, CompleteTask(target), now=uow.now, ports=ports))
    with pytest.raises(Conflict):
        transact(TENANT, SYSTEM, meddled)
    assert rows(ProcessInstance)[0].version == 1 and len(rows(OpenTaskRow)) == 2


def test_of_eight_at_once_one_wins(ports):
    instance, target, outcomes = begin(ports), task("u").id.hex, []

    def click():
        try:
            act(instance, CompleteTask(target, {"n": 1}), ports)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
    threads = [threading.Thread(target=click) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["done"] and rows(ProcessInstance)[0].version == 2


def test_an_incident_is_a_row_until_it_is_resolved(ports):
    ports.definitions = TestPorts(process(start() + user("u", '<zeebe:assignmentDefinition candidateGroups="=unit"/>') + end()
                                          + flows("s>u u>e"))).definitions
    instance = begin(ports)
    assert [(r.element_id, r.code, r.resolved_at) for r in rows(IncidentRow)] == [("u", "type", None)]
    act(instance, Retry(), ports)
    assert len(rows(IncidentRow)) == 1
    act(instance, Retry({"unit": "head"}), ports)
    assert rows(IncidentRow)[0].resolved_at == NOW and task("u").groups == ["head"]


def test_a_spent_budget_leaves_an_incident_and_the_state_as_it_was(ports):
    instance = begin(ports)
    before = rows(ProcessInstance)[0].state
    stepped = act(instance, CompleteTask(task("u").id.hex, {"text": "x" * 9000}), ports, budget=StepBudget(state_bytes=5000))
    assert stepped.result is None and rows(ProcessInstance)[0].state == before
    assert [(r.source, r.code) for r in rows(IncidentRow)] == [("budget", "budget_size")] and len(rows(OpenTaskRow)) == 2


def test_an_error_of_a_job_moves_the_rows(ports):
    from app.engine import ThrowJobError
    ports.definitions = TestPorts(process(start() + service("w") + boundary("b", "w", ERROR("X")) + user("u") + end()
                                          + flows("s>w w>e b>u u>e"), top=errors("X"))).definitions
    instance = begin(ports)
    act(instance, ThrowJobError(rows(JobRow)[0].id.hex, "X"), ports)
    assert not rows(JobRow) and task("u")


def test_now_and_today_are_the_offices(database):
    from app.tenancy import handlers  # noqa: F401  registers the command

    dispatch(CreateTenant(tenant_id=OTHER, actor=SYSTEM, slug="ny", name_zh="纽约", name_en="New York",
                          time_zone="America/New_York"))
    made = TestPorts(process(start() + script("d", "=string(now())", "at") + service("w") + end() + flows("s>d d>w w>e")))
    with clock.use(clock.VirtualClock(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))):
        for tenant, expected in ((TENANT, "2026-11-24T07:30:00"), (OTHER, "2026-11-23T18:30:00")):
            transact(tenant, SYSTEM, lambda uow: store.start(uow, Start("p"), made))
            assert [str(job.variables["at"])[:19] for job in rows(JobRow, tenant)] == [expected]
