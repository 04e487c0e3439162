"""Who writes what an expression reads: what is missed is said at the element, and what may come is let alone."""
from __future__ import annotations

import pytest
from harness import (
    MESSAGE,
    boundary,
    end,
    errors,
    flows,
    gate,
    io,
    loop,
    message,
    process,
    props,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import given_at_start, given_by_job, lint, variables
from app.engine.dataflow import told

GROUP = '<zeebe:assignmentDefinition candidateGroups="head"/>'
CLOCK = '<zeebe:taskSchedule dueDate="=now()"/>'


class Around:
    """What is published beside the diagram."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def data(self, kind: str, key: str) -> bytes | None:
        return self.files.get(key) if kind == "process" else b"form" if kind == "form" else b"table"

    def has(self, kind: str, key: str) -> bool:
        return self.data(kind, key) is not None

    def keys(self, kind: str) -> list[str]:
        return list(self.files) if kind == "process" else []


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host of the tests' own: forms hold `decision`, decisions ask for `kind`."""
    for name in ("_starts", "_jobs", "_messages", "_readers"):
        monkeypatch.setattr(told, name, {})
    monkeypatch.setattr("app.engine.dataflow.neighbours._known", type(told_known)())
    told.reads_forms(lambda data, key: frozenset({"decision"}))
    told.reads_decisions(lambda data, key: frozenset({"kind"}))
    given_at_start("p", ["case"])


from app.engine.dataflow.neighbours import _known as told_known  # noqa: E402
from tests.pace import measured  # noqa: E402


def said(data: bytes, **files: bytes) -> list[tuple[str, str | None, str]]:
    found = lint(data, "x.bpmn", Around(**files))
    assert not [one.text() for one in found if one.severity == "error"]
    return [(one.code, one.element, str(one.params.get("variable", ""))) for one in found]


def row(*nodes: str, names: str, top: str = "", more: str = "") -> bytes:
    ids = ["s", *names.split(), "e"]
    return process(start() + "".join(nodes) + end() + flows(" ".join(f"{a}>{b}" for a, b in zip(ids, ids[1:], strict=False)))
                   + more, top=top)


def asked(name: str, result: str = "answer", extra: str = "") -> str:
    return (f'<businessRuleTask id="{name}"><extensionElements><zeebe:calledDecision decisionId="d" resultVariable="{result}"/>'
            f"{extra}</extensionElements></businessRuleTask>")


def called(name: str, key: str = "other", extra: str = "", attrs: str = "") -> str:
    return (f'<callActivity id="{name}"><extensionElements><zeebe:calledElement processId="{key}" {attrs}/>{extra}'
            "</extensionElements></callActivity>")


def choice(condition: str, *before: str, names: str = "") -> bytes:
    path = " ".join(["s", *names.split(), "g"])
    steps = path.split()
    return process(start() + "".join(before) + gate("g", default=True) + end() + end("e2")
                   + flows(" ".join(f"{a}>{b}" for a, b in zip(steps, steps[1:], strict=False)) + f" g>e* g>e2:={condition}"))


READS = {
    "condition": lambda name: choice(name),
    "input": lambda name: row(service("x", extra=io({"a": f"={name}"}, {"b": "=1"})), names="x"),
    "output": lambda name: row(user("x", GROUP + CLOCK + io({}, {"b": f"={name}"})), names="x"),
    "property": lambda name: row(user("x", GROUP + CLOCK + props(entry__body=f"={name}")), names="x"),
    "script": lambda name: row(script("x", f"={name} + 1", "b"), names="x"),
    "timer": lambda name: row(
        f'<intermediateCatchEvent id="x">{timer("timeDate", "=" + name)}</intermediateCatchEvent>', names="x"),
    "message key": lambda name: row('<receiveTask id="x" messageRef="msg_m"/>', names="x", top=message("m", f"={name}")),
    "assignment": lambda name: row(user("x", f'<zeebe:assignmentDefinition candidateGroups="={name}"/>' + CLOCK), names="x"),
    "dates": lambda name: row(user("x", GROUP + f'<zeebe:taskSchedule dueDate="={name}"/>'), names="x"),
    "loop": lambda name: row(user("x", GROUP + CLOCK, loop(f"={name}")), names="x"),
    "called process": lambda name: row(called("x", f"={name}"), names="x"),
}


@pytest.mark.parametrize("place", READS)
def test_a_variable_that_nobody_writes_is_said_where_it_is_read(place: str) -> None:
    (found,) = said(READS[place]("nothing"))
    assert found[0] == "variable_unwritten" and found[2] == "nothing"
    assert found[1] == "x" or place == "condition" and str(found[1]).startswith("flow")


@pytest.mark.parametrize("place", READS)
def test_a_variable_of_the_start_is_known_everywhere(place: str) -> None:
    assert said(READS[place]("case")) == []


def test_what_a_decision_asks_for_is_a_read_of_the_task_that_asks() -> None:
    assert said(row(asked("x"), names="x")) == [("variable_unwritten", "x", "kind")]
    assert said(row(script("k", "=1", "kind"), asked("x"), names="k x")) == []
    assert said(row(asked("x", extra=io({"kind": "=case"}, {"b": "=answer"})), names="x")) == []


def test_a_column_that_another_diagram_fills_is_not_missed_here() -> None:
    other = process(start("a") + script("b", "=1", "kind") + asked("c") + end("z") + flows("a>b b>c c>z"), "other")
    assert said(row(asked("x"), names="x"), other=other) == []


def test_fields_of_a_form_results_and_answers_are_written() -> None:
    given_by_job("work", ["done"])
    assert said(choice("decision", user("u", GROUP + CLOCK), names="u")) == []
    assert said(choice("done", service("u"), names="u")) == []
    assert said(choice("finished", service("u"), names="u"))[0][2] == "finished"
    assert said(choice("anything", service("u", "unknown"), names="u")) == []       # nobody told what it answers
    assert said(choice("item", user("u", GROUP + CLOCK, loop("=[1]")), names="u"))[0][2] == "item"


def test_output_mappings_hide_what_the_element_brought() -> None:
    hidden = choice("decision", user("u", GROUP + CLOCK + io({}, {"other": "=decision"})), names="u")
    assert [one[2] for one in said(hidden)] == ["decision"]
    local = choice("own", user("u", GROUP + CLOCK + io({"own": "=1"})), names="u")
    assert [one[2] for one in said(local)] == ["own"]


def test_an_input_is_known_to_the_next_one_and_inside_a_subprocess_only() -> None:
    inner = start("a") + script("b", "=own", "got") + end("z") + flows("a>b b>z")
    assert said(process(start() + sub("x", inner, extra=io({"own": "=1", "more": "=own"})) + end() + flows("s>x x>e"))) == []
    after = process(start() + sub("x", inner, extra=io({"own": "=1"})) + script("y", "=own", "b") + end() + flows("s>x x>y y>e"))
    assert said(after) == [("variable_unwritten", "y", "own")]


def test_a_nearly_equal_name_is_offered() -> None:
    found = lint(choice("urgancy", script("u", "=1", "urgency"), names="u"), "x.bpmn", Around())
    assert [one.params.get("like") for one in found] == ["urgency"] and "Was urgency meant?" in found[0].text()


def test_what_is_written_on_another_branch_or_later_only_is_told_with_its_place() -> None:
    branches = process(start() + gate("g", default=True) + script("a", "=1", "v") + script("b", "=v", "w") + end() + end("e2")
                       + flows("s>g g>a* g>b:=case a>e b>e2"))
    assert said(branches) == [("variable_elsewhere", "b", "v")]
    later = row(script("b", "=v", "w"), script("a", "=1", "v"), names="b a")
    assert said(later) == [("variable_elsewhere", "b", "v")]
    looped = process(start() + gate("m") + script("b", "=v", "w") + user("a", GROUP + CLOCK + io({}, {"v": "=1"}))
                     + gate("g", default=True) + end() + flows("s>m m>b b>a a>g g>m* g>e:=case"))
    assert said(looped) == []


def test_what_an_event_subprocess_or_a_boundary_writes_may_come_at_any_time() -> None:
    beside = sub("es", f'<startEvent id="es_s" isInterrupting="false">{MESSAGE("m")}</startEvent>' + script("es_x", "=1", "v")
                 + end("es_e") + flows("es_s>es_x es_x>es_e"), event=True)
    key = message("m", "=case")
    assert said(row(user("u", GROUP + CLOCK), script("x", "=v", "w"), names="u x", more=beside, top=key)) == []
    timed = boundary("t", "u", timer("timeDuration", "PT1M"), cancel=False) + script("c", "=1", "v") + end("e2")
    diagram = row(user("u", GROUP), timed, script("x", "=v", "w"), names="u x", more=flows("t>c c>e2"))
    assert said(diagram) == [("variable_elsewhere", "x", "v")]      # the side path leads elsewhere: it may not have run


def test_what_callers_give_is_known_and_what_they_keep_is_not() -> None:
    reads = choice("above")
    keeps = 'propagateAllParentVariables="false"'
    caller = process(start("a") + script("w", "=1", "hidden") + called("c", "p", io({"above": "=1"}), keeps) + end("z")
                     + flows("a>w w>c c>z"), "other")
    assert said(reads, other=caller) == []
    assert [one[2] for one in said(choice("hidden"), other=caller)] == ["hidden"]
    assert said(choice("hidden"), other=caller.replace(keeps.encode(), b"")) == []
    back = choice("made", called("c", "other"), names="c")
    other = process(start("a") + script("w", "=1", "made") + end("z") + flows("a>w w>z"), "other")
    assert said(back, other=other) == []
    assert [one[2] for one in said(choice("missed", called("c", "other"), names="c"), other=other)] == ["missed"]


def test_what_comes_with_a_message_is_what_is_thrown_with_it() -> None:
    key = message("m", "=case")
    waits = process(start() + '<receiveTask id="r" messageRef="msg_m"/>' + gate("g", default=True) + end() + end("e2")
                    + flows("s>r r>g g>e* g>e2:=sent"), top=key)
    assert said(waits) == []                                        # nobody told what comes with it
    throws = process(start("a") + f'<intermediateThrowEvent id="t"><extensionElements>{io({"sent": "=1"})}</extensionElements>'
                     f'{MESSAGE("m")}</intermediateThrowEvent>' + end("z") + flows("a>t t>z"), "other", top=message("m", "=1"))
    assert said(waits, other=throws) == []
    assert [one[2] for one in said(waits, other=throws.replace(b'"sent"', b'"else"'))] == ["sent"]


def test_an_error_that_is_caught_leads_past_what_was_not_finished() -> None:
    caught = boundary("b", "u", '<errorEventDefinition errorRef="err_x"/>') + script("c", "=v", "w") + end("e2")
    diagram = row(user("u", GROUP + CLOCK + io({}, {"v": "=decision"})), caught, names="u", top=errors("x"),
                  more=flows("b>c c>e2"))
    assert said(diagram) == [("variable_elsewhere", "c", "v")]


def test_a_task_without_any_clock_is_a_hint_and_a_caller_may_keep_the_time() -> None:
    plain = row(user("u", GROUP), names="u")
    assert said(plain) == [("no_clock", "u", "")]
    timed = process(start("a") + called("c", "p", io({"v": "=1"})).replace("<extensionElements>", "<extensionElements>" + props(
        deadline__start="reply")) + end("z") + flows("a>c c>z"), "other")
    assert said(plain, other=timed) == []
    assert said(row(user("u", GROUP), boundary("t", "u", timer("timeDuration", "PT1M")), names="u", more=flows("t>e"))) == []


def test_a_path_that_stops_without_an_end_is_a_hint() -> None:
    open_end = process(start() + user("u", GROUP + CLOCK) + flows("s>u"))
    assert said(open_end) == [("dead_end", "u", "")]


def test_the_table_of_variables_names_writers_readers_and_callers() -> None:
    caller = process(start("a") + called("c", "p", io({"brought": "=1"}), 'propagateAllParentVariables="false"') + end("z")
                     + flows("a>c c>z"), "other")
    data = choice("[v,brought,lost]", script("u", "=case", "v"), names="u")
    found = {one.name: one for one in variables(data, "x.bpmn", Around(other=caller))}
    assert sorted(found) == ["brought", "case", "lost", "v"]
    assert found["case"].given and found["brought"].callers == ["other"] and found["lost"].missing
    assert [(one.element, one.what) for one in found["v"].writers] == [("u", "script")]
    assert [(one.what, "g → e2" in one.name) for one in found["v"].readers] == [("condition", True)]


def test_a_problem_names_the_element_as_drawn() -> None:
    found = lint(READS["script"]("nothing").replace(b'scriptTask id="x"', b'scriptTask id="x" name="Count"'), "x.bpmn", Around())
    assert [(one.element, one.name) for one in found] == [("x", "Count")]


def test_security_34_a_large_diagram_with_many_writers_is_checked_in_time() -> None:
    many = "".join(script(f"k{n}", f"=v{(n * 7919) % 250 + 1}", f"v{n}") for n in range(250))
    rows = "".join(f'<exclusiveGateway id="m{n}"/>' for n in range(8)) + "".join(
        user(f"u{n}", GROUP + CLOCK) for n in range(8))
    path = " ".join(["s>k0 k249>e", *(f"k{n}>k{n + 1}" for n in range(249))])
    with measured() as spent:
        lint(process(start() + many + rows + end() + flows(path)), "x.bpmn", Around())
    assert spent[0] < 3
