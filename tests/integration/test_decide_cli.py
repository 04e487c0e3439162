"""`flask decide` and `flask feel`: what a person reads, on which stream, and the exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from app.catalog.commands import PublishDefinition
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.tenancy.queries import tenant_by_slug

TABLE = '''<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="file" name="file" namespace="n">
<inputData id="in_on" name="on"><variable name="on" typeRef="date"/></inputData>
<inputData id="in_fee" name="fee"><variable name="fee" typeRef="number"/></inputData>
<decision id="ask" name="ask"><variable name="ask"/>
<informationRequirement><requiredInput href="#in_on"/></informationRequirement>
<informationRequirement><requiredInput href="#in_fee"/></informationRequirement>
<decisionTable id="t" hitPolicy="FIRST">
<input id="c1" label="On"><inputExpression><text>on</text></inputExpression></input>
<input id="c2" label="Fee"><inputExpression><text>fee</text></inputExpression></input>
<output id="o1" name="until"/><output id="o2" name="part"/>
<rule id="r1"><inputEntry><text>&lt; date("2026-01-01")</text></inputEntry><inputEntry><text>&gt; 100</text></inputEntry>
<outputEntry><text>on</text></outputEntry><outputEntry><text>0</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>-</text></inputEntry><inputEntry><text>&gt; 10</text></inputEntry>
<outputEntry><text>on + @"P1M"</text></outputEntry><outputEntry><text>fee / 8</text></outputEntry></rule>
<rule id="r3"><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
<outputEntry><text>nothing</text></outputEntry><outputEntry><text>setting("least_fee")</text></outputEntry></rule>
</decisionTable></decision></definitions>'''.replace("<text>nothing</text>", "<text>null</text>")


@pytest.fixture
def run(app: Flask) -> Any:
    return app.test_cli_runner(env={"LC_ALL": "en_GB.UTF-8"})


def asked(run: FlaskCliRunner, *words: str) -> Result:
    with run.app.app_context():
        return run.invoke(args=list(words))


def publish(app: Flask, text: str) -> None:
    with app.app_context():
        tenant = tenant_by_slug("demo")
        assert tenant is not None
        dispatch(PublishDefinition(tenant_id=tenant.tenant_id, actor=SYSTEM, kind="decision", definition_key="ask",
                                   data=text.encode(), reason="test"))


def test_a_decision_answers_with_exact_numbers_and_temporal_texts(app: Flask, run: FlaskCliRunner) -> None:
    publish(app, TABLE)
    given = '{"on": "@\\"2026-03-01\\"", "fee": 20.50}'
    done = asked(run, "decide", "ask", "--input", given, "--tenant", "demo")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"until": "2026-04-01", "part": 2.5625}
    assert '"part": 2.5625\n' in done.stdout and done.stderr == ""


def test_explain_tells_in_words_what_matched_and_what_refused_the_next_best(app: Flask, run: FlaskCliRunner) -> None:
    publish(app, TABLE)
    given = '{"on": "@\\"2025-03-01\\"", "fee": 50, "free": 1}'
    done = asked(run, "decide", "ask", "--input", given, "--tenant", "demo", "--explain")
    assert json.loads(done.stdout) == {"until": "2025-04-01", "part": 6.25}
    assert done.stderr.splitlines() == [
        "The decision knows no input free. It knows: fee, on.",
        "Table of the decision ask, hit policy FIRST",
        '  given: On = "2025-03-01"',
        "  given: Fee = 50",
        '  Row 2 matched: until = "2025-04-01", part = 6.25',
        "  Row 1 would have matched too, but its cell > 100 refused Fee = 50.",
    ]
    chinese = app.test_cli_runner(env={"LC_ALL": "zh_CN.UTF-8"})
    told = asked(chinese, "decide", "ask", "--input", given, "--tenant", "demo", "--explain").stderr
    assert "第 2 行" in told and "> 100" in told and "matched" not in told


def test_an_office_without_its_own_table_and_the_base_use_the_bases(run: FlaskCliRunner) -> None:
    words = ("decide", "urgency", "--input", '{"service": "LS03", "urgency_stated": "normal", "reopen_count": 0}')
    assert asked(run, *words).stdout == asked(run, *words, "--tenant", "demo").stdout == '"urgent"\n'


@pytest.mark.parametrize(("words", "said"), [
    (("decide", "none"), "There is no definition decision none."),
    (("decide", "urgency", "--tenant", "nowhere"), "There is no office called nowhere."),
    (("decide", "urgency", "--input", '{"a": 1,\n "b" 2}'), "Line 2, column 6: this is no JSON. Expected here: a colon."),
    (("decide", "urgency", "--input", "[1]"), "Line 1, column 1: this is no JSON. Expected here: an object of values by name."),
    (("decide", "urgency", "--input", '{"a": "@\\"x\\""}'), '@"x" is no date, time or duration.'),
    (("feel", "1 +\n )"), "Line 2, column 2: Here ) stands where a value is expected.\n   )\n   ^"),
    (("feel", "if a then 1"), "Line 1, column 12: The expression ends where else is expected."),
    (("feel", "1 instance of"), "Line 1, column 14: The expression ends where the name of a type is expected."),
    (("feel", "nothing(1)"), "Line 1, column 1: "),
    (("feel", "count(for i in 1..10000, j in 1..10000 return 1)"), "A list has more than 10000 items."),
])
def test_a_fault_names_its_place_and_ends_with_1(run: FlaskCliRunner, words: tuple[str, ...], said: str) -> None:
    done = asked(run, *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr


def test_an_expression_reads_its_context_and_says_why_it_is_null(run: FlaskCliRunner) -> None:
    given = '{"days left": 2.50, "due": "@\\"2026-03-01T08:00:00+08:00\\"", "who": {"name": "王"}}'
    done = asked(run, "feel", '{"rest": days left * 2, "due": due + @"PT1H", "who": who.name}', "--context", given)
    assert json.loads(done.stdout) == {"rest": 5, "due": "2026-03-01T09:00:00+08:00", "who": "王"}
    null = asked(run, "feel", '1 + "a"')
    assert (null.exit_code, null.stdout) == (0, "null\n") and null.stderr.startswith("null, because: ")


def test_faults_are_told_in_chinese_where_the_shell_speaks_it(app: Flask) -> None:
    told = asked(app.test_cli_runner(env={"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}), "feel", "1 +").stderr
    assert "第 1 行第 4 列" in told and "expected" not in told
