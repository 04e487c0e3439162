"""Pages of the operator about whole offices, of an office's administrator about the subscription, and suspension."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.offices.commands import ResumeOffice, SaveTerm, SuspendOffice
from app.tenancy.queries import tenant_by_slug, tenants
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import OWN, fill, resident_browser

TERM = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "grace_days": "14", "warn_days": "60, 30, 7",
        "most_staff": "5", "most_residents": "", "most_cases": "", "most_mb": ""}
NEW = {**TERM, "name_zh": "新街道", "name_en": "New Street", "slug": "new-street", "host": "", "locale": "zh",
       "time_zone": "Asia/Shanghai", "contact_phone": "021-5555 0000", "calendar_from": "2026", "calendar_until": "2027",
       "admin_name": "王主任", "admin_login": "admin", "units": "on", "services": "on", "takes_in": "on",
       "first_password": "abcd-efgh-jkmn-pqrs"}


@pytest.fixture
def app(any_app: Any) -> Any:
    """On each database: making an office writes as one tenant what another one's operator wished for."""
    return any_app


@pytest.fixture
def operator(app: Any) -> Desk:
    return Desk(app, "operator")


def test_every_page_opens_in_both_languages_with_named_controls(app: Any, operator: Desk) -> None:
    administrator = Desk(app, "administrator")
    for language in ("zh", "en"):
        for desk, pages in ((operator, ("/admin/offices", "/admin/offices/new", "/admin/offices/demo")),
                            (administrator, ("/admin/subscription",))):
            desk.client.get(f"{HOME}/preferences?lang={language}")
            assert {page: Labels(desk.get(page)).faults() for page in pages} == dict.fromkeys(pages, [])


def test_an_office_is_made_and_its_administrator_comes_in(app: Any, operator: Desk) -> None:
    marks = operator.marks("/admin/offices/new")
    answer = operator.client.post(f"{HOME}/admin/offices/new", data={**NEW, **marks})
    assert answer.status_code == 200 and "http://localhost/t/new-street/" in answer.text
    assert "abcd-efgh-jkmn-pqrs" in answer.text and answer.headers["Cache-Control"] == "no-store"
    again = operator.client.post(f"{HOME}/admin/offices/new", data={**NEW, **marks})  # a double click
    assert again.status_code == 200 and len(tenants()) == 2
    assert "abcd" not in operator.get("/admin/offices/new-street")
    assert "New Street" in operator.get("/admin/offices")

    client = app.test_client()
    base = "/t/new-street"
    _post(client, base, "/staff/sign-in", {"login": "admin", "password": "abcd-efgh-jkmn-pqrs"}, 303)
    for page in ("/staff/", "/staff/overview", "/admin/people", "/staff/account"):
        refused = client.get(base + page)
        assert refused.status_code == 302 and refused.headers["Location"].endswith("/staff/first-password"), page
    form = {"old": "abcd-efgh-jkmn-pqrs", "password": "my own sentence"}
    _post(client, base, "/staff/first-password", {**form, "password": form["old"]}, 422)
    _post(client, base, "/staff/first-password", form, 303)
    client.get(f"{base}/preferences?lang=en")
    overview = client.get(base + "/staff/overview").text
    assert "First steps of a new office" in overview and "still to do" in overview
    assert client.get(base + "/staff/").status_code == 200  # the inbox: the administrator takes in at first
    trail = client.get(base + "/admin/audit").text
    assert "Office made from the base" in trail  # by somebody who has no account in this office
    guest = app.test_client()
    page = guest.get(base + "/").text
    assert "新街道" in page or "New Street" in page


def _post(client: Any, base: str, path: str, data: dict[str, str], status: int, page: str = "") -> Any:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(base + (page or path)).text)
    assert found
    answer = client.post(base + path, data={"csrf_token": found[1], **data})
    assert answer.status_code == status, answer.text
    return answer


def test_what_was_typed_is_kept_and_faults_stand_at_their_fields(operator: Desk) -> None:
    answer = operator.post("/admin/offices/new", {**NEW, "slug": "demo", "ends_on": "2025-01-01", "units": ""})
    assert answer.status_code == 422 and len(tenants()) == 1
    for kept in ('value="新街道"', 'value="demo"', 'value="2025-01-01"', 'value="abcd-efgh-jkmn-pqrs"'):
        assert kept in answer.text
    assert 'id="c-slug-errors"' in answer.text and 'id="c-ends_on-errors"' in answer.text
    own = operator.post("/admin/offices/new", {**NEW, "host": "localhost"})
    assert own.status_code == 422 and 'id="c-host-errors"' in own.text


def test_security_22_the_form_takes_no_other_fields(operator: Desk) -> None:
    answer = operator.post("/admin/offices/new", {**NEW, "is_demo": "1", "tenant_id": "x"})
    assert answer.status_code == 422 and len(tenants()) == 1


def test_limits_are_told_in_words_to_the_administrator(app: Any, operator: Desk) -> None:
    assert operator.post("/admin/offices/demo/term", {**TERM, "most_cases": "1"}, "/admin/offices/demo").status_code == 303
    fill()
    administrator = Desk(app, "administrator")
    page = administrator.get("/staff/overview")
    assert "near the limit" in page and "over the limit" in page  # one case of one; more staff than five
    refused = administrator.post("/admin/people/new", {"login": "nobody1", "name": "N", "password": "long enough 1",
                                                       "phone": "", "role": "", "unit": ""})
    assert refused.status_code == 409 and "room for 5 staff accounts" in refused.text
    assert "over the limit" in operator.get("/admin/offices")
    bad = operator.post("/admin/offices/demo/term", {**TERM, "most_cases": "many"}, "/admin/offices/demo")
    assert bad.status_code == 422 and 'value="many"' in bad.text


