"""The page of figures without scripts, its periods and its files."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.cases.model import EVERY, Case
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import transact
from app.tenancy.model import Unit
from app.tenancy.queries import tenant_by_slug
from app.web import csv_files
from app.web.staff.insight import TABLES
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill


def test_a_leader_sees_every_figure_in_a_table(app: Any) -> None:
    fill()
    leader = Desk(app, "leader")
    for query in ("", "?period=year", "?period=quarter", "?first=2026-01-01&last=2026-12-31&by=month"):
        page = leader.get(f"/staff/insight{query}")
        assert not Labels(page).faults() and "<rect class=\"series-" in page and "By unit" in page
        assert "style=" not in page and "路灯坏了" not in page and "赵小敏" not in page
    wrong = leader.client.get(f"{HOME}/staff/insight?first=2026-13-01&last=2026-12-31")
    assert wrong.status_code == 422 and "Please choose a date." in wrong.text and 'value="2026-13-01"' in wrong.text
    assert not Labels(wrong.text).faults()


def test_each_table_is_a_file(app: Any) -> None:
    fill()
    leader = Desk(app, "leader")
    for table in TABLES:
        answer = leader.client.get(f"{HOME}/staff/insight/{table}.csv?period=year")
        assert answer.status_code == 200 and answer.mimetype == "text/csv", table
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert len({len(row) for row in rows}) == 1 and rows[0], table
    trend = list(csv.reader(io.StringIO(leader.client.get(f"{HOME}/staff/insight/trend.csv?period=year").text)))
    assert sum(int(row[-2]) for row in trend[1:]) == 1
    assert leader.client.get(f"{HOME}/staff/insight/persons.csv").status_code == 404
    assert leader.client.get(f"{HOME}/staff/insight/units.csv?first=x&last=y").status_code == 422


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "　=1", "＝1", "=cmd|' /C calc'!A0"])
def test_security_32_no_text_of_a_file_is_a_formula(text: str) -> None:
    assert str(csv_files.cell(text)) == f"'{text}"
    assert csv_files.cell(-5) == -5 and csv_files.cell("5-1") == "5-1" and csv_files.cell(None) == ""


def test_security_32_a_unit_called_like_a_formula(app: Any) -> None:
    """Through the whole way: a name that an administrator wrote arrives as text."""
    ids, found = fill(), tenant_by_slug("demo")
    assert found is not None and ids

    def write(uow: Any) -> None:
        from app.cases.model import Case

        uow.session.execute(update(Unit).where(Unit.tenant_id == uow.tenant_id, Unit.code == "LRS").values(
            name_zh='=HYPERLINK("http://evil","x")', name_en='=HYPERLINK("http://evil","x")'))
        uow.session.execute(update(Case).where(Case.tenant_id == uow.tenant_id).values(unit="LRS"))
    transact(found.tenant_id, SYSTEM, write)
    text = Desk(app, "leader").client.get(f"{HOME}/staff/insight/units.csv?period=year").text
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row[1] for row in rows if row[0] == "LRS"] == ['\'=HYPERLINK("http://evil","x")']


def test_scores_of_units_open_what_they_are_made_of(app: Any) -> None:
    chief, leader, page = Desk(app, "supervisor"), Desk(app, "leader"), "/staff/oversight/orders"
    assert "Nothing in this period." in leader.get("/staff/insight/scores")
    sent = chief.post(page, {"text": "Yard of house 3", "number": "", "unit": "WBS", "level": "order"}, page)
    order = sent.headers["Location"].rsplit("/", 1)[1]

    def score(uow: Any) -> None:
        closed = {"status": "closed", "outcome": "verified", "closed_at": uow.now, "rating": 4}
        uow.session.execute(update(Case).where(Case.id == UUID(order)).values(**closed).execution_options(**EVERY))

    found = tenant_by_slug("demo")
    assert found is not None
    transact(found.tenant_id, SYSTEM, score)
    league = leader.get("/staff/insight/scores")
    assert "+16" in league and "80 % / 1" in league and not Labels(league).faults()
    made_of = "/staff/insight/scores/orders?unit=WBS"
    rows = leader.get(made_of)
    assert f"/staff/cases/{order}" in rows and "4 of 5 points" in rows and not Labels(rows).faults()
    assert "Yard of house 3" in leader.get(f"/staff/cases/{order}")
    assert f"/staff/cases/{order}" not in Desk(app, "analyst").get(made_of)
    leader.get("/staff/insight/scores/nothing?unit=WBS", 404)
    text = leader.client.get(f"{HOME}/staff/insight/scores.csv").text.lstrip("\ufeff")
    table = list(csv.reader(io.StringIO(text)))
    assert len(table) == 2 and len(table[0]) == len(table[1]) == 27 and table[1][0] == "WBS"
    Desk(app, "head_wbs").get("/staff/insight/scores", 403)
