"""The replay: tables of both kinds are read, faulty rows named, and people play cases to every end."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import assemble
from app.cli.demo import tables
from app.cli.demo.replay import printing, states
from app.cli.demo.replay.messages import read
from app.cli.demo.replay.report import OUTCOMES, Report
from app.cli.demo.replay.stage import Wanted, replay
from app.kernel import database as kernel_database
from app.kernel.errors import Conflict, Invalid, NotFound
from tests.factories import cheap_passwords

ZONE = "Asia/Shanghai"
CN = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数"]
CLASSED = CN[:5] + ["一级分类"]
US = [column for layout in tables.document("columns.yaml")["layouts"] if layout["name"] == "service_requests"
      for column in [*layout["required"].values(), *layout["optional"].values(), *layout["ignored"]]]
TOPICS = ["楼道里堆了垃圾，天热以后味道很重", "对面工地半夜还在施工，噪音很大", "小区停车位被占，消防通道也停了车",
          "想问一下居住证怎么办", "老人想申请送餐，不知道找谁", "楼上漏水，天花板都湿了", "建议在路口加一盏灯",
          "医保报销的比例是多少", "家里跳闸了，请派人来修", "物业一直不清理地下车库", "想申请加装电梯，需要哪些材料"]


def table(path: Path, header: list[str], rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(number: int, **cells: str) -> dict[str, Any]:
    """A made-up message in the Chinese layout."""
    at = datetime(2019, 3, 4, 9, 30) + timedelta(hours=3 * number)
    return {"留言编号": str(number + 1), "留言用户": f"U{number % 7}", "留言主题": f"第{number}件事",
            "留言时间": f"{at:%Y/%m/%d %H:%M:%S}", "留言详情": TOPICS[number % len(TOPICS)], **cells}


def requested(number: int, kind: str, how: str = "Phone", **cells: str) -> dict[str, Any]:
    """A made-up request in the other layout."""
    at = datetime(2018, 5, 7, 13, 5) + timedelta(hours=7 * number)
    return {"SRRecordID": f"R{number}", "SRType": kind, "MethodReceived": how, "Agency": "Solid Waste",
            "CreatedDate": f"{at:%m/%d/%Y %I:%M:%S %p}", "Address": f"{number} Main St", "Latitude": "39.3",
            "Longitude": "-76.6", **cells}


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """The shipped behaviour, with the rare ends made common."""
    values = tables.document("behaviour.yaml")
    values["residents"]["withdraw"] = {"share": 0.25, "after": ["1 h", "3 d"]}
    values["residents"]["solved"] = {"yes": 45, "half": 10, "no": 45}
    values["forms"]["intake"]["intake_decision"] = {"accept": 60, "answer_now": 8, "not_accept": 14, "join": 18}
    values["staff"]["late"] = {"share": 0.02, "after": ["4 wd", "6 wd"]}
    path = tmp_path / "behaviour.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def rooms() -> None:
    assemble()
    cheap_passwords()


def test_both_kinds_of_tables_are_read_by_their_headers(tmp_path: Path) -> None:
    first = table(tmp_path / "a.csv", CLASSED, [
        said(1, 一级分类="环境保护", 留言时间="2019-01-02 08:00:00"), said(0, 一级分类="交通运输", 留言详情="第一行\n第二行")])
    messages, faults = read(first, ZONE)
    assert faults == [] and [one.service for one in messages] == ["CS03", "LI07"]
    assert messages[0].at == datetime(2019, 1, 2, tzinfo=UTC) and messages[1].text.endswith("第一行\n第二行")
    second = table(tmp_path / "b.csv", US, [requested(0, "SW-Bulk Scheduled"), requested(1, "SW-Dirty Alley", "API")])
    messages, faults = read(second, ZONE)
    assert faults == [] and [(one.service, one.channel) for one in messages] == [("LS10", "phone"), ("CS01", "open311")]
    assert messages[0].lat == 39.3 and messages[0].user == messages[0].place == "0 Main St"


def test_a_faulty_row_is_named_by_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", CN, [
        said(0, 留言详情="两\n行"), said(1, 留言时间="gestern"), said(2, 留言详情=" "), said(3, 留言编号="1"), said(4)])
    with path.open("a", encoding="utf-8") as file:
        file.write("9,U,题\n")
    messages, faults = read(path, ZONE)
    assert [one.row_id for one in messages] == ["1", "5"]
    assert [fault.line for fault in faults] == [4, 5, 6, 8]
    assert "留言详情" in faults[1].what and "twice" in faults[2].what and not any("两" in one.what for one in faults)
    other = table(tmp_path / "b.csv", US, [requested(0, "SW-HGW", "Pigeon"), requested(1, "SW-HGW", Latitude="north"),
                                           requested(2, "SW-HGW", Longitude="nan")])
    assert [fault.line for fault in read(other, ZONE)[1]] == [2, 3, 4]


def test_a_table_that_nobody_knows_is_refused_by_its_columns(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [*CN, "shoe size"], [said(0)])
    with pytest.raises(Invalid, match="unknown shoe size"):
        replay(Wanted(path))
    with pytest.raises(Invalid, match="missing 留言详情"):
        read(table(tmp_path / "b.csv", CN[:4], []), ZONE)
    with pytest.raises(NotFound):
        replay(Wanted(tmp_path / "none.csv"))
    with pytest.raises(Invalid, match="No row"):
        replay(Wanted(table(tmp_path / "c.csv", CN, [])))


def test_people_bring_cases_to_every_end(tmp_path: Path, busy: Path) -> None:
    rows = [said(number) for number in range(40)] + [said(40, 留言时间="?")]
    made = replay(Wanted(table(tmp_path / "a.csv", CN, rows), seed=3, behaviour=busy))
    assert all(made.ends[name] for name in OUTCOMES), made.ends
    assert made.cases == 40 and made.stuck == [] and made.incidents == {} and made.faults[0]["line"] == 42
    assert made.states_checked >= made.engine_steps > 400
    assert not [line for line in made.failures if not line.startswith("never reached")]
    assert made.counts["returns"] and made.counts["reopenings"] and made.counts["questions"]
    _says_nothing_of_the_texts(made)
    work = next(step for step in made.steps if step.element == "task_handle_case")
    assert work.wall_p90 > work.working_p90 > 0
    orders = {step.element: step.completed for step in made.steps if step.process == "supervision_order"}
    assert orders["task_answer"] and orders["task_verify"] and orders["end_verified"], orders


def _says_nothing_of_the_texts(made: Report) -> None:
    printed = "\n".join(printing.lines(made)) + json.dumps(made.document(), ensure_ascii=False)
    assert not any(topic in printed for topic in TOPICS) and "居民" not in printed


def test_what_was_not_reached_is_named_and_fails_the_command(app: Any, tmp_path: Path) -> None:
    before = kernel_database.current()
    path = table(tmp_path / "b.csv", US, [requested(0, "SW-Bulk Scheduled"), requested(1, "WW-Water No Water", "API")])
    result = app.test_cli_runner().invoke(args=["demo", "replay", str(path), "--json", "--no-check-state"])
    made = json.loads(result.output)
    assert result.exit_code == 1 and made["cases"] == 2 and made["states_checked"] == 0
    assert any("never reached: " in line for line in made["failures"])
    assert any(line.startswith("no case ended as") for line in made["failures"])
    assert kernel_database.current() is before


def test_a_given_database_keeps_its_own_office_apart(templates: Callable[..., Any], tmp_path: Path) -> None:
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    path = table(tmp_path / "a.csv", CN, [said(0)])
    with pytest.raises(Conflict, match="demo already"):
        replay(Wanted(path, url=url, slug="demo"))
    assert replay(Wanted(path, url=url, slug="other")).cases == 1
    copies.drop(url)


def test_a_state_that_changes_when_restored_fails_the_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "save", lambda instance: b"another")
    made = replay(Wanted(table(tmp_path / "a.csv", CN, [said(0)])))
    assert any(line.startswith("state changes when restored") for line in made.failures)


@pytest.mark.parametrize("name", ["cn/messages_dev.csv", "cn/labelled_dev.csv", "cn/replies_dev.csv",
                                  "us311/baltimore_311_dev.csv"])
def test_real_tables_are_read_whole(shared: Path, name: str) -> None:
    messages, faults = read(shared / "data" / name, ZONE)
    assert len(messages) > 200 and faults == []


def test_real_messages_play_without_trouble(shared: Path) -> None:
    made = replay(Wanted(shared / "data" / "cn" / "messages_dev.csv", limit=15, seed=2))
    assert made.cases == 15 and made.stuck == [] and made.incidents == {} and made.states_checked == made.engine_steps
