"""Walks in the browser's words: start, steps, back, another way, scenarios; who may, and what is refused."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from app import catalog
from app.catalog.commands import PublishDefinition
from app.cli.demo import office as demo_office
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.studio.commands import BeginDraft, SaveDraft
from app.studio.walks.commands import BeginWalk
from app.studio.walks.model import Walk
from app.tenancy.queries import tenant_by_slug
from tests.integration.test_lifecycle import INTAKE
from tests.integration.test_walking import TWO_PEOPLE
from tests.web.admin_pages import HOME, Desk, Labels

PAGE = "/studio/walk/service_request"
START = {"name": "Litter", "at": "2026-11-23T10:00", "service": "CS01", "module": "CS", "phone": "on", "channel": "web", "auto": "on"}
DESK = Actor(user_id=None, roles=frozenset({"analyst"}))


def tenant() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def begun(desk: Desk, page: str = PAGE, **more: str) -> str:
    answer = desk.post(page, START | more, page=page)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).removeprefix(HOME)


def hidden(text: str) -> str:
    found = re.search(r'name="_walk.changes" value="(\d+)"', text)
    assert found
    return found[1]


def step(desk: Desk, walk: str, act: str, target: str = "", **more: str) -> Any:
    changes = hidden(desk.get(walk))
    sent = {"_walk.act": act, "_walk.target": target, "_walk.changes": changes} | more
    return desk.post(walk, {name: value for name, value in sent.items() if value}, page=walk)


SUGGEST = {"_walk.nth": "0", "_walk.how": "done",
           "_walk.with": '{"suggestion": {"code": "CS01", "confidence": 0.93, "codes": [], "source": "model"}}'}


def test_a_walk_from_its_start_to_a_scenario(any_app: Any) -> None:
    desk = Desk(any_app, "analyst")
    page = desk.get(PAGE)
    assert not Labels(page).faults() and "Try it:" in page and "Further variables" in page
    walk = begun(desk)
    page = desk.get(walk)
    assert not Labels(page).faults(), Labels(page).faults()
    assert "Work of the machine" in page and "task_suggest_service" in page
    wrong = step(desk, walk, "job", "task_suggest_service", **SUGGEST | {"_walk.with": "{"})
    assert wrong.status_code == 422 and "This is no JSON" in wrong.text
    assert step(desk, walk, "job", "task_suggest_service", **SUGGEST).status_code == 303
    page = desk.get(walk)
    assert 'name="intake_decision"' in page and "Taking in" in page and not Labels(page).faults()
    refused = step(desk, walk, "do", "task_intake", **{"_walk.nth": "0", "intake_decision": "accept", "kind": ""})
    assert refused.status_code == 422 and "Please check what is marked." in refused.text
    foreign = step(desk, walk, "do", "task_intake", **{"_walk.nth": "0", "nonsense": "x"})
    assert foreign.status_code == 422 and "nonsense" in foreign.text
    done = step(desk, walk, "do", "task_intake", **{"_walk.nth": "0", "_walk.as": "intake_clerk"}, **INTAKE)
    assert done.status_code == 303, done.text
    page = desk.get(walk)
    assert "Handling unit" in page and "Row " in page and "To the resident" in page and "case_accepted" in page
    told = desk.client.get(f"{HOME}{walk}/diagram/service_request").get_json()
    assert "task_handle_case" in told["active"] and "task_intake" in told["visited"] and "<" in told["xml"]
    assert step(desk, walk, "wait", **{"_walk.amount": "2", "_walk.unit": "wd"}).status_code == 303
    stale = desk.post(f"{walk}/back", {"steps": "1", "changes": "1"}, page=walk)
    assert stale.status_code == 409 and "another window" in stale.text
    other = desk.post(f"{walk}/back", {"steps": "1", "changes": "1", "other": "1"}, page=walk)
    assert other.status_code == 303 and str(other.headers["Location"]) != HOME + walk
    back = desk.post(f"{walk}/back", {"steps": "2", "changes": hidden(desk.get(walk))}, page=walk)
    assert back.status_code == 303 and "2 working days" not in desk.get(walk)
    nameless = desk.post(f"{walk}/scenario", {"name": ""}, page=walk)
    assert nameless.status_code == 422
    kept = desk.post(f"{walk}/scenario", {"name": "Litter is taken in"}, page=walk)
    assert kept.status_code == 303, kept.text
    twice = desk.post(f"{walk}/scenario", {"name": "Litter is taken in"}, page=walk)
    assert twice.status_code == 422 and "Two scenarios are called Litter is taken in." in twice.text
    page = desk.get(f"{PAGE}?run=own-0")
    assert "1 tried, 0 went otherwise." in page and "as told" in page, page
    shipped = desk.post(f"{PAGE}/scenario", {"scenario": "shipped-0", "act": "open", "version": ""}, page=PAGE)
    assert shipped.status_code == 303
    assert "does not fit" not in desk.get(str(shipped.headers["Location"]).removeprefix(HOME))
    removed = desk.post(f"{PAGE}/scenario", {"scenario": "own-0", "act": "remove", "version": ""}, page=PAGE)
    assert removed.status_code == 303 and "Litter is taken in" not in desk.get(PAGE).split('id="scenarios"')[1]
    assert desk.post(f"{walk}/remove", {}, page=walk).status_code == 303
    desk.get(walk, 404)


def in_force() -> bytes:
    with database.current().read(tenant()) as session:
        found = catalog.live(session, tenant(), "process", "service_request")
    assert found is not None
    return found.data


def test_a_change_against_an_own_scenario_is_said_before_it_is_in_force(app: Any) -> None:
    desk = Desk(app, "analyst")
    walk = begun(desk)
    step(desk, walk, "job", "task_suggest_service", **SUGGEST)
    step(desk, walk, "do", "task_intake", **{"_walk.nth": "0"}, **INTAKE)
    assert desk.post(f"{walk}/scenario", {"name": "Litter is taken in"}, page=walk).status_code == 303
    changed = in_force().replace(b'"task_intake"', b'"task_reception"').replace(b">task_intake<", b">task_reception<")
    check, sent = "/admin/definitions/check", {"kind": "process", "name": "service_request", "source": changed.decode()}
    refused = desk.post("/admin/definitions/checked", {**sent, "reason": "better"}, page=check)
    assert refused.status_code == 422 and "Litter is taken in" in refused.text, refused.text
    assert "open is [&#39;task_reception&#39;], not [&#39;task_intake&#39;]" in refused.text and "This change is meant" in refused.text
    assert in_force() != changed
    assert "Litter is taken in" in desk.post(check, {**sent}, page=check).text
    meant = desk.post("/admin/definitions/checked", {**sent, "reason": "better", "meant": "on"}, page=check)
    assert meant.status_code == 303 and in_force() == changed
    page = desk.get(f"{PAGE}?run=own-0")
    assert "1 tried, 1 went otherwise." in page and "Line " in page
    assert "does not fit any more" in desk.get(walk)


def test_a_draft_against_an_own_scenario_asks_the_same(app: Any) -> None:
    desk = Desk(app, "analyst")
    walk = begun(desk)
    step(desk, walk, "job", "task_suggest_service", **SUGGEST)
    assert desk.post(f"{walk}/scenario", {"name": "Litter is taken in"}, page=walk).status_code == 303
    changed = in_force().replace(b'"task_intake"', b'"task_reception"').replace(b">task_intake<", b">task_reception<")
    by: dict[str, Any] = {"tenant_id": tenant(), "actor": DESK, "kind": "process", "definition_key": "service_request"}
    revision = dispatch(SaveDraft(**by, data=changed, revision=dispatch(BeginDraft(**by))["revision"]))["revision"]
    assert "draft, revision" in desk.get(PAGE)
    page, sent = "/studio/process/service_request/publish", {"revision": str(revision), "reason": "better"}
    assert "go otherwise" in desk.get(page) and 'name="meant"' in desk.get(page)
    refused = desk.post(page, sent, page=page)
    assert refused.status_code == 422 and "not in force yet" in refused.text and in_force() != changed
    meant = desk.post(page, sent | {"meant": "on"}, page=page)
    assert meant.status_code == 303 and in_force() == changed


def test_security_16_a_walk_is_bounded_and_belongs_to_its_office(app: Any) -> None:
    desk = Desk(app, "analyst")
    walk = begun(desk)
    heavy = desk.post(PAGE, START | {"variables": '{"a": "' + "x" * 60_000 + '"}'}, page=PAGE)
    assert heavy.status_code == 422
    odd = desk.post(PAGE, START | {"surprise": "1"}, page=PAGE)
    assert odd.status_code == 422 and "surprise" in odd.text
    assert desk.post(PAGE, START | {"at": "9999-99-99"}, page=PAGE).status_code == 422
    assert desk.post(PAGE, START | {"at": "0001-01-01T00:00"}, page=PAGE).status_code in (303, 422)
    assert step(desk, walk, "wait", **{"_walk.amount": "99999999", "_walk.unit": "d"}).status_code == 422
    assert step(desk, walk, "wait", **{"_walk.amount": "NaN", "_walk.unit": "d"}).status_code == 422
    assert step(desk, walk, "exec", "x").status_code == 422
    assert step(desk, walk, "fire", "nothing").status_code == 422
    desk.get("/studio/walk/..%2f..%2fetc", 404)
    desk.get(walk.replace("service_request", "follow_up"), 404)
    other = demo_office.create("other")
    theirs = dispatch(BeginWalk(tenant_id=other, actor=DESK, process_key="service_request", name="x",
                                beginning={"at": "2026-11-23T02:00:00+00:00"}))
    desk.get(f"{PAGE}/{theirs['walk_id']}", 404)
    assert desk.post(f"{PAGE}/{theirs['walk_id']}/remove", {}, page=PAGE).status_code == 404
    handler = Desk(app, "handler_lrs")
    handler.get(PAGE, 403)
    handler.get(walk, 403)
    with database.current().read(other) as session:
        assert session.query(Walk).count() == 1


@pytest.mark.parametrize("key", ["follow_up", "supervision_order", "unit_work"])
def test_other_processes_begin_with_what_their_scenarios_tell(app: Any, key: str) -> None:
    desk = Desk(app, "administrator")
    page = desk.get(f"/studio/walk/{key}")
    found = re.search(r'<textarea id="c-variables"[^>]*>(.*?)</textarea>', page, re.S)
    assert found and "case_id" in found[1]
    answer = desk.post(f"/studio/walk/{key}/scenario", {"scenario": "shipped-0", "act": "open", "version": ""},
                       page=f"/studio/walk/{key}")
    walk = str(answer.headers["Location"]).removeprefix(HOME)
    page = desk.get(walk)
    assert "does not fit" not in page and not Labels(page).faults()


def test_people_of_a_walk_and_jobs_that_nobody_answers(app: Any) -> None:
    desk, key = Desk(app, "analyst"), "two_people"
    dispatch(PublishDefinition(tenant_id=tenant(), actor=Actor(roles=frozenset({"administrator"})), kind="process", definition_key=key,
                               data=TWO_PEOPLE.replace("service_request", key).encode()))
    walk = begun(desk, f"/studio/walk/{key}", auto="")
    done = step(desk, walk, "do", "task_first", **{"_walk.as": "handler@LRS", "_walk.by": "A", "co_result": "seen"})
    assert done.status_code == 303, done.text
    page = desk.get(walk)
    assert not Labels(page).faults(), Labels(page).faults()
    assert "Person A did: first. So somebody else has to do this task." in page and "People of this unit may not do this task" in page
    assert '<option value="A" disabled>' in page and '<option value="B" selected>' in page
    assert '<option value="handler@ZFD" disabled>' in page
    again = step(desk, walk, "do", "task_second", **{"_walk.as": "handler@LRS", "_walk.by": "A", "co_result": "seen"})
    assert again.status_code == 422 and "Person A did this: first." in again.text
    other = step(desk, walk, "do", "task_second", **{"_walk.as": "handler@LRS", "_walk.by": "B", "co_result": "seen"})
    assert other.status_code == 303 and "never answers" in desk.get(walk)
    assert step(desk, walk, "job", "task_ask", **{"_walk.nth": "0", "_walk.how": "silent"}).status_code == 303
    page = desk.get(walk)
    assert "never answered" in page and "ended" in page
    assert desk.post(f"{walk}/scenario", {"name": "two"}, page=walk).status_code == 303
    page = desk.get(f"/studio/walk/{key}?run=own-0")
    assert "1 tried, 0 went otherwise." in page
    opened = desk.post(f"/studio/walk/{key}/scenario", {"scenario": "own-0", "act": "open", "version": ""}, page=f"/studio/walk/{key}")
    assert opened.status_code == 303
    page = desk.get(str(opened.headers["Location"]).removeprefix(HOME))
    assert "does not fit" not in page and "never answered" in page and "Person B" in page
