"""Who may open what: generated from the route table, so that a new route without a decision fails here."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from app.auth.policy import TABLE, roles_that_may
from app.web.access import PUBLIC, SIGNED_IN, declared
from tests.web.admin_pages import HOME
from tests.web.visiting import LOGINS, NEIGHBOUR, OWN, UNKNOWN, Ids, browsers, fill, resident_browser

EXPECTED = Path(__file__).with_name("access.csv")
LEAVING = {"resident.sign_out", "staff.sign_out", "staff.change_password"}
"""These end the session that the test goes on with."""


def rules(app: Any, method: str | None = None) -> list[Any]:
    """Every route of an office, the files of the pages apart."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ("static", "health")]
    return [rule for rule in found if method is None or method in rule.methods]


def path(app: Any, rule: Any, ids: Ids, **other: Any) -> str:
    """The address of a route with the ids given."""
    with app.test_request_context():
        return str(app.url_map.bind("").build(rule.endpoint, {**ids.of(rule), **other}))


def test_security_23_every_route_stands_in_the_table_of_rights(app: Any) -> None:
    with EXPECTED.open(encoding="utf-8") as file:
        expected = {(row["endpoint"], row["method"]): row["who"] for row in csv.DictReader(file)}
    found = {(rule.endpoint, method): declared(app, rule.endpoint) for rule in app.url_map.iter_rules()
             for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert found == expected and len(found) > 60


def _may(role: str, who: str) -> bool:
    if who == PUBLIC:
        return True
    return role != "guest" if who == SIGNED_IN else role in roles_that_may(who)


def test_security_23_every_role_at_every_route(app: Any) -> None:
    """403 (a visitor: the way to sign in) exactly where the table of rights gives none."""
    ids, people, tried, wrong = fill(), browsers(app), 0, []
    assert set(people) == set(TABLE)
    for role, desk in people.items():
        marks = desk.marks("/find" if role in ("guest", "resident") else "/staff/account")
        for rule in rules(app):
            if rule.endpoint in LEAVING:
                continue
            who, target = declared(app, rule.endpoint) or "", path(app, rule, ids)
            if "GET" in rule.methods:
                answer = desk.client.get(HOME + target, buffered=True)
            else:
                answer = desk.client.post(HOME + target, data={"csrf_token": marks["csrf_token"]})
            asked = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
            refused = answer.status_code == 403 or asked
            tried += 1
            if refused == _may(role, who) and not _refused_inside(role, rule.endpoint):
                wrong.append((role, rule.endpoint, answer.status_code))
            assert answer.status_code < 500, (role, rule.endpoint)
    assert not wrong
    assert tried == len(people) * (len(rules(app)) - len(LEAVING)) > 700


def _refused_inside(role: str, endpoint: str) -> bool:
    """Roles that may open some such things, but not this one: the command refuses."""
    return endpoint in ("resident.act", "resident.send", "staff.claim", "staff.release", "staff.complete", "admin.home")


@pytest.mark.parametrize("stranger", ["neighbour", "other office", "nobody"])
def test_security_20_what_is_not_yours_is_not_there(app: Any, stranger: str) -> None:
    """Another resident's and another office's ids answer as ids that never were: 404, byte for byte."""
    own = fill()
    theirs = {"neighbour": own, "other office": fill("other"), "nobody": own}[stranger]
    desk = resident_browser(app, NEIGHBOUR if stranger == "neighbour" else OWN)
    tried = 0
    for rule in rules(app, "GET"):
        if not rule.endpoint.startswith("resident.") or not rule.arguments & {"case_id", "file_id"}:
            continue
        unknown = {"case_id": UNKNOWN, "file_id": UNKNOWN} | ({"token": "x" * 40} if stranger != "neighbour" else {})
        unknown = {name: value for name, value in unknown.items() if name in rule.arguments}
        asked = {} if stranger != "nobody" else unknown
        if stranger == "neighbour" and "token" in rule.arguments:
            continue  # whoever has the link may follow: that is what it is for
        real = desk.client.get(HOME + path(app, rule, theirs, **asked))
        never = desk.client.get(HOME + path(app, rule, own, **unknown))
        assert (real.status_code, never.status_code) == (404, 404), rule.endpoint
        assert real.data == never.data, rule.endpoint
        tried += 1
    assert tried >= 2


def test_security_20_staff_see_no_case_that_their_unit_does_not_handle(app: Any) -> None:
    ids, provider = fill(), browsers(app)["provider"]
    for rule in rules(app, "GET"):
        if not rule.endpoint.startswith("staff.") or not rule.arguments & {"case_id", "task_id"}:
            continue
        if not _may("provider", declared(app, rule.endpoint) or ""):
            continue  # refused before any case is looked for
        real = provider.client.get(HOME + path(app, rule, ids))
        never = provider.client.get(HOME + path(app, rule, ids, **dict.fromkeys(rule.arguments & {"case_id", "task_id", "file_id"}, UNKNOWN)))
        # a finished task says so; nothing tells a real id from an unknown one
        gone = 409 if rule.endpoint in ("staff.task", "staff.hand_over") else 404
        assert (real.status_code, never.status_code) == (gone, gone), rule.endpoint
        assert real.data == never.data, rule.endpoint


def test_security_21_no_route_of_one_office_opens_what_is_another_ones(any_app: Any) -> None:
    """Everybody of one office, at every route that takes an id, with the ids of another: never found, never changed."""
    fill()
    theirs, people, tried = fill("other"), browsers(any_app), 0
    ids = {"case_id", "task_id", "file_id", "token", "user_id", "incident_id", "notification_id"}
    ids |= {"view_id", "absence_id", "export_id"}
    for role, desk in people.items():
        marks = desk.marks("/find" if role in ("guest", "resident") else "/staff/account")
        for rule in rules(any_app):
            if not rule.arguments & ids:
                continue
            if not _may(role, declared(any_app, rule.endpoint) or ""):
                continue
            target = HOME + path(any_app, rule, theirs)
            answer = (desk.client.get(target, buffered=True) if "GET" in rule.methods else
                      desk.client.post(target, data={"csrf_token": marks["csrf_token"], "text": "x", "reason": "x"}))
            inside = (403, 303) if _refused_inside(role, rule.endpoint) else ()  # 303: back to the inbox, with the reason
            assert answer.status_code in (404, 409, 422, *inside), (role, rule.endpoint, answer.status_code)
            assert "路灯坏了" not in answer.text and "赵小敏" not in answer.text
            tried += 1
    assert tried > 60
    assert _untouched(theirs)


def _untouched(ids: Ids) -> bool:
    from app.cases.model import Case
    from app.engine.model import OpenTaskRow
    from app.kernel import database
    from app.tenancy.queries import tenant_by_slug

    found = tenant_by_slug("other")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        case = session.query(Case).filter_by(id=ids.case_id).one()
        task = session.query(OpenTaskRow).filter_by(id=ids.task_id).one()
        return case.status == "open" and task.claimed_by is None


def test_every_role_has_somebody_in_these_tests() -> None:
    assert set(LOGINS) | {"guest", "resident"} == set(TABLE)
