"""`flask rehearse`: what a person and a program read, and the exit code."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.cases.commands import SubmitCase
from app.kernel import clock
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.tenancy.queries import tenant_by_slug
from app.workers import loop

LIMITS = Path("rules/base/decisions/time_limit/time_limit.dmn")


@pytest.fixture
def run(any_app: Flask) -> Any:
    return any_app.test_cli_runner(env={"LC_ALL": "en_GB.UTF-8"})


@pytest.fixture
def number(any_app: Flask) -> str:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    made = dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="路灯坏了。", name="赵", phone="13911110001"))
    loop.until_idle()
    return str(made["number"])


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    path = tmp_path / "time_limit.dmn"
    path.write_bytes(LIMITS.read_bytes().replace(b"<text>2</text>", b"<text>3</text>"))
    return path


def asked(run: FlaskCliRunner, *words: object) -> Any:
    with run.app.app_context():
        return run.invoke(args=["rehearse", *map(str, words)])


def test_a_change_is_told_in_sentences_with_cases_and_ends_with_3(run: FlaskCliRunner, number: str, changed: Path) -> None:
    done = asked(run, "decision", "time_limit", "--file", changed, "--days", 7, "--tenant", "demo")
    assert done.exit_code == 3, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "1 of 1 decisions of the last 7 days were asked again."
    assert lines[1] == "The same: 0. Different: 1. Could not be decided: 0. Cannot be judged: 0."
    told = next(line for line in lines if line.startswith("accept: "))
    assert '{"amount":2,"unit":"wh","warn":0.5} -> {"amount":3,"unit":"wh","warn":0.5}  (1)' in told
    assert any(number in line and "accept_limit: 4 -> 4" in line for line in lines)
    assert any(line.startswith("Running clocks accept: 0 of 1 would be due earlier, 1 later") for line in lines)
    assert done.stderr == "asked 1 of 1\n"


def test_json_is_for_programs_and_the_same_table_ends_with_0(run: FlaskCliRunner, number: str, changed: Path) -> None:
    done = asked(run, "decision", "time_limit", "--file", changed, "--days", 7, "--tenant", "demo", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 3 and (found["records"], found["asked"], found["different"]) == (1, 1, 1)
    group = next(one for one in found["differences"] if one["output"] == "accept")
    assert group["before"]["amount"] == 2 and group["after"]["amount"] == 3 and group["samples"][0]["number"] == number
    assert group["samples"][0]["rows"] == [{"decision": "accept_limit", "before": [4], "after": [4]}]
    assert found["dates"][0]["clock"] == "accept" and found["cut"] is None
    same = asked(run, "decision", "time_limit", "--file", LIMITS, "--tenant", "demo", "--json")
    assert same.exit_code == 0 and json.loads(same.stdout)["same"] == 1 and json.loads(same.stdout)["days"] == 30
    elsewhere = asked(run, "decision", "time_limit", "--file", changed, "--json")
    assert elsewhere.exit_code == 0 and json.loads(elsewhere.stdout)["records"] == 0  # the base has no cases


def test_what_cannot_be_judged_ends_with_4(run: FlaskCliRunner, number: str) -> None:
    from app.cases.model import DecisionRecord
    from app.kernel.commands import SYSTEM
    from app.kernel.unit_of_work import transact

    tenant = tenant_by_slug("demo")
    assert tenant is not None

    def erase(uow: Any) -> None:
        for row in uow.session.query(DecisionRecord):
            row.inputs, row.trace = {}, {}
    transact(tenant.tenant_id, SYSTEM, erase)
    done = asked(run, "decision", "time_limit", "--file", LIMITS, "--tenant", "demo")
    assert done.exit_code == 4 and "The traces were erased" in done.stdout and number in done.stdout


def test_faults_have_file_line_and_place_and_end_with_1(run: FlaskCliRunner, tmp_path: Path) -> None:
    bad = tmp_path / "time_limit.dmn"
    bad.write_text(LIMITS.read_text().replace("<text>15</text>", "<text>15 +</text>", 1))
    line = next(number for number, text in enumerate(bad.read_text().splitlines(), 1) if "15 +" in text)
    done = asked(run, "decision", "time_limit", "--file", bad, "--tenant", "demo")
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{bad}:{line} accept_limit_rule_1_output_1 error: " in done.stderr
    assert "row 1, column 3" in done.stderr and "position 5" in done.stderr
    for words, said in ((("form", "contact"), "cannot be tried on past cases: form"), (("thing", "x"), "There is no kind"),
                        (("decision", "urgency"), "makes no decision urgency"),
                        (("decision", "time_limit", "--days", "0"), "Between 1 and 3660 days, not 0.")):
        done = asked(run, *words, "--file", LIMITS, "--tenant", "demo")
        assert (done.exit_code, done.stdout) == (1, ""), words
        assert said in done.stderr, (words, done.stderr)
    assert asked(run, "decision", "time_limit", "--file", tmp_path / "none.dmn").exit_code == 2
    assert "There is no office" in asked(run, "decision", "x", "--file", LIMITS, "--tenant", "nowhere").stderr


def test_a_changed_calendar_tells_dates_and_what_would_be_overdue(run: FlaskCliRunner, number: str, tmp_path: Path) -> None:
    days = tmp_path / "days.csv"
    today = clock.now().date()
    year = (today + timedelta(days=1)).year
    free = [today + timedelta(days=ahead) for ahead in range(9) if (today + timedelta(days=ahead)).year == year]
    days.write_text("date,kind,name\n" + "".join(f"{on.isoformat()},rest,闭馆\n" for on in free), encoding="utf-8")
    done = asked(run, "calendar", year, "--file", days, "--days", 7, "--tenant", "demo", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 3 and found["kind"] == "calendar" and found["asked"] == found["records"] >= 1, done.output
    shift = next(one for one in found["dates"] if one["clock"] == "accept")
    assert (shift["past"], shift["later"], shift["earlier"]) == (False, 1, 0)
    assert [one["number"] for one in shift["samples"]] == [number]
    assert shift["samples"][0]["before"] < shift["samples"][0]["after"]
    told = asked(run, "calendar", year, "--file", days, "--tenant", "demo").stdout
    assert "Running clocks accept: 0 of 1 would be due earlier, 1 later" in told and number in told
    same = asked(run, "calendar", 2001, "--file", _table(tmp_path, "2001-10-01,rest,x\n"), "--tenant", "demo")
    assert same.exit_code == 0, same.output
    bad = asked(run, "calendar", year, "--file", _table(tmp_path, f"{year}-01-02,rets,x\n"), "--tenant", "demo")
    assert bad.exit_code == 1 and "t.csv:2" in bad.stderr and "Did you mean rest?" in bad.stderr
    for wrong in ("2001x", "99"):
        assert "A calendar year lies between" in asked(run, "calendar", wrong, "--file", days, "--tenant", "demo").stderr


def _table(folder: Path, rows: str) -> Path:
    path = folder / "t.csv"
    path.write_text(f"date,kind,name\n{rows}", encoding="utf-8")
    return path


RULE = """rule: new_one
title: 新来的 / A new one
shape: match
event: case.submitted
then: [{action: tag, params: {tag: new}}]
"""


def test_a_changed_rule_tells_what_it_would_have_fired_and_done(run: FlaskCliRunner, number: str, tmp_path: Path) -> None:
    file = tmp_path / "new_one.yaml"
    file.write_text(RULE, encoding="utf-8")
    done = asked(run, "supervision", "new_one", "--file", file, "--days", 7, "--tenant", "demo", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 3 and (found["records"], found["asked"], found["different"]) == (1, 1, 1), done.output
    assert [(one["output"], one["before"], one["after"], one["count"]) for one in found["differences"]] == [
        ("fires", False, True, 1), ("tag", False, True, 1)]
    assert found["differences"][0]["samples"][0]["number"] == number and not found["warnings"]
    lines = asked(run, "supervision", "new_one", "--file", file, "--tenant", "demo").stdout.splitlines()
    assert lines[0] == "1 events of the last 30 days were looked at; old and new rule fire 1 times together."
    file.write_text(RULE.replace("case.submitted", "case.submited"), encoding="utf-8")
    bad = asked(run, "supervision", "new_one", "--file", file, "--tenant", "demo")
    assert bad.exit_code == 1 and f"{file}:4" in bad.stderr and "Is it case.submitted?" in bad.stderr
    file.write_text(RULE, encoding="utf-8")
    assert "is the rule new_one, not other" in asked(run, "supervision", "other", "--file", file, "--tenant", "demo").stderr


def test_a_diagram_is_played_again_over_past_cases(run: FlaskCliRunner, number: str, tmp_path: Path) -> None:
    shipped = Path("processes/base/service_request/service_request.bpmn")
    same = asked(run, "process", "service_request", "--file", shipped, "--tenant", "demo", "--json")
    found = json.loads(same.stdout)
    assert same.exit_code == 0 and (found["kind"], found["records"], found["same"]) == ("process", 1, 1), same.output
    file = tmp_path / "service_request.bpmn"
    file.write_bytes(shipped.read_bytes().replace(b"<bpmn:process ", b"<bpmn:proces ", 1))
    assert asked(run, "process", "service_request", "--file", file, "--tenant", "demo").exit_code == 1
