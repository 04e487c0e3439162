"""The owner on both databases: one transaction, a fence, suspension, reloading, what kills the engine."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel import clock, database, pauses
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.rules import ChildEngine, Owner, child, engines
from app.rules.model import RuleDue, RuleFiring, RuleHit, RulePosition, RuleQuarantine
from app.rules.owner import Moved
from app.tenancy import zones
from tests.rules import world
from tests.rules.oracle import oracle

ZONE = zones.ZoneInfo(zones.DEFAULT)
MATCH = "rule: m\nshape: match\nmode: shadow\nevent: case.rated\nwhere: 'rating <= 2'\nthen: [{action: tag, params: {tag: x}}]\n"
CHAIN = ("rule: s\nshape: sequence\nmode: shadow\nby: [case]\nwithin: PT3H\nsteps:\n  - {event: case.dispatched}\n"
         "  - {event: case.closed}\nthen: [{action: tag, params: {tag: x}}]\n")
COUNT = ("rule: c\nshape: count\nmode: shadow\nevent: case.rated\nby: [unit]\nn: 3\nwindow: PT1H\n"
         "then: [{action: tag, params: {tag: x}}]\n")
ABSENT = ("rule: a\nshape: absence\nmode: shadow\nafter: {event: case.dispatched}\nexpect: {event: case.closed}\nby: [case]\n"
          "within: PT2H\nthen: [{action: tag, params: {tag: x}}]\n")
ALL = {"m": MATCH, "s": CHAIN, "c": COUNT, "a": ABSENT}


def start(owner: Owner, tenant_id: UUID, files: dict[str, str]) -> None:
    world.publish(tenant_id, files)
    owner.work(tenant_id, world.START)


def stream(tenant_id: UUID, count: int, first: int = 1, seed: int = 3) -> None:
    world.put(tenant_id, world.events(random.Random(seed), tenant_id, count, start=first))


def rows(tenant_id: UUID, model: Any) -> list[Any]:
    with database.current().read(tenant_id) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def position(tenant_id: UUID) -> RulePosition:
    return rows(tenant_id, RulePosition)[0]


def told(tenant_id: UUID, high: int = 10**9) -> list[Any]:
    """What the oracle says without the absences, which fire by the clock."""
    found = world.rules_of(tenant_id)
    absent = {rule.key for rule in found.rules if rule.shape == "absence"}
    return [one for one in oracle(found, world.seen(tenant_id, found, high), ZONE) if one[1] not in absent]


def test_position_and_firings_move_in_one_transaction(tenant_id: UUID, owners: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = owners()
    start(owner, tenant_id, ALL)
    stream(tenant_id, 300)
    with monkeypatch.context() as broken:
        broken.setattr("app.rules.firing.dedupe_of", lambda *_words: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            owner.work(tenant_id, world.START)
    assert position(tenant_id).number == 0 and not any(rows(tenant_id, model) for model in (RuleFiring, RuleHit, RuleDue))
    owner.work(tenant_id, world.START)
    assert position(tenant_id).number == 300 and world.firings(tenant_id, "shadow") == told(tenant_id) != []


def test_of_two_owners_the_late_one_moves_nothing(tenant_id: UUID, owners: Any) -> None:
    first, second = owners(), owners()
    start(first, tenant_id, ALL)
    second.work(tenant_id, world.START)
    stream(tenant_id, 200)
    second.work(tenant_id, world.START)
    office, before = first.offices[tenant_id], world.firings(tenant_id)
    with pytest.raises(Moved):
        first._batch(office)
    assert world.firings(tenant_id) == before == told(tenant_id)


def test_a_suspended_office_waits(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    start(owner, tenant_id, ALL)
    stream(tenant_id, 100)
    transact(tenant_id, SYSTEM, lambda uow: pauses.put(uow.session, tenant_id, uow.now))
    with pytest.raises(Moved):
        owner.work(tenant_id, world.START)
    assert not rows(tenant_id, RuleFiring) and position(tenant_id).number == 0
    transact(tenant_id, SYSTEM, lambda uow: pauses.lift(uow.session, tenant_id))
    owner.close()
    owner.work(tenant_id, world.START)
    assert world.firings(tenant_id) == told(tenant_id)


def test_two_offices_share_one_engine_and_no_event(tenant_id: UUID, owners: Any) -> None:
    owner, other = owners(), new_id()
    for one in (tenant_id, other):
        start(owner, one, ALL)
        stream(one, 200, seed=int(one.int % 100))
    for one in (tenant_id, other):
        owner.work(one, world.START)
    assert world.firings(tenant_id) == told(tenant_id) and world.firings(other) == told(other)


def test_new_rules_look_back_without_doing_anything(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    start(owner, tenant_id, ALL)
    stream(tenant_id, 600)
    owner.work(tenant_id, world.START)
    before, generation = world.firings(tenant_id), position(tenant_id).generation
    wider = CHAIN.replace("PT3H", "PT6H")
    world.publish(tenant_id, {"s": wider, "c2": COUNT.replace("rule: c", "rule: c2").replace("n: 3", "n: 4")})
    stream(tenant_id, 600, first=601)
    owner.work(tenant_id, world.START)
    assert position(tenant_id).generation == generation + 1 and position(tenant_id).error == ""
    new = world.rules_of(tenant_id)
    again = oracle(new, world.seen(tenant_id, new), ZONE)  # the whole stream lies within the new windows, but for counts
    back = world.firings(tenant_id, "suppressed")
    assert back and {one[1] for one in back} == {"s", "c2"} and all(one[0] <= 600 for one in back)
    chains = [one for one in again if one[1] == "s"]
    mine = [one for one in rows(tenant_id, RuleFiring) if one.rule == "s" and one.version in new.versions]
    assert sorted((one.number, "s", tuple(one.numbers)) for one in mine) == chains
    assert {one.mode for one in mine if one.number > 600} == {"shadow"}
    assert [one for one in world.firings(tenant_id, "shadow") if one[1] in ("m", "c")] == [
        one for one in again if one[1] in ("m", "c")]
    assert set(before) <= set(world.firings(tenant_id))


def test_a_bad_file_keeps_what_is_in_force(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    start(owner, tenant_id, ALL)
    with pytest.raises(DefinitionError):
        world.publish(tenant_id, {"s": CHAIN.replace("PT3H", "soon")})
    stream(tenant_id, 100)
    owner.work(tenant_id, world.START)
    assert world.firings(tenant_id) == told(tenant_id)


def deadly(folder: Path, words: str) -> Callable[[], ChildEngine]:
    """Engines that die of these words."""
    for source in (Path(child.__file__), Path(__file__).with_name("deadly.py")):
        shutil.copy(source, folder)
    (folder / "deadly.txt").write_text(words)
    return lambda: ChildEngine(folder / "deadly.py")


def test_an_event_that_kills_twice_is_put_aside(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, ""))
    start(owner, tenant_id, ALL)
    stream(tenant_id, 400)
    victim = next(one[0] for one in told(tenant_id) if one[1] == "s" and one[0] > 200)
    (tmp_path / "deadly.txt").write_text(str(victim))
    owner.work(tenant_id, world.START)
    aside = rows(tenant_id, RuleQuarantine)
    assert [(one.rule, one.number) for one in aside] == [("s", victim)] and position(tenant_id).number > victim
    found = world.rules_of(tenant_id)
    without = world.seen(tenant_id, found)
    expected = [one for one in oracle(found, without, ZONE) if one[1] in ("m", "c")]
    expected += [one for one in oracle(found, [one for one in without if one.number != victim], ZONE) if one[1] == "s"]
    assert world.firings(tenant_id) == sorted(expected)
    stream(tenant_id, 50, first=401, seed=9)
    owner.close()
    owner.work(tenant_id, world.START)  # another owner reads what is put aside from its row
    assert len(rows(tenant_id, RuleQuarantine)) == 1


def test_a_rule_that_kills_at_its_start_is_refused_and_the_old_ones_work_on(tenant_id: UUID, owners: Any,
                                                                            tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, "load:999"))
    start(owner, tenant_id, ALL)
    world.publish(tenant_id, {"s2": CHAIN.replace("rule: s", "rule: s2").replace("PT3H", "PT999S")})
    stream(tenant_id, 200)
    owner.work(tenant_id, world.START)
    row = position(tenant_id)
    assert row.refused and "died" in row.error and row.generation == 1 and row.number >= 200
    assert {one[1] for one in world.firings(tenant_id)} == {"m", "s", "c"}
    world.withdraw(tenant_id, "s2")
    owner.work(tenant_id, world.START)
    assert position(tenant_id).refused == position(tenant_id).error == ""


def test_a_rule_that_kills_in_a_new_office_stands_still_alone(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, "load:10800"))
    start(owner, tenant_id, ALL)
    stream(tenant_id, 200)
    owner.work(tenant_id, world.START)
    assert [(one.rule, one.number) for one in rows(tenant_id, RuleQuarantine)] == [("s", None)]
    assert world.firings(tenant_id) == [one for one in told(tenant_id) if one[1] != "s"]


def test_a_child_that_hangs_is_ended(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    hanging = tmp_path / "hang.py"
    hanging.write_text("import time\nfor line in open(0):\n    time.sleep(60)\n")
    engine = ChildEngine(hanging, answer_seconds=0.3)
    with pytest.raises(engines.EngineDied):
        engine.load("x", "match", 1, 0)
    assert engine.process.poll() is not None


def test_the_child_has_no_settings_and_no_database(tenant_id: UUID) -> None:
    engine = ChildEngine()
    try:
        environment = Path(f"/proc/{engine.process.pid}/environ")
        if environment.exists():
            engine.load("x", "match", 1, 0)
            assert b"DATABASE" not in environment.read_bytes() and b"SECRET" not in environment.read_bytes()
            assert "sqlalchemy" not in Path(f"/proc/{engine.process.pid}/maps").read_text()
    finally:
        engine.close()


def test_an_absence_waits_for_events_that_have_no_number_yet(tenant_id: UUID, owners: Any) -> None:
    owner, later = owners(), world.START + timedelta(hours=3)
    start(owner, tenant_id, {"a": ABSENT})
    found = world.events(random.Random(1), tenant_id, 400)
    begun = next(one for one in found if one["type"] == "case.dispatched")
    come = {**next(one for one in found if one["type"] == "case.closed"), "case_id": begun["case_id"],
            "at": begun["at"] + timedelta(minutes=5)}
    come["data"] = {**come["data"], "case_id": begun["data"]["case_id"]}
    world.put(tenant_id, [{**begun, "number": 1}])
    world.put(tenant_id, [{**come, "number": 2}], numbered=False)
    assert owner.work(tenant_id, later, awaited=True) == 1 and rows(tenant_id, RuleDue) and not rows(tenant_id, RuleFiring)
    world.put(tenant_id, [{**come, "number": 2}], stored=False)
    owner.work(tenant_id, later, awaited=True)
    assert not rows(tenant_id, RuleDue) and not rows(tenant_id, RuleFiring)


def test_an_office_that_brings_in_its_history_does_nothing_about_it(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    with clock.use(clock.VirtualClock(world.START + timedelta(days=30))):
        start(owner, tenant_id, {"m": MATCH.replace("shadow", "live")})
        stream(tenant_id, 100)
        owner.work(tenant_id, clock.now())
    assert {one.mode for one in rows(tenant_id, RuleFiring)} <= {"suppressed"}


def test_an_event_without_a_case_of_this_office_acts_on_nothing(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    start(owner, tenant_id, {"m": MATCH.replace("shadow", "live")})
    stream(tenant_id, 100)
    owner.work(tenant_id, world.START)
    fired = rows(tenant_id, RuleFiring)
    assert fired and all(one.mode == "live" and one.answers == [{"action": "tag", "error": "no case"}] for one in fired)


def test_security_35_many_reloads_leave_one_child_and_no_rows(tenant_id: UUID, owners: Any) -> None:
    import threading

    owner = owners()
    start(owner, tenant_id, ALL)
    stream(tenant_id, 60)
    threads = threading.active_count()
    for number in range(25):
        world.publish(tenant_id, {"s": CHAIN.replace("PT3H", f"PT{200 + number}M"), "c": COUNT.replace("n: 3", f"n: {3 + number % 2}")})
        if number % 5 == 0:
            with pytest.raises(DefinitionError):
                world.publish(tenant_id, {"s": CHAIN.replace("case.closed", "case.shut")})
        stream(tenant_id, 5, first=61 + number * 5, seed=number)
        owner.work(tenant_id, world.START)
    live = world.rules_of(tenant_id).versions
    assert {one.version for one in rows(tenant_id, RuleHit)} <= set(live)
    assert {one.version for one in rows(tenant_id, RuleDue)} <= set(live)
    assert threading.active_count() == threads and position(tenant_id).generation == 26
    assert set(position(tenant_id).versions) == set(live)


def test_a_worn_engine_is_replaced_by_replay(tenant_id: UUID, owners: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ChildEngine] = []

    def make() -> ChildEngine:
        made.append(ChildEngine())
        return made[-1]

    monkeypatch.setattr(engines, "RECYCLE_FACTS", 60)
    owner = owners(make=make, batch=50)
    start(owner, tenant_id, ALL)
    stream(tenant_id, 600)
    owner.work(tenant_id, world.START)
    assert len(made) > 3 and all(one.process.poll() is not None for one in made[:-1])
    assert world.firings(tenant_id) == told(tenant_id)


def test_windows_over_the_memory_budget_are_refused(tenant_id: UUID, owners: Any) -> None:
    owner = owners()
    start(owner, tenant_id, ALL)
    stream(tenant_id, 100)
    owner.work(tenant_id, world.START)
    owner.make = lambda: ChildEngine(rss_limit_mb=24)
    world.publish(tenant_id, {"s": CHAIN.replace("PT3H", "PT4H")})
    stream(tenant_id, 50, first=101)
    owner.work(tenant_id, world.START)
    row = position(tenant_id)
    assert row.refused and "the windows of the rules take" in row.error and row.generation == 1
    assert {one.mode for one in rows(tenant_id, RuleFiring)} == {"shadow"}
    assert [one for one in world.firings(tenant_id) if one[1] == "s" and one[0] > 100]
