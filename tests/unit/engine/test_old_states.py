"""Bytes that earlier releases stored finish under the newest format, as they would have under their own.

The files in `states_of_format_N` were written by the code of that format and are never written anew: diagrams, the
stored bytes, what stood open, then the order in which everything was done and how it ended.
"""
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from harness import NOW, Case, TestPorts, end, flows, process, start, user

from app.engine import StepBudget
from app.engine.collecting import collect
from app.engine.context import StepContext
from app.engine.state import restore, save
from app.engine.state_format import dump_document, load_document
from app.engine.state_history import FORMAT, MIGRATIONS, PACKED, packed, unpack
from app.kernel.errors import Conflict

FILES = sorted(Path(__file__).parent.glob("states_of_format_*/*.json"))


def old(path: Path) -> tuple[Case, dict]:
    """The case as it stands after its old bytes were restored."""
    kept = load_document(path.read_bytes())
    case = Case(ports=TestPorts(*(one.encode() for one in kept["definitions"])), begin=False)
    case.now, case.state = datetime.fromisoformat(kept["now"]), kept["state"].encode()
    case.result = collect(restore(case.state, StepContext(case.now, case.ports, StepBudget())), case.state)
    return case, kept


def finish(case: Case) -> list[str]:
    """Jobs first, then tasks by name, then the first timer, then messages: as when the files were made."""
    order: list[str] = []
    for _ in range(40):
        found = case.result
        if case.done:
            break
        if found.jobs:
            order.append("job " + found.jobs[0].element_id)
            case.work(found.jobs[0].element_id)
        elif found.open_tasks:
            order.append(case.names[0])
            case.complete(case.names[0], done=True)
        elif found.timers:
            order.append("timer " + found.timers[0].element_id)
            case.now = max(case.now, found.timers[0].due_at or case.now)
            case.fire(found.timers[0].element_id)
        elif found.subscriptions:
            one = min(found.subscriptions, key=lambda each: each.element_id)
            order.append("message " + one.name)
            case.deliver(one.name)
        else:
            break
    return order


def test_there_are_states_of_every_format_before_this_one():
    assert {path.parent.name for path in FILES} == {f"states_of_format_{one}" for one in range(1, FORMAT)}
    assert set(MIGRATIONS) == set(range(1, FORMAT)) and len(FILES) >= 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_state_goes_on_and_ends_as_it_would_have(path):
    case, kept = old(path)
    assert case.names == kept["tasks"] and sorted(job.element_id for job in case.result.jobs) == kept["jobs"]
    assert sorted([one.element_id, one.due_at and one.due_at.isoformat()] for one in case.result.timers) == kept["timers"]
    assert sorted([one.element_id, one.name, one.key] for one in case.result.subscriptions) == kept["subscriptions"]
    assert sorted(map(list, case.faults)) == kept["faults"] and dict(case.vars) == kept["variables"]
    assert list(case.vars) == list(kept["variables"]), "the order of keys is kept"
    assert finish(case) == kept["order"] and case.done is kept["completed"] and dict(case.vars) == kept["end"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_migrating_is_pure_and_saving_gives_the_newest(path):
    case, _kept = old(path)
    before = load_document(case.state)
    step = MIGRATIONS[before["v"]](before)
    assert before == load_document(case.state) and step["v"] == before["v"] + 1
    again = save(restore(case.state, StepContext(case.now, case.ports, StepBudget())))
    assert unpack(again)["v"] == FORMAT and unpack(again) == unpack(case.state)


def test_a_later_format_and_damaged_bytes_are_refused():
    c = Case(process(start() + user("u") + end() + flows("s>u u>e")))
    later = dump_document({**unpack(c.state), "v": FORMAT + 1})
    for data in (later, PACKED + b"x", c.state[:-5], b"", b"[]", dump_document({"v": "2"}), dump_document({"v": [1]})):
        with pytest.raises(Conflict):
            restore(data, StepContext(NOW, c.ports, StepBudget()))


def test_what_is_large_is_deflated_and_stays_the_same():
    document = {"v": FORMAT, "text": "中文 " * 2_000, "n": 1}
    data = packed(dump_document(document))
    assert data[:1] == PACKED and len(data) < 500 and unpack(data) == document


def test_of_an_ended_instance_the_variables_stay_and_no_token():
    c = Case(process(start() + user("u") + end() + flows("s>u u>e")), kept="yes")
    c.complete("u", more=1)
    (level,) = unpack(c.state)["levels"]
    assert c.done and level[5] == {"kept": "yes", "more": 1} and level[6] == []
