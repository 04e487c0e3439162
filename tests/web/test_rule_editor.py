"""The editor of rule files without scripts: check, run on past events, publish, try beside, make live, mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.kernel import clock, database
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.rules.model import RuleFault, RuleFiring, RulePosition, RuleQuarantine
from app.workers import supervision
from tests.factories import demo_of
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE
from tests.web.admin_pages import Desk, Labels
from tests.web.visiting import fill

EDITOR = "/admin/supervision-rules-editor"
RULE = """rule: new_complaint
title: 新投诉 / A new complaint
shape: match
event: case.dispatched
where: 'module = "CS"'
then:
  - {action: notify, params: {role: handler, of_unit: true}}
scenarios:
  - name: 投诉 / A complaint
    events:
      - {event: case.dispatched, case: a, module: CS, unit: LRS}
      - {event: case.dispatched, case: b, module: LS, unit: LRS}
    fires: [1]
"""


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    supervision.end()
    yield
    supervision.end()


@pytest.fixture
def office(app: Any) -> Office:
    """With one complaint that stands at a unit."""
    ids = fill()
    found = Office(demo_of(database.current()), clock)  # type: ignore[arg-type]  # on the machine's clock
    found.case_id = ids.case_id
    return found


def form(page: str, **more: str) -> dict[str, str]:
    """What the page's hidden fields hold, with what is typed."""
    hidden = dict(re.findall(r'<input type="hidden" name="(rule|begun_from|begun_trial|trial|mode)" value="([^"]*)"', page))
    return {**hidden, **more}


def test_a_rule_is_written_tried_published_and_switched(app: Any, office: Office) -> None:
    admin = Desk(app, "administrator")
    page = admin.get(EDITOR)
    assert not Labels(page).faults() and "vendor/rules.js" in page and "style=" not in page
    bad = admin.post(EDITOR, form(page, source=RULE.replace("module =", "modul ="), _action="check"), EDITOR)
    assert bad.status_code == 422 and "line 5" in bad.text and "column 9" in bad.text and "Is it module?" in bad.text
    wrong = admin.post(EDITOR, form(page, source=RULE.replace("fires: [1]", "fires: [1, 2]"), _action="check"), EDITOR)
    assert wrong.status_code == 422 and "fires at [1], and [1, 2] was told" in wrong.text and "line 9" in wrong.text
    sound = admin.post(EDITOR, form(page, source=RULE, _action="check"), EDITOR)
    assert sound.status_code == 200 and "all its scenarios hold" in sound.text
    office.do("task_intake", **INTAKE)
    run = admin.post(EDITOR, form(page, source=RULE, days="7", _action="run"), EDITOR)
    assert run.status_code == 200 and "It would have fired" in run.text and not Labels(run.text).faults(), run.text
    assert office.case().number in run.text and "tell somebody" in run.text and not office.rows(RuleFiring, RuleFiring.rule == "new_complaint")

    send = EDITOR + "/publish"
    assert "Please say why" in admin.post(send, form(page, source=RULE, how="live"), EDITOR).text
    assert admin.post(send, form(page, source=RULE, how="live", reason="Look at them"), EDITOR).status_code == 303
    again = admin.post(send, form(page, source=RULE + "# x\n", how="live", reason="Behind"), EDITOR)
    assert again.status_code == 409 and "Somebody else published" in again.text
    own = "/admin/supervision-rules/new_complaint"
    one = admin.get(own)
    assert "Look at them" in one and "acts" in one and not Labels(one).faults()
    assert admin.post(f"{own}/mode", form(one, mode="shadow", reason="Too loud"), own).status_code == 303
    assert "mode: shadow" in admin.get(own) and "Let it act" in admin.get(own)
    admin.post(f"{own}/mode", form(admin.get(own), mode="live", reason="Quiet now"), own)
    assert "mode: live" in admin.get(own)
    changed = admin.get(f"{EDITOR}?rule=unclaimed")
    assert "rule: unclaimed" in changed and "Change the rule unclaimed" in changed
    reader = Desk(app, "supervisor").get(f"{EDITOR}?rule=unclaimed")
    assert "Publish as a new version" not in reader


