"""The pages that move running cases: versions and elements are chosen, never typed; every step works without scripts."""

from __future__ import annotations

import re
from typing import Any

from app import catalog
from app.catalog.commands import PublishDefinition
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill

KEY = "service_request"
PAGE = f"/admin/moving/{KEY}"


def publish() -> None:
    """A version where the intake has another id."""
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        before = catalog.live(session, found.tenant_id, "process", KEY)
    assert before is not None
    text = before.data.decode().replace('"task_intake"', '"task_reception"').replace(">task_intake<", ">task_reception<")
    dispatch(PublishDefinition(tenant_id=found.tenant_id, actor=SYSTEM, kind="process", definition_key=KEY, reason="x",
                               data=text.encode(), file=f"processes/tenants/demo/{KEY}/{KEY}.bpmn"))


def chosen(page: str) -> dict[str, str]:
    """What the form of the page would send without a hand on it."""
    return {name: found[1] for name in ("from", "to")
            if (found := re.search(rf'type="hidden" name="{name}" value="([^"]+)"', page))}


def test_from_the_versions_to_a_run_and_back(app: Any) -> None:
    fill()
    publish()
    chief = Desk(app, "administrator")
    assert PAGE in chief.get(f"/admin/definitions/process/{KEY}")
    page = chief.get(PAGE)
    assert not Labels(page).faults() and "is gone" in page and "Take in the request" in page
    assert "task_reception" in page and "data-counts" in page
    answer = chief.post(PAGE, {**chosen(page), "pair.task_intake": "task_reception"})
    assert answer.status_code == 422 and "Please say why." in answer.text and not Labels(answer.text).faults()
    assert '<option value="task_reception" selected>' in answer.text, "what was chosen stays chosen"
    answer = chief.post(PAGE, {**chosen(page), "reason": "look only"})
    assert answer.status_code == 303
    run = answer.location.removeprefix(HOME)
    assert "0 of 1 cases were looked at." in chief.get(run)
    loop.until_idle()
    page = chief.get(run)
    assert "Of 1 cases, 0 can move and 1 stay." in page and "Take in the request is gone in the new version." in page
    assert not Labels(page).faults()
    answer = chief.post(PAGE, {**chosen(chief.get(PAGE)), "reason": "better", "pair.task_intake": "task_reception",
                               "at": "task_intake", "since": "2020-01-01"})
    run = answer.location.removeprefix(HOME)
    loop.until_idle()
    assert "Of 1 cases, 1 can move" in chief.get(run)
    assert chief.post(f"{run}/start", {}, page=run).status_code == 303
    assert "under way" in chief.get(run) and "Stop" in chief.get(run)
    assert chief.post(f"{run}/stop", {}, page=run).status_code == 303
    assert "stopped" in chief.get(run)
    assert chief.post(f"{run}/start", {}, page=run).status_code == 303
    loop.until_idle()
    page = chief.get(run)
    assert "1 moved, 0 stayed, 0 failed." in page and not Labels(page).faults()
    answer = chief.post(f"{run}/start", {}, page=run)
    assert answer.status_code == 409 and "This cannot be started now." in answer.text
    answer = chief.post(f"{run}/back", {"reason": "worse"}, page=run)
    back = answer.location.removeprefix(HOME)
    loop.until_idle()
    page = chief.get(back)
    assert "way back" in page and "Of 1 cases, 1 can move" in page
    chief.post(f"{back}/start", {}, page=back)
    loop.until_idle()
    assert "1 moved" in chief.get(back)
    assert chief.get(PAGE).count("way back") == 1


def test_a_supervisor_looks_and_starts_nothing(app: Any) -> None:
    fill()
    publish()
    supervisor = Desk(app, "supervisor")
    answer = supervisor.post(PAGE, {**chosen(supervisor.get(PAGE)), "reason": "look"})
    run = answer.location.removeprefix(HOME)
    loop.until_idle()
    page = supervisor.get(run)
    assert "0 can move and 1 stay." in page and "Move those that can" not in page and "赵小敏" not in page
    assert supervisor.post(f"{run}/start", {}, page=PAGE).status_code == 403
    operator = Desk(app, "operator")
    assert "See what would happen" not in operator.get(PAGE)


def test_fields_that_the_page_has_not_are_refused(app: Any) -> None:
    fill()
    chief = Desk(app, "administrator")
    page = chief.get(PAGE)
    assert "There is only one version" in page and not Labels(page).faults()
    publish()
    page = chief.get(PAGE)
    for more in ({"extra": "1"}, {"pair.task_intake": "nowhere"}, {"since": "soon"}, {"to": "x"}):
        answer = chief.post(PAGE, {**chosen(page), "reason": "r", **more})
        assert answer.status_code == 422, more
    chief.get("/admin/moving/nowhere", 404)
