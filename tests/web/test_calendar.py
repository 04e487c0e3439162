"""The calendar's page: a year at a glance, own rows, what a change does, import with faults by line, versions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from app.kernel import database
from app.kernel.ids import new_id
from tests.factories import demo_of
from tests.integration.play import playing
from tests.integration.test_lifecycle import to_handling
from tests.web.admin_pages import HOME, Desk, Labels, upload

YEAR = "/admin/calendar/2026"
DAY = {"on": "2026-11-25", "kind": "rest", "name": "检修", "source": "通知 18", "reason": ""}
TABLE = "date,kind,name\n2026-10-01,rest,国庆节\n2026-10-10,work,\n"


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", [YEAR, f"{YEAR}?day=2026-10-01", "/admin/calendar/2027", f"{YEAR}/versions"])
def test_every_control_has_a_name(desk: Desk, language: str, path: str) -> None:
    desk.client.get(f"{HOME}/preferences?lang={language}")
    assert Labels(desk.get(path)).faults() == []


def test_a_year_is_shown_with_its_holidays_in_words_and_not_by_colour_alone(desk: Desk) -> None:
    page = desk.get(YEAR)
    assert page.count('<table class="month">') == 12
    assert re.search(r'<td class="holiday"[^>]*>1<b aria-hidden="true">H</b><span class="hidden-label">holiday', page)
    assert re.search(r'<td class="make_up"[^>]*>10<b aria-hidden="true">W</b>', page)
    assert "The official calendar of 2026 is not known" not in page
    for missing in ("/admin/calendar/1999", "/admin/calendar/x", "/admin/calendar/99999999999"):
        desk.get(missing, status=404)


def test_a_year_that_is_not_official_warns(desk: Desk) -> None:
    assert "The official calendar of 2027 is not known yet" in desk.get("/admin/calendar/2027")
    assert "The official calendar of 2027 is not known yet" in desk.get(YEAR), "the year before says so too"
    assert desk.post("/admin/calendar/2027/import", {
        "csv": "date,kind,name\n2027-01-01,rest,元旦\n", "source": "国办", "official": "on"}, "/admin/calendar/2027").status_code == 303
    assert "is not known yet" not in desk.get("/admin/calendar/2027")


def test_a_day_is_looked_at_saved_changed_and_removed(desk: Desk) -> None:
    page = desk.post(f"{YEAR}/day", {**DAY, "_action": "look"}, YEAR).text
    assert "What would change" in page and "holiday, 检修, 通知 18" in page and "What it does to open deadlines" in page
    assert "检修" not in desk.get(YEAR)
    assert desk.post(f"{YEAR}/day", {**DAY, "reason": "停电"}, YEAR).status_code == 303
    assert "检修" in desk.get(YEAR) and "停电" in desk.get(f"{YEAR}/versions")
    again = desk.post(f"{YEAR}/day", DAY, YEAR)
    assert again.status_code == 422 and "2026-11-25 has a row of its own already: 检修" in again.text
    assert 'value="2026-11-25"' in desk.get(f"{YEAR}?day=2026-11-25")
    assert desk.post(f"{YEAR}/day", {**DAY, "was": "2026-11-25", "on": "2026-11-26"}, YEAR).status_code == 303
    look = desk.post(f"{YEAR}/remove", {"was": "2026-11-26", "_action": "look"}, YEAR).text
    assert "What would change" in look and look.count("Remove this row") >= 1
    assert desk.post(f"{YEAR}/remove", {"was": "2026-11-26"}, YEAR).status_code == 303
    assert "检修" not in desk.get(YEAR)


def test_a_day_of_another_year_is_refused_on_this_year_s_page(desk: Desk) -> None:
    answer = desk.post(f"{YEAR}/day", {**DAY, "on": "2027-11-25"}, YEAR)
    assert answer.status_code == 422 and "Did you mean 2026-11-25?" in answer.text and 'value="检修"' in answer.text


def test_a_table_is_refused_by_line_and_what_was_sent_is_kept(desk: Desk) -> None:
    bad = TABLE + "2026-10-10,rest,\n2026/10/02,rest,\n2026-10-03,wrok,\n"
    answer = desk.post(f"{YEAR}/import", {"file": upload(bad), "source": "国办"}, YEAR)
    assert answer.status_code == 422
    for words in ("Line 4: 2026-10-10 stands in the table twice: here and in line 3", "Line 5:", "Did you mean 2026-10-02?",
                  "Line 6:", "Did you mean work?"):
        assert words in answer.text, words
    assert "2026/10/02,rest," in answer.text.partition("<textarea")[2], "the table can be mended in the page"
    assert "nothing was stored" in answer.text


def test_a_looked_at_table_is_saved_without_choosing_the_file_again(desk: Desk) -> None:
    answer = desk.post(f"{YEAR}/import", {"file": upload(TABLE), "source": "国办", "_action": "look"}, YEAR)
    assert "What would change" in answer.text and "2026-10-10,work," in answer.text.partition("<textarea")[2]
    assert desk.post(f"{YEAR}/import", {"csv": TABLE.replace("\n", "\r\n"), "source": "国办"}, YEAR).status_code == 303
    rows = desk.get(YEAR).partition('id="own"')[2]
    assert rows.count("国办") == 2
    assert desk.post(f"{YEAR}/import", {"source": "国办"}, YEAR).status_code == 422, "neither a file nor a text"


def test_a_change_that_came_too_late_shows_the_other_one(desk: Desk) -> None:
    assert desk.post(f"{YEAR}/day", {**DAY, "begun_from": "0"}, YEAR).status_code == 303
    late = desk.post(f"{YEAR}/day", {**DAY, "on": "2026-11-26", "begun_from": "0"}, YEAR)
    assert late.status_code == 409 and "What was changed meanwhile" in late.text and "检修" in late.text


def test_one_click_goes_back_to_an_earlier_year(desk: Desk) -> None:
    before = desk.get(YEAR).partition('id="own"')[2].partition("</table>")[0]
    assert desk.post(f"{YEAR}/import", {"csv": TABLE, "source": "国办"}, YEAR).status_code == 303
    assert desk.post(f"{YEAR}/versions/restore", {"number": "1", "begun_from": "2"}, f"{YEAR}/versions").status_code == 303
    assert desk.get(YEAR).partition('id="own"')[2].partition("</table>")[0] == before
    assert "Back to version 1" in desk.get(f"{YEAR}/versions")
    assert desk.post(f"{YEAR}/take-over", {}, YEAR).status_code == 303


def test_rows_of_the_base_stand_apart_and_an_own_row_covers_them(desk: Desk) -> None:
    with database.current().engine.begin() as owner:
        owner.execute(text("INSERT INTO calendar_day (tenant_id, id, \"on\", kind, name, source, official) "
                           "VALUES (:base, :id, '2026-11-25', 'rest', '基础节日', 'base', true)"),
                      {"base": "0" * 32, "id": new_id().hex})
    page = desk.get(YEAR)
    assert "Rows of the base" in page and "基础节日" in page.partition('id="base"')[2]
    assert "an own row counts" not in page
    assert desk.post(f"{YEAR}/day", {**DAY, "kind": "work"}, YEAR).status_code == 303
    assert "an own row counts" in desk.get(YEAR).partition('id="base"')[2]


def test_security_22_a_field_that_the_page_does_not_have_is_refused(desk: Desk) -> None:
    answer = desk.post(f"{YEAR}/day", {**DAY, "tenant_id": "x"}, YEAR)
    assert answer.status_code == 422 and "tenant_id" in answer.text and "检修" not in desk.get(YEAR)


def test_security_16_words_of_a_row_are_text(desk: Desk) -> None:
    assert desk.post(f"{YEAR}/day", {**DAY, "name": "<script>alert(1)</script>", "source": "<b>x"}, YEAR).status_code == 303
    for path in (YEAR, f"{YEAR}?day=2026-11-25", f"{YEAR}/versions"):
        page = desk.get(path)
        assert "<script>alert" not in page and "<b>x" not in page and "&lt;script&gt;" in page


def test_the_settings_page_shows_what_other_hours_do(desk: Desk) -> None:
    data = {"name_zh": "示范街道", "name_en": "Demo Street", "locale": "zh", "working_hours": "1-4: 09:00-12:00", "_action": "look"}
    assert "What it does to open deadlines" in desk.post("/admin/settings", data).text
    assert "What it does to open deadlines" not in desk.post("/admin/settings", {**data, "working_hours": ""}).text


def test_the_preview_names_the_deadlines_that_move_and_saving_moves_them(app: Any) -> None:
    with playing(demo_of(database.current())) as office:
        to_handling(office, service="CS05")
        desk = Desk(app, "administrator")
        page = desk.post(f"{YEAR}/day", {**DAY, "_action": "look"}, YEAR).text.partition('id="effect"')[2]
        effect = page.partition("</section>")[0]
        assert office.number in effect and "+1 d" in effect and "move by 1 d" in effect
        assert "Would become overdue: 0" in effect and "/staff/cases/" not in effect, "an administrator reads no cases"
        before = office.case().promised_at
        answer = desk.post(f"{YEAR}/day", DAY, YEAR)
        assert answer.status_code == 303 and office.case().promised_at > before
        assert "deadlines of open requests moved." in desk.get(YEAR)