def test_a_suspended_office_is_read_and_not_changed(app: Any, operator: Desk) -> None:
    ids = fill()
    found = tenant_by_slug("demo")
    assert found is not None
    resident, clerk, administrator = resident_browser(app, OWN), Desk(app, "intake_clerk"), Desk(app, "administrator")
    operator.post("/admin/offices/demo/term", TERM, "/admin/offices/demo")
    assert operator.post("/admin/offices/demo/suspend", {"reason": ""}, "/admin/offices/demo").status_code == 422
    assert operator.post("/admin/offices/demo/suspend", {"reason": "Not paid"}, "/admin/offices/demo").status_code == 303
    loop.until_idle()
    assert "Not paid" in administrator.get("/admin/subscription")
    for desk, page in ((resident, "/my"), (resident, f"/my/{ids.case_id}"), (clerk, "/staff/"),
                       (clerk, f"/staff/cases/{ids.case_id}"), (administrator, "/admin/people")):
        assert desk.client.get(HOME + page).status_code == 200, page
    guest = app.test_client()
    guest.get(f"{HOME}/preferences?lang=en")
    assert "Requests are not taken here at the moment" in guest.get(f"{HOME}/").text
    marks = clerk.marks("/staff/account")
    refused = clerk.client.post(f"{HOME}/staff/tasks/{ids.task_id}/claim", data=marks)
    assert refused.status_code == 403 and "This office is suspended" in refused.text
    sent = _post(guest, HOME, "/submit", {"c-text": "x", "text": "路灯又坏了"}, 403, "/find")
    assert "suspended" in sent.text
    other = Desk(app, "leader")  # signing in and out still goes
    assert other.post("/staff/sign-out", {}, "/staff/account").status_code == 303
    assert operator.post("/admin/offices/demo/resume", {}, "/admin/offices/demo").status_code == 303
    assert clerk.client.post(f"{HOME}/staff/tasks/{ids.task_id}/claim", data=clerk.marks("/staff/account")).status_code in (302, 303)


def test_security_23_a_person_of_an_office_cannot_name_another(app: Any) -> None:
    """Not even its administrator: pages of offices are the operator's."""
    fill("other")
    administrator = Desk(app, "administrator")
    marks = administrator.marks("/staff/account")
    for act, data in (("term", TERM), ("suspend", {"reason": "x"}), ("resume", {})):
        answer = administrator.client.post(f"{HOME}/admin/offices/other/{act}", data={**marks, **data})
        assert answer.status_code == 403
    found = tenant_by_slug("other")
    assert found is not None
    dispatch(SaveTerm(tenant_id=found.tenant_id, actor=SYSTEM, term=TERM))
    dispatch(SuspendOffice(tenant_id=found.tenant_id, actor=SYSTEM, reason="x"))
    dispatch(ResumeOffice(tenant_id=found.tenant_id, actor=SYSTEM))


def test_security_13_an_export_is_saved_by_its_own_administrator_and_by_operators_only(app: Any, operator: Desk) -> None:
    administrator = Desk(app, "administrator")
    assert administrator.post("/admin/subscription/exports", {}, "/admin/subscription").status_code == 303
    assert "being made" in administrator.get("/admin/subscription")
    again = administrator.post("/admin/subscription/exports", {}, "/admin/subscription")
    assert again.status_code == 409
    loop.until_idle()
    found = re.search(r'action="/t/demo(/admin/subscription/exports/[0-9a-f-]{36})"', administrator.get("/admin/subscription"))
    assert found
    take = found[1]
    assert administrator.client.get(HOME + take).status_code == 405  # a form: no link takes everything away
    answer = administrator.post(take, {}, "/admin/subscription")
    assert answer.status_code == 200 and answer.data[:2] == b"PK" and answer.mimetype == "application/zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    export_id = take.rsplit("/", 1)[1]
    answer.close()
    answer = operator.post(f"/admin/offices/demo/exports/{export_id}", {}, "/admin/offices/demo")
    assert answer.status_code == 200
    answer.close()
    for role in ("supervisor", "leader", "intake_clerk", "analyst"):
        other = Desk(app, role)
        marks = other.marks("/staff/account")
        assert other.client.post(HOME + take, data=marks).status_code == 403
    fill("other")
    wrong = operator.post(f"/admin/offices/other/exports/{export_id}", {}, "/admin/offices/other")
    assert wrong.status_code == 404  # an export of one office is not there in another


def test_the_shell_makes_lists_and_exports_offices(app: Any, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["office", "create", "shell-office", "--name-zh", "壳街道", "--admin-name", "甲",
                               "--first-password", "a long enough one"])
    assert made.exit_code == 0 and "/t/shell-office/  admin" in made.output
    twice = runner.invoke(args=["office", "create", "shell-office", "--name-zh", "壳", "--admin-name", "甲",
                                "--first-password", "a long enough one"])
    assert twice.exit_code == 1 and "slug" in twice.output
    assert "shell-office" in runner.invoke(args=["office", "list"]).output
    target = tmp_path / "out.zip"
    assert runner.invoke(args=["office", "export", "shell-office", str(target)]).exit_code == 0
    with zipfile.ZipFile(target) as opened:
        assert "manifest.json" in opened.namelist()
    assert runner.invoke(args=["office", "export", "nowhere", str(target)]).exit_code == 1
