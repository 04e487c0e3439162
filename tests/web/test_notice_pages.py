"""Notices, the public board, profiles and message texts in the browser, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel import clock, database
from app.knowledge import notices
from app.notifications import channels
from app.notifications.channels.wechat import make as wechat
from app.notifications.profiles.model import ContactProfile
from app.tenancy.queries import tenant_by_slug
from tests.unit.notifications.servers import cloud
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import resident_browser

NOW = "2030-01-01T09:00"
FORM = {"kind": "interruption", "title_zh": "紫藤苑停气", "body_zh": "管道检修。", "title_en": "No gas", "body_en": "Pipes.",
        "starts_at": NOW, "ends_at": "2030-01-02T09:00", "unit": "", "service_code": "", "begun_from": ""}


@pytest.fixture
def admin(app: Any) -> Desk:
    return Desk(app, "administrator")


def guest(app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    desk.client.get(f"{HOME}/preferences?lang=en")
    return desk


def standing(title: str) -> notices.Notice:
    office = tenant_by_slug("demo")
    assert office is not None
    with database.current().read(office.tenant_id) as session:
        return next(one for one in session.scalars(select(notices.Notice)) if one.title_en == title)


def test_a_notice_from_the_form_to_the_residents_page(app: Any, admin: Desk) -> None:
    begin = clock.now() - timedelta(days=1)
    times = {"starts_at": begin.strftime("%Y-%m-%dT%H:%M"), "ends_at": (begin + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")}
    answer = admin.post("/admin/notices/new", {**FORM, **times, "places": ["JW07-1", "JW07-2-1"]})
    assert answer.status_code == 303
    notice = standing("No gas")
    path, visitor = f"/admin/notices/{notice.id}", guest(app)
    page = admin.get(path)
    assert "紫藤苑停气" in page and "No gas" in page and "About 0 residents" in page
    visitor.get(f"/notices/{notice.id}", 404)
    assert admin.post(f"{path}/publish", {"reason": ""}, path).status_code == 422
    assert admin.post(f"{path}/publish", {"reason": "检修", "push": "on"}, path).status_code == 303
    shown = visitor.get(f"/notices/{notice.id}")
    assert "No gas" in shown and "紫藤苑" in shown and Labels(shown).faults() == []
    for page in ("/notices", "/published", "/?q=No+gas"):
        assert "No gas" in visitor.get(page), page
    asked = visitor.post("/submit", {"_action": "begin", "c-text": "紫藤苑停气了吗"}, "/")
    assert "No gas" in asked.text
    assert admin.post(f"{path}/withdraw", {"reason": "取消"}, path).status_code == 303
    visitor.get(f"/notices/{notice.id}", 404)


def test_faults_stand_at_their_fields_and_what_was_typed_stays(admin: Desk) -> None:
    wrong = {**FORM, "title_zh": "", "title_en": "Kept words", "ends_at": "2029-01-01T09:00", "places": ["JW07-1"]}
    answer = admin.post("/admin/notices/new", wrong)
    assert answer.status_code == 422 and "Kept words" in answer.text and 'value="JW07-1" checked' in answer.text
    assert "The end must come after the beginning." in answer.text and Labels(answer.text).faults() == []
    assert admin.post("/admin/notices/new", {**FORM, "starts_at": "soon"}).status_code == 422
    assert admin.post("/admin/notices/new", {**FORM, "state": "published"}).status_code == 422


def test_a_place_is_found_among_many_without_scripts(admin: Desk) -> None:
    page = admin.get("/admin/notices/new")
    assert page.count('name="places"') > 100
    answer = admin.post("/admin/notices/new", {**FORM, "_action": "filter", "filter": "紫藤里", "places": ["JW01-1", "JW07-2-1"]})
    assert answer.status_code == 200 and 3 < answer.text.count('type="checkbox" name="places"') < 8
    assert '<input type="hidden" name="places" value="JW01-1">' in answer.text and 'value="JW07-2-1" checked' in answer.text
    assert "紫藤苑停气" in answer.text and "No gas" in answer.text


def test_two_who_change_one_notice_are_told(admin: Desk) -> None:
    assert admin.post("/admin/notices/new", {**FORM, "title_en": "Twice"}).status_code == 303
    path = f"/admin/notices/{standing('Twice').id}/edit"
    assert admin.post(path, {**FORM, "title_en": "Twice", "begun_from": "1"}).status_code == 303
    late = admin.post(path, {**FORM, "title_en": "Twice", "body_en": "mine", "begun_from": "1"})
    assert late.status_code == 409 and "mine" in late.text


def test_a_resident_says_how_to_be_told(app: Any) -> None:
    desk = resident_browser(app)
    desk.client.get(f"{HOME}/preferences?lang=en")
    page = desk.get("/my/profile")
    assert Labels(page).faults() == []
    sent = {"name": "赵小敏", "locale": "en", "place-1": "JW01-1-1", "label-1": "home", "place-2": "", "label-2": "home",
            "interests": ["jobs"], "notices": ["in_app", "sms"], "cases": ["in_app"], "quiet_from": "22:00", "quiet_until": "07:30"}
    assert desk.post("/my/profile", sent).status_code == 303
    page = desk.get("/my/profile")
    assert 'value="JW01-1-1" selected' in page and 'value="jobs" checked' in page and 'value="22:00"' in page
    home = desk.get("/")
    assert home.index("No water in Wutong Court") < home.index("Job fair") and "For you" in home
    wrong = desk.post("/my/profile", {**sent, "quiet_from": "", "name": "Kept name"})
    assert wrong.status_code == 422 and "Kept name" in wrong.text and Labels(wrong.text).faults() == []
    assert desk.post("/my/profile/forget", {}, "/my/profile").status_code == 303
    assert 'value="JW01-1-1" selected' not in desk.get("/my/profile")


def test_an_email_is_confirmed_on_the_page(app: Any) -> None:
    desk = resident_browser(app)
    assert desk.post("/my/profile/email", {"email": "x", "_action": "send"}, "/my/profile").status_code == 422
    assert desk.post("/my/profile/email", {"email": "zhao@example.org", "_action": "send"}, "/my/profile").status_code == 303
    assert "zhao@example.org" in desk.get("/my/profile")
    assert desk.post("/my/profile/email", {"code": "1", "_action": "confirm"}, "/my/profile").status_code == 422
    letters = Desk(app, "administrator").get("/admin/messages")  # a demonstration shows what would have been sent
    code = re.search(r"\b(\d{6})\b[^<]*address", letters) or re.search(r"确认码是 (\d{6})|code is (\d{6})", letters)
    assert code
    right = next(group for group in code.groups() if group)
    assert desk.post("/my/profile/email", {"code": right, "_action": "confirm"}, "/my/profile").status_code == 303


def test_security_25_the_link_of_a_mail_stops_by_button_only(app: Any) -> None:
    desk = resident_browser(app)
    assert desk.post("/my/profile", {"name": "赵", "locale": "en"}).status_code == 303
    office = tenant_by_slug("demo")
    assert office is not None

    def row() -> ContactProfile:
        with database.current().read(office.tenant_id) as session:
            return session.scalars(select(ContactProfile).order_by(ContactProfile.id.desc())).first()  # type: ignore[return-value]

    visitor = app.test_client()
    path = f"{HOME}/stop/{row().stop_token}"
    assert visitor.get(path).status_code == 200 and row().stopped_at is None
    assert visitor.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200 and row().stopped_at is not None
    assert visitor.get(f"{HOME}/stop/{'x' * 32}").status_code == visitor.post(f"{HOME}/stop/{'x' * 32}").status_code == 404
    assert "赵" not in visitor.get(path).text
    assert "You stopped all messages" in desk.get("/my/profile")


def test_an_administrator_changes_the_words_of_a_message(admin: Desk) -> None:
    assert "诉求 20261125-0042 已受理" in admin.get("/admin/messages/templates")
    path = "/admin/messages/templates/case_accepted"
    page = admin.get(path)
    assert Labels(page).faults() == []
    values = {"subject_zh": "诉求 {number} 收到了", "body_zh": "\"已\"受理 {number}：\\ 好", "subject_en": "Got {number}",
              "body_en": "We have {number}.\nThank you.", "reason": "亲切一些", "begun_from": ""}
    seen = admin.post(path, {**values, "_action": "preview"})
    assert seen.status_code == 200 and "诉求 20261125-0042 收到了" in seen.text and "as shipped" in seen.text
    assert admin.post(path, {**values, "reason": ""}).status_code == 422
    bad = admin.post(path, {**values, "body_en": "We have {wrong}."})
    assert bad.status_code == 422 and "We have {wrong}." in bad.text and "one language only" in bad.text
    assert admin.post(path, values).status_code == 303
    page = admin.get(path)
    assert "own version" in page and "&#34;已&#34;受理 20261125-0042：\\ 好" in page
    admin.get("/admin/messages/templates/unknown", 404)


def test_the_board_needs_nobody_and_names_nobody(app: Any) -> None:
    page = guest(app).get("/published")
    assert "Storm warning" in page and "Source:" in page and "Numbers below 5" in page
    assert Labels(page).faults() == [] and "19900000057" not in page


def test_an_unknown_notice_is_not_there(app: Any, admin: Desk) -> None:
    for path in (f"/admin/notices/{UUID(int=5)}", f"/admin/notices/{UUID(int=5)}/edit"):
        admin.get(path, 404)
    guest(app).get(f"/notices/{UUID(int=5)}", 404)


def test_security_20_wechat_is_linked_only_with_the_mark_of_this_browser(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with cloud() as seen:
        config = {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "WECHAT_TEMPLATE_ID": "t", "WECHAT_API_URL": seen.url}
        desk = resident_browser(app)
        monkeypatch.setattr(channels, "_installed", [wechat(config)])
        away = desk.client.get(f"{HOME}/my/profile/wechat/ask")
        there = urlsplit(away.headers["Location"])
        state = dict(parse_qsl(there.query))["state"]
        assert away.status_code == 303 and there.hostname == "open.weixin.qq.com"
        for query in (f"code=bad&state={state}", "code=good&state=other", "code=good"):
            assert desk.client.get(f"{HOME}/my/profile/wechat?{query}").status_code == 303
            assert "oLinked_1" not in linked()
            away = desk.client.get(f"{HOME}/my/profile/wechat/ask")
            state = dict(parse_qsl(urlsplit(away.headers["Location"]).query))["state"]
        desk.client.get(f"{HOME}/my/profile/wechat?code=good&state={state}")
        assert "oLinked_1" in linked()
        assert desk.post("/my/profile/wechat", {}, "/my/profile").status_code == 303 and "oLinked_1" not in linked()


def linked() -> set[str | None]:
    office = tenant_by_slug("demo")
    assert office is not None
    with database.current().read(office.tenant_id) as session:
        return set(session.scalars(select(ContactProfile.wechat)))
