"""What a browser is told and what it may do: scripts, cookies, forged forms, sessions, limits, logs."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from app.kernel import database
from app.kernel.events import StoredEvent
from app.tenancy.queries import tenant_by_slug
from app.web import logs
from app.web.access import declared
from app.workers import loop
from tests.unit.attachments.files import png
from tests.web.admin_pages import HOME, Desk
from tests.web.test_security_access import path, rules
from tests.web.visiting import browsers, fill

SCRIPTS = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
           "{{ 7*7 }}<svg/onload=alert(1)>", "'-alert(1)-'")
HOSTILE = " ".join(SCRIPTS)


def events() -> int:
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return session.query(StoredEvent).count()


def test_security_16_what_people_type_is_text_in_every_view(app: Any) -> None:
    """The same hostile text as words, name, place, note and file name, and in the names of a diagram: on every page."""
    ids = fill()
    people = browsers(app)
    clerk, admin = people["intake_clerk"], people["administrator"]
    found = tenant_by_slug("demo")
    assert found is not None
    marks = clerk.marks("/staff/account")
    clerk.client.post(f"{HOME}/staff/cases/{ids.case_id}/notes", data={
        **marks, "text": HOSTILE, "visibility": "public", "files": (io.BytesIO(png()), f"{SCRIPTS[1]}.png")})
    visitor = people["guest"]
    sent = visitor.post("/submit", {"c-text": HOSTILE, "c-name": SCRIPTS[1], "c-place_text": SCRIPTS[0],
                                    "c-phone": "13911110009"}, page="/submit")
    assert sent.status_code == 303
    diagram = Path("processes/base/ask_resident/ask_resident.bpmn").read_text(encoding="utf-8")
    spoiled = diagram.replace('name="询问居民"', f'name="{_attribute(HOSTILE)}"')
    assert spoiled != diagram
    answer = admin.post("/admin/definitions/process/ask_resident", {
        "file": (io.BytesIO(spoiled.encode()), "ask_resident.bpmn")}, page="/admin/definitions/process/ask_resident")
    assert answer.status_code == 303, answer.text[:2000]
    loop.until_idle()
    pages = 0
    for role, desk in people.items():
        for rule in rules(app, "GET"):
            for extra in ("", "?q=" + SCRIPTS[1]) if not rule.arguments else ("",):
                page = desk.client.get(HOME + path(app, rule, ids) + extra, buffered=True)
                if page.mimetype != "text/html":
                    continue
                _no_script(page.text, f"{role} {rule.endpoint}")
                pages += 1
    assert pages > 400


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _no_script(page: str, where: str) -> None:
    own = re.sub(r'<script src="[^"]*/static/vendor/[a-z_]+\.js"( data-live="[^"<>]*")? defer></script>', "", page)
    assert "<script" not in own.lower(), where
    assert not re.search(r"<[^>]+\son\w+\s*=", re.sub(r'"[^"]*"', '""', own)), where
    assert not re.search(r'(href|src|action)\s*=\s*"\s*javascript:', own, re.IGNORECASE), where
    assert "onerror=alert(1)>" not in own and "<svg/onload" not in own, where


def test_security_17_no_page_allows_a_script_of_its_own(app: Any) -> None:
    ids, tried = fill(), 0
    for desk in browsers(app).values():
        for rule in rules(app, "GET"):
            answer = desk.client.get(HOME + path(app, rule, ids), buffered=True)
            policy = dict(part.strip().split(" ", 1) for part in
                          answer.headers["Content-Security-Policy"].replace("sandbox", "sandbox -").split(";") if part.strip())
            assert policy["default-src"] == "'none'"
            styles = policy.pop("style-src", "'none'")
            assert styles in ("'self'", "'none'") or (rule.endpoint == "studio.editor" and styles == "'self' 'unsafe-inline'")
            assert not any("unsafe" in part for part in policy.values())
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            tried += 1
    assert tried > 400


MARKLESS = {"resident.stop"}
"""Mail programs send it (RFC 8058): its secret address is the right, it needs no cookie, and it only stops messages."""


def test_security_18_no_change_without_the_mark_of_our_own_page(app: Any) -> None:
    ids, people = fill(), browsers(app)
    app.config["WTF_CSRF_ENABLED"] = True
    before, tried = events(), 0
    for role, desk in people.items():
        for rule in rules(app, "POST"):
            if rule.endpoint in MARKLESS:
                continue
            for data in ({}, {"csrf_token": "0" * 40}):
                answer = desk.client.post(HOME + path(app, rule, ids), data={**data, "text": "x", "reason": "x"})
                assert answer.status_code in (400, 403), (role, rule.endpoint, answer.status_code)
                assert answer.status_code == 400 or declared(app, rule.endpoint) != "public", (role, rule.endpoint)
                tried += 1
    assert tried > 500
    with_denials = events()
    assert with_denials - before <= tried
    foreign = people["intake_clerk"].marks("/staff/account")["csrf_token"]
    answer = people["dispatcher"].client.post(f"{HOME}/staff/sign-out", data={"csrf_token": foreign})
    assert answer.status_code == 400


@pytest.mark.parametrize("address", ["http://localhost", "https://office.example"])
def test_security_19_flags_of_the_cookie(app: Any, address: str) -> None:
    app.config.update(SESSION_COOKIE_SECURE=address.startswith("https"))
    answer = app.test_client().get(f"{HOME}/staff/sign-in", base_url=address)
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/t/demo/" in cookie and "Domain" not in cookie
    assert ("Secure" in cookie) == address.startswith("https")


def test_security_13_a_download_is_saved_and_never_shown(app: Any) -> None:
    ids, people = fill(), browsers(app)
    for desk, target in ((people["intake_clerk"], f"/staff/cases/{ids.case_id}/files/{ids.file_id}"),
                         (people["guest"], f"/c/{ids.token}/files/{ids.file_id}")):
        answer = desk.client.get(HOME + target, buffered=True)
        assert answer.status_code == 200 and answer.data.startswith(b"\x89PNG")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_security_28_a_visitor_is_stopped_and_told_when_to_come_back(app: Any) -> None:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    marks = desk.marks("/submit")
    codes = [desk.client.post(f"{HOME}/submit", data={
        "csrf_token": marks["csrf_token"], "_key": f"k{n}", "c-text": f"第{n}次"}).status_code for n in range(32)]
    assert codes == [303] * 30 + [429] * 2


def test_security_28_codes_to_one_phone_are_few(app: Any) -> None:
    found = tenant_by_slug("demo")
    assert found is not None
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    answers = [desk.post("/sign-in", {"phone": "13911110077"}).status_code for _ in range(3)]
    assert answers[0] == 200 and 429 in answers[1:]


def test_security_41_a_sign_in_begins_a_session_of_its_own(app: Any) -> None:
    """What an attacker planted before is worth nothing afterwards, and signing out ends it on the server."""
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    planted = desk.marks("/staff/sign-in")
    before = desk.client.get_cookie("yikou", path="/t/demo/")
    signed = Desk(app, "dispatcher")
    after = signed.client.get_cookie("yikou", path="/t/demo/")
    assert before is not None and after is not None and before.value != after.value
    assert signed.client.post(f"{HOME}/staff/sign-out", data=planted).status_code == 400
    stolen = app.test_client()
    stolen.set_cookie("yikou", after.value, path="/t/demo/", domain="localhost")
    assert stolen.get(f"{HOME}/staff/account").status_code == 200
    assert signed.post("/staff/sign-out", {}, page="/staff/account").status_code == 303
    assert stolen.get(f"{HOME}/staff/account").status_code == 302


def test_security_41_guessing_a_password_locks_the_name_for_a_while(app: Any) -> None:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    codes = [desk.post("/staff/sign-in", {"login": "dispatcher", "password": f"wrong{n}"}).status_code for n in range(15)]
    assert codes[0] == 422 and codes[-1] == 429
    right = desk.post("/staff/sign-in", {"login": "dispatcher", "password": "one-window-demo"})
    assert right.status_code == 429


def test_security_39_what_people_type_makes_no_line_of_the_log(app: Any) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logs.install(app)
    forged = "x\r\n2026-11-24 ERROR app.forged everything is lost\x1b[2J\u2028y"
    try:
        logging.getLogger("app.web").error("no page %s", forged)
        desk = Desk.__new__(Desk)
        desk.client = app.test_client()
        desk.client.get(f"{HOME}/find", query_string={"number": forged})
        desk.post("/staff/sign-in", {"login": forged, "password": "x"})
        desk.post("/submit", {"c-text": forged, "c-phone": forged}, page="/submit")
    finally:
        logging.getLogger().removeHandler(handler)
    lines = re.split("[\r\n\u2028]", written.getvalue())
    assert "everything is lost" in lines[0] and "\x1b" not in written.getvalue()
    assert not [line for line in lines if line.startswith("2026-11-24 ERROR app.forged")]


def test_security_40_a_broken_file_is_a_422_with_a_line(app: Any) -> None:
    admin = Desk(app, "administrator")
    for kind, key, name, data in (("process", "ask_resident", "ask_resident.bpmn", b"<a>\n<b></a>"),
                                  ("decision", "review", "review.dmn", b"\xff\xfe\x00"),
                                  ("form", "review", "review.form", b'{"id": "review",\n "components": [}')):
        answer = admin.post(f"/admin/definitions/{kind}/{key}", {"file": (io.BytesIO(data), name)},
                            page=f"/admin/definitions/{kind}/{key}")
        assert answer.status_code == 422 and "Traceback" not in answer.text
        assert re.search(r"\b[Ll]ine \d", answer.text) or ":1" in answer.text or ":2" in answer.text, answer.text[-3000:]


def test_security_09_a_file_that_lies_is_refused_before_it_is_stored(app: Any) -> None:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    kept = (Path(app.config["INSTANCE_PATH"]) / "attachments")
    before = sum(1 for _ in kept.rglob("*")) if kept.exists() else 0
    answer = desk.post("/submit", {"c-text": "灯坏了", "c-name": "王", "photos": (io.BytesIO(b"MZ\x90\x00" * 50), "a.png")},
                       page="/submit")
    assert answer.status_code == 422 and "灯坏了" in answer.text
    assert (sum(1 for _ in kept.rglob("*")) if kept.exists() else 0) == before


def test_the_same_page_sent_twice_is_one_request(app: Any) -> None:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    marks = {**desk.marks("/submit"), "c-text": "灯坏了"}
    numbers = []
    for _ in range(2):
        assert desk.client.post(f"{HOME}/submit", data=marks).status_code == 303
        numbers.append(re.findall(r'class="number">([^<]+)<', desk.client.get(f"{HOME}/done").text))
    assert numbers[0] == numbers[1] and numbers[0]


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(app: Any) -> None:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    answer = desk.post("/submit", {"c-text": "", "c-name": "王女士", "c-phone": "12", "c-place_text": "三号楼"}, page="/submit")
    assert answer.status_code == 422 and 'id="c-phone-errors"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    for kept in ("王女士", 'value="12"', "三号楼"):
        assert kept in answer.text




def test_two_clerks_at_one_task_the_second_is_told_and_loses_nothing(app: Any) -> None:
    ids = fill()
    first, second = Desk(app, "intake_clerk"), Desk(app, "intake_clerk2")
    task = f"/staff/tasks/{ids.task_id}"
    marks = second.marks(task)
    assert first.post(f"{task}/claim", {}, page=task).status_code == 303
    answer = second.client.post(HOME + task, data={**marks, "intake_decision": "accept", "course": "写了很久的一段话"})
    assert answer.status_code == 409
    assert "杨立新" in answer.text and "写了很久的一段话" in answer.text
    late = second.client.post(f"{HOME}{task}/claim", data=second.marks(task), follow_redirects=True)
    assert "杨立新" in late.text
