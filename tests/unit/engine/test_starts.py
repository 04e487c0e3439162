"""Start events with triggers, seen by the engine: which one begins, what it brings, what is drawn wrongly."""
from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from harness import NOW, Case, TestPorts, end, ext, flows, io, message, process, start, timer, user

from app.engine import Start, due_since, lint, load, play, scenarios
from app.kernel.errors import DefinitionError, Invalid

TOP = '<message id="msg_m" name="storm"/><signal id="sig" name="flood"/>'
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="msg_m"/>', '<signalEventDefinition signalRef="sig"/>'
MANY = process(start() + user("u") + end()
               + f'<startEvent id="m">{ext(io(outputs={"zone": "=area + 1"}))}{MESSAGE}</startEvent>' + user("by_message")
               + f'<startEvent id="g">{SIGNAL}</startEvent><startEvent id="t">{timer("timeCycle", "0 0 9 * * *")}</startEvent>'
               + user("later") + flows("s>u u>e m>by_message by_message>e g>later t>later later>e"), top=TOP)


def begun(element: str | None, values: dict | None = None, **variables) -> Case:
    c = Case(MANY, begin=False)
    c.do(Start("p", variables, "seed", element, values or {}))
    return c


def test_each_start_event_begins_its_own_path_and_the_plain_one_is_the_default():
    assert [begun(e).names for e in (None, "s", "m", "g", "t")] == [["u"], ["u"], ["by_message"], ["later"], ["later"]]
    assert begun("t").steps[:2] == [("t", "entered"), ("t", "completed")]
    for wrong in ("u", "nothing", "e"):
        with pytest.raises(Invalid):
            begun(wrong)


def test_what_the_trigger_brings_is_merged_or_mapped_as_at_other_events():
    assert begun("g", {"area": 1, "case_id": "b"}, case_id="a").vars == {"case_id": "b", "area": 1}
    assert begun("m", {"area": 1}, case_id="a").vars == {"case_id": "a", "zone": 2}


def test_the_definition_tells_how_it_begins():
    assert [(t.element_id, t.kind, t.name, t.timer, t.text) for t in load(MANY, "x").triggers] == [
        ("m", "message", "storm", None, None), ("g", "signal", "flood", None, None), ("t", "timer", None, "timeCycle", "0 0 9 * * *")]


def test_a_process_without_a_plain_start_runs_by_its_triggers_and_cannot_be_called():
    only = process(f'<startEvent id="m">{MESSAGE}</startEvent>' + user("u") + end() + flows("m>u u>e"), "q", top=TOP)
    ports = TestPorts(only)
    c = Case(ports=ports, begin=False)
    with pytest.raises(Invalid):
        c.do(Start("q"))
    c.do(Start("q", element="m"))
    assert c.names == ["u"]
    call = process(start() + '<callActivity id="c">' + ext('<zeebe:calledElement processId="=name"/>') + "</callActivity>" + end()
                   + flows("s>c c>e"))
    held = Case(call, only, name="q")
    assert held.faults == [("c", "called_process")] and not held.done


class Published:
    """What else is live."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def has(self, kind: str, key: str) -> bool:
        return kind != "process" or key in self.files

    def data(self, kind: str, key: str) -> bytes | None:
        return self.files.get(key)


def test_the_linter_names_a_call_of_a_process_without_a_plain_start():
    only = process(f'<startEvent id="m">{MESSAGE}</startEvent>' + end() + flows("m>e"), "q", top=TOP)
    call = process(start() + '<callActivity id="c">' + ext('<zeebe:calledElement processId="q"/>') + "</callActivity>" + end()
                   + flows("s>c c>e"))
    assert [(p.code, p.element) for p in lint(call, "x", Published(q=only)) if p.severity == "error"] == [("called_process", "c")]
    plain = process(start() + end() + flows("s>e"), "q")
    assert not [p for p in lint(call, "x", Published(q=plain)) if p.severity == "error"]


def test_the_message_of_a_process_start_needs_no_key_but_that_of_an_event_subprocess_does():
    assert not [p for p in lint(MANY, "x") if p.severity == "error"]
    inside = process(start() + user("u") + end() + flows("s>u u>e") + '<subProcess id="es" triggeredByEvent="true">'
                     + f'<startEvent id="m">{MESSAGE}</startEvent>' + end("ee") + flows("m>ee") + "</subProcess>", top=TOP)
    with pytest.raises(DefinitionError) as caught:
        load(inside, "x")
    assert [p.code for p in caught.value.problems if p.severity == "error"] == ["message_key"]
    assert load(process(f'<startEvent id="m">{MESSAGE}</startEvent>' + end() + flows("m>e"), top=message("m", "=key")), "x").triggers


def test_scenarios_name_the_start_and_what_it_brings():
    told = {"process": "p", "scenarios": [
        {"name": "storm", "start": "m", "with": {"area": 4}, "expect": {"open": ["by_message"], "variables": {"zone": 5}}},
        {"name": "plain", "expect": {"open": ["u"]}}]}
    for scenario in scenarios(told, "x.yaml"):
        assert play(scenario, [load(MANY, "x")], lambda *_: None, resave=True).problems == []
    wrong = {"process": "p", "scenarios": [{"name": "w", "start": "u", "expect": {"open": []}}]}
    assert play(scenarios(wrong, "x.yaml")[0], [load(MANY, "x")], lambda *_: None).problems
    for item in ({"start": 3}, {"with": {"a": 1}}):
        with pytest.raises(DefinitionError):
            scenarios({"process": "p", "scenarios": [{"name": "w", "expect": {"open": []}, **item}]}, "x.yaml")


@pytest.mark.parametrize(("kind", "text", "expected", "left"), [
    ("timeDate", "2026-03-02T09:00:00Z", "2026-03-02T09:00", 1),
    ("timeDate", "2026-03-02T07:00:00Z", None, None),                             # past when it was published
    ("timeCycle", "R/2026-02-27T10:00:00Z/P1D", "2026-03-02T10:00", None),        # begun before: the next time
    ("timeCycle", "R5/2026-02-27T10:00:00Z/P1D", "2026-03-02T10:00", 2),
    ("timeCycle", "R3/2026-02-27T10:00:00Z/P1D", None, None),
    ("timeCycle", "0 30 9 * * *", "2026-03-03T01:30", None),                      # in the zone of the office
], ids=str)
def test_the_first_time_of_a_timer_start(kind, text, expected, left):
    due = due_since(kind, text, NOW.astimezone(ZoneInfo("Asia/Shanghai")))
    assert (None if due is None else due.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")) == expected
    assert (None if due is None else due.left) == left


def test_a_start_at_an_hour_that_the_office_s_clock_skips_fires_behind_the_gap():
    zone = ZoneInfo("America/New_York")
    due = due_since("timeCycle", "0 30 2 * * *", datetime(2026, 3, 8, 1, 0, tzinfo=zone))
    assert due is not None and due.at.astimezone(UTC) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