def test_a_version_on_trial_stands_beside_and_is_made_live(app: Any, office: Office) -> None:
    admin, own = Desk(app, "administrator"), "/admin/supervision-rules/reopened"
    page = admin.get(f"{EDITOR}?rule=reopened")
    text = (RULE.replace("rule: new_complaint", "rule: reopened"))
    sent = admin.post(EDITOR + "/publish", form(page, source=text, how="beside", reason="Try it"), EDITOR)
    assert sent.status_code == 303, sent.text
    office.do("task_intake", **INTAKE)
    trial = admin.get(f"{own}/trial")
    assert not Labels(trial).faults() and office.case().number in trial and "Only the version on trial" in trial
    assert [one.mode for one in office.rows(RuleFiring, RuleFiring.rule == "reopened")] == ["shadow"]
    assert "on trial" in admin.get("/admin/supervision-rules") and f"{own}/trial" in admin.get(own)
    assert admin.post(f"{own}/trial/live", form(trial, trial="0" * 64, reason="x"), f"{own}/trial").status_code == 409
    assert admin.post(f"{own}/trial/live", form(trial, reason="It is better"), f"{own}/trial").status_code == 303
    assert "It is better" in admin.get(own) and "mode: live" in admin.get(own)
    admin.get(f"{own}/trial", 404)
    page = admin.get(f"{EDITOR}?rule=praise")
    admin.post(EDITOR + "/publish", form(page, source=text.replace("reopened", "praise"), how="beside", reason="x"), EDITOR)
    assert admin.post("/admin/supervision-rules/praise/trial/end", {}, "/admin/supervision-rules/praise/trial").status_code == 303
    admin.get("/admin/supervision-rules/praise/trial", 404)


def test_a_rule_that_fires_very_often_wants_a_second_look(app: Any, office: Office) -> None:
    admin = Desk(app, "administrator")
    office.do("task_intake", **INTAKE)

    def few(uow: Any) -> None:
        from app.tenancy.model import Tenant

        uow.session.get(Tenant, office.tenant_id).settings = {"rule_firings_many": 1}
    transact(office.tenant_id, SYSTEM, few)
    loud = "rule: loud\nshape: match\nevent: case.task_opened\nthen: [{action: tag, params: {tag: seen}}]\n"
    page = admin.get(EDITOR)
    asked = admin.post(EDITOR + "/publish", form(page, source=loud, how="live", reason="x"), EDITOR)
    assert asked.status_code == 422 and "which is more than 1" in asked.text and "it is meant so" in asked.text
    mark = re.findall(r'name="confirmed" value="([^"]+)"', asked.text)[0]
    other = admin.post(EDITOR + "/publish", form(page, source=loud + "# y\n", how="live", reason="x", confirmed=mark), EDITOR)
    assert other.status_code == 422 and "which is more than 1" in other.text
    assert admin.post(EDITOR + "/publish", form(page, source=loud, how="live", reason="x", confirmed=mark), EDITOR).status_code == 303
    own = "/admin/supervision-rules/loud"
    assert admin.post(f"{own}/mode", form(admin.get(own), mode="shadow", reason="Too loud"), own).status_code == 303
    back = admin.post(f"{own}/mode", form(admin.get(own), mode="live", reason="Again"), own)
    assert back.status_code == 422 and "which is more than 1" in back.text and not Labels(back.text).faults()
    mark = re.findall(r'name="confirmed" value="([^"]+)"', back.text)[0]
    assert admin.post(f"{own}/mode", form(admin.get(own), mode="live", reason="Again", confirmed=mark), own).status_code == 303


