"""What an editor may offer at an element: what can have been written by then, with type and origin, and nothing else."""
from __future__ import annotations

import pytest
from harness import end, flows, gate, io, loop, message, process, script, service, start, sub, timer, user
from test_dataflow import CLOCK, GROUP, Around, asked, called

from app.engine import dataflow_entries, dataflow_tells_types, given_at_start, given_by_job, known_at
from app.engine.dataflow import Known, told
from app.engine.dataflow.neighbours import _known as told_known
from app.feel import FeelType

ANSWER = FeelType("context", members=(("limit", FeelType("number")), ("why", FeelType("string"))))
LINE = process(start() + script("before", "=1", "first") + user("x", GROUP + CLOCK + io({"given": "=first"}, {}))
               + script("after", "=2", "last") + end() + flows("s>before before>x x>after after>e"))


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host of the tests' own: forms hold `decision`, decisions ask for `kind` and answer with a context."""
    for name in ("_starts", "_jobs", "_messages", "_readers", "_types"):
        monkeypatch.setattr(told, name, {})
    monkeypatch.setattr("app.engine.dataflow.neighbours._known", type(told_known)())
    told.reads_forms(lambda data, key: frozenset({"decision"}))
    told.reads_decisions(lambda data, key: frozenset({"kind"}))
    dataflow_tells_types("form", lambda data, key: {"decision": FeelType("boolean")})
    dataflow_tells_types("decision", lambda data, key: {key: ANSWER})
    given_at_start("p", ["case"])


def known(data: bytes, element: str, leaving: bool = False, **files: bytes) -> dict[str, Known]:
    return {one.name: one for one in known_at(data, "x.bpmn", element, Around(**files), leaving=leaving)}


def test_what_comes_later_is_not_offered_and_the_element_s_own_only_when_it_is_left() -> None:
    assert set(known(LINE, "x")) == {"case", "first", "given"}
    left = known(LINE, "x", leaving=True)
    assert set(left) == {"case", "first", "given", "decision"} and left["decision"].type == FeelType("boolean")
    assert [(one.element, one.what) for one in left["first"].origins] == [("before", "script")]
    assert left["case"].given and not left["case"].origins


def test_a_flow_knows_what_its_source_wrote_but_not_its_inputs() -> None:
    data = process(start() + user("x", GROUP + CLOCK + io({"own": "=case"})) + gate("g", default=True) + end() + end("e2")
                   + flows("s>x x>g g>e* g>e2:=decision"))
    flow = data.decode().split('sourceRef="g" targetRef="e2"')[0].rpartition('id="')[2].split('"')[0]
    found = known(data, flow)
    assert "decision" in found and "own" not in found
    assert [one.element for one in found["decision"].origins] == ["x"]


def test_an_answer_of_a_table_has_entries() -> None:
    data = process(start() + asked("ask", "limits") + user("x", GROUP + CLOCK) + end() + flows("s>ask ask>x x>e"))
    found = known(data, "x")["limits"]
    assert found.origins[0].what == "decision" and found.type == ANSWER
    assert [(name, kind.name) for name, kind in dataflow_entries(found.type)] == [("limit", "number"), ("why", "string")]
    assert list(dataflow_entries(FeelType("list", ANSWER))) == list(ANSWER.members)


def test_output_mappings_take_the_type_of_what_they_map() -> None:
    data = process(start() + user("a", GROUP + CLOCK + io({}, {"yes": "=decision", "word": "text", "sum": "=1 + 1"}))
                   + user("x", GROUP + CLOCK) + end() + flows("s>a a>x x>e"))
    found = known(data, "x")
    assert {name: one.type.name for name, one in found.items()} == {
        "case": "Any", "yes": "boolean", "word": "string", "sum": "Any"}


def test_a_loop_and_a_subprocess_lend_their_names_inside() -> None:
    inner = sub("box", start("s2") + user("x", GROUP + CLOCK, loop("=case", item="each")) + end("e2") + flows("s2>x x>e2"),
                extra=io({"around": "=case"}))
    data = process(start() + inner + user("y", GROUP + CLOCK) + end() + flows("s>box box>y y>e"))
    assert {"around", "each", "loopCounter"} <= set(known(data, "x"))
    assert not {"around", "each", "loopCounter"} & set(known(data, "y"))


def test_where_nothing_leads_yet_everything_that_is_written_is_offered() -> None:
    data = process(start() + script("a", "=1", "first") + end() + user("x", GROUP + CLOCK) + flows("s>a a>e"))
    assert set(known(data, "x")) == {"case", "first"}
    assert set(known(data, "p")) == set(known(data, "nowhere")) == {"case", "first", "decision"}


def test_an_unfinished_drawing_with_faults_is_read_all_the_same() -> None:
    data = process(start() + script("a", "=1 +", "first") + '<userTask id="x"/><serviceTask id="z"/>'
                   + flows("s>a a>x x>missing"))
    assert "first" in known(data, "x")


def test_callers_and_jobs_are_named() -> None:
    given_by_job("work", ["done"])
    other = process(start() + called("c", "p", io({"brought": "=1"})) + end() + flows("s>c c>e"), name="other")
    data = process(start() + service("w") + user("x", GROUP + CLOCK) + end()
                   + f'<boundaryEvent id="late" attachedToRef="x">{timer("timeDuration", "PT1H")}</boundaryEvent>'
                   + end("e2") + flows("s>w w>x x>e late>e2"))
    found = known(data, "late", other=other)
    assert found["brought"].callers == ["other"] and found["done"].origins[0].what == "job"
    assert "decision" not in found, "the task was not finished"


def test_what_an_event_subprocess_writes_may_be_there_but_it_carries_nothing_on() -> None:
    aside = sub("aside", '<startEvent id="s3"><messageEventDefinition messageRef="msg_m"/></startEvent>'
                + script("inside", "=1", "told") + end("e3") + flows("s3>inside inside>e3"), event=True)
    data = process(start() + script("a", "=1", "first") + user("x", GROUP + CLOCK) + script("b", "=1", "last") + end()
                   + flows("s>a a>x x>b b>e") + aside, top=message("m"))
    assert set(known(data, "a")) == {"case", "told"}
    assert set(known(data, "x")) == {"case", "told", "first"}
    assert {"first", "last", "decision"} <= set(known(data, "inside"))