def test_what_stopped_is_seen_and_tried_again(app: Any, office: Office) -> None:
    admin, page = Desk(app, "administrator"), "/admin/supervision-rules"
    template = RULE.replace("role: handler, of_unit: true", "role: handler, template: not_there")
    refused = admin.post(EDITOR, form(admin.get(EDITOR), source=template, _action="check"), EDITOR)
    assert "There is no message template not_there" in refused.text
    office.do("task_intake", **INTAKE)
    at = clock.now()

    def stop(uow: Any) -> None:
        firing = RuleFiring(tenant_id=office.tenant_id, id=new_id(), rule="reopened", version="0" * 64, number=1, event_id=new_id(), event_ids=[],
                            numbers=[], case_ids=[str(office.case_id)], dedupe="0", mode="live", at=at, made=[], line=["reopened"],
                            answers=[{"action": "tag", "tag": "reopened"}, {"action": "notify", "error": "no unit"}])
        uow.session.add(firing)
        uow.session.add(RuleFault(tenant_id=office.tenant_id, id=new_id(), kind="action", rule="reopened", firing_id=firing.id, number=1,
                                  action="notify", case_id=office.case_id, error="no unit", at=at, tried_at=at))
        uow.session.add(RuleFault(tenant_id=office.tenant_id, id=new_id(), kind="office", error="OperationalError", at=at, tried_at=at))
        uow.session.add(RuleQuarantine(tenant_id=office.tenant_id, id=new_id(), rule="answered_without_contact", version="0" * 64, event_id=None,
                                       number=None, error="the process died", at=at))
    transact(office.tenant_id, SYSTEM, stop)
    seen = admin.get(page)
    assert "Stopped: 2" in seen and "the request has no unit" in seen and "All rules of the office stand still" in seen and not Labels(seen).faults()
    assert "Release" in seen and "of 512 MB" in seen and "How a rule file is written" in seen
    assert "Stopped:" not in Desk(app, "analyst").get(page)
    fault = office.rows(RuleFault, RuleFault.kind == "action")[0]
    before = office.rows(RulePosition)[0].attention
    assert admin.post(f"/admin/supervision-rules-faults/{fault.id}", {}, page).status_code == 303
    fault = office.rows(RuleFault, RuleFault.kind == "action")[0]
    assert fault.resolved_at is not None and fault.attempts == 2
    assert office.rows(RuleFiring, RuleFiring.rule == "reopened")[0].answers[1]["told"].startswith("head@")
    assert "Stopped: 1" in admin.get(page)
    assert admin.post("/admin/supervision-rules-faults", {}, page).status_code == 303
    held = office.rows(RuleQuarantine)[0]
    assert admin.post(f"/admin/supervision-rules-aside/{held.id}", {}, page).status_code == 303
    assert admin.post("/admin/supervision-rules-retry", {}, page).status_code == 303
    assert not office.rows(RuleQuarantine) and office.rows(RulePosition)[0].attention == before + 3
    assert office.events("supervision.action_retried")[0].data["done"] is True


def test_completion_offers_what_the_checker_knows(app: Any) -> None:
    from app.rules import schemas

    analyst = Desk(app, "analyst")
    answer = analyst.client.get("/t/demo" + EDITOR + "/language")
    found = answer.json
    assert set(found["actions"]) == set(schemas.ACTIONS) and found["events"]["case.rated"]["rating"] == "integer"
    assert found["words"]["shape"]["absence"] == "something awaited does not come" and ["LRS", found["units"][0][1]] != []
    assert "rule_praise" in found["templates"] and {"supervisor", "head"} <= set(found["roles"])
    for kind, words in found["words"].items():
        assert kind in ("event", "role") or all(word != code for code, word in words.items()), kind
    told = analyst.post(EDITOR + "/verdict", {"source": RULE.replace("shape: match", "shape: mach")}, EDITOR)
    assert told.json == [{"line": 3, "column": 8, "severity": "error",
                          "text": "shape is one of match, count, count_distinct, sequence, absence. Is it match?"}]
