"""Rule files in the Studio without scripts: check, run on past events, publish, try beside, make live, mend."""

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
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill

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


def hidden(page: str, **more: str) -> dict[str, str]:
    """What the page's hidden fields hold, with what is typed."""
    known = dict(re.findall(r'<input type="hidden" name="(revision|based_on|begun_from|trial|mode|over)" value="([^"]*)"', page))
    return {**known, **more}


class Rule:
    """One rule as its draft in the Studio, on the pages without scripts."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.desk, self.page, self.effect = desk, f"/studio/supervision/{key}", f"/studio/publish/supervision/{key}"

    def save(self, text: str) -> None:
        sent = {**hidden(self.desk.get(self.page)), "source": text}
        assert self.desk.post(self.page, {name: sent[name] for name in ("revision", "based_on", "source")}).status_code == 303

    def lint(self, text: str) -> list[dict[str, Any]]:
        answer = self.desk.client.post(HOME + self.page + "/lint", json={"source": text},
                                       headers={"X-CSRFToken": self.desk.marks(self.page)["csrf_token"]})
        return list(answer.json["problems"])

    def post(self, **more: str) -> Any:
        sent = {"_action": "publish", "way": "live", **hidden(self.desk.get(self.effect)), **more}
        return self.desk.post(self.effect, {name: value for name, value in sent.items() if name != "based_on"})


def begun(desk: Desk, name: str) -> Rule:
    """A new rule by its name."""
    answer = desk.post("/studio/new", {"kind": "supervision", "name_zh": "新投诉", "name_en": name}, "/studio/?new=supervision")
    assert answer.status_code == 303
    return Rule(desk, answer.location.rsplit("/", 1)[1])


def test_a_rule_is_written_tried_published_and_switched(app: Any, office: Office) -> None:
    admin = Desk(app, "administrator")
    rule = begun(admin, "New complaint")
    page = admin.get(rule.page)
    assert not Labels(page).faults() and "vendor/studio_text.js" in page and "style=" not in page and "rule: new_complaint" in page
    assert "unsafe-inline" not in admin.client.get(HOME + rule.page).headers["Content-Security-Policy"]
    (bad,) = rule.lint(RULE.replace("module =", "modul ="))
    assert (bad["line"], bad["column"], bad["severity"]) == (5, 9, "error") and "Is it module?" in bad["text"]
    (wrong,) = rule.lint(RULE.replace("fires: [1]", "fires: [1, 2]"))
    assert wrong["line"] == 9 and "fires at [1], and [1, 2] was told" in wrong["text"]
    assert rule.lint(RULE) == []
    office.do("task_intake", **INTAKE)
    rule.save(RULE)
    run = rule.post(days="7", _action="look")
    assert run.status_code == 200 and "It would have fired" in run.text and not Labels(run.text).faults(), run.text
    assert office.case().number in run.text and "tell somebody" in run.text and not office.rows(RuleFiring, RuleFiring.rule == "new_complaint")

    assert "Please write why" in rule.post().text
    assert admin.post(rule.page + "/publish", {"revision": "2", "reason": "x"}).location.endswith(rule.effect)
    assert rule.post(reason="Look at them").status_code == 303
    own = "/admin/supervision-rules/new_complaint"
    one = admin.get(own)
    assert "Look at them" in one and "acts" in one and not Labels(one).faults()
    assert admin.post(f"{own}/mode", hidden(one, mode="shadow", reason="Too loud"), own).status_code == 303
    assert "mode: shadow" in admin.get(own) and "Let it act" in admin.get(own)
    admin.post(f"{own}/mode", hidden(admin.get(own), mode="live", reason="Quiet now"), own)
    assert "mode: live" in admin.get(own)
    reader = Desk(app, "supervisor").get("/admin/supervision-rules/unclaimed")
    assert "Change the rule" not in reader and "Change the rule" in admin.get("/admin/supervision-rules/unclaimed")


def test_a_rule_is_not_published_over_a_newer_one_unless_that_is_meant(app: Any, office: Office) -> None:
    admin = Desk(app, "administrator")
    rule = Rule(admin, "reopened")
    rule.save(RULE.replace("rule: new_complaint", "rule: reopened"))
    switch = "/admin/supervision-rules/reopened"
    assert admin.post(f"{switch}/mode", hidden(admin.get(switch), mode="shadow", reason="Behind"), switch).status_code == 303
    assert rule.post(reason="Mine").status_code == 409
    both = admin.get(rule.page + "/publish")
    assert "Another version came into force" in both and not Labels(both).faults()
    over = {name: hidden(both)[name] for name in ("revision", "over")}
    assert admin.post(rule.effect, {**over, "reason": "Mine all the same"}).status_code == 303
    assert "Mine all the same" in admin.get(switch) and "new_complaint" not in admin.get(switch)


def test_a_version_on_trial_stands_beside_and_is_made_live(app: Any, office: Office) -> None:
    admin, own = Desk(app, "administrator"), "/admin/supervision-rules/reopened"
    text = RULE.replace("rule: new_complaint", "rule: reopened")
    rule = Rule(admin, "reopened")
    rule.save(text)
    sent = rule.post(way="beside", reason="Try it")
    assert sent.status_code == 303 and sent.location.endswith(f"{own}/trial"), sent.text
    office.do("task_intake", **INTAKE)
    trial = admin.get(f"{own}/trial")
    assert not Labels(trial).faults() and office.case().number in trial and "Only the version on trial" in trial
    assert [one.mode for one in office.rows(RuleFiring, RuleFiring.rule == "reopened")] == ["shadow"]
    assert "on trial" in admin.get("/admin/supervision-rules") and f"{own}/trial" in admin.get(own)
    found = re.search(r'supervision/reopened/begin-from">.*?name="version" value="([^"]+)"', trial, re.DOTALL)
    assert found
    assert admin.post(rule.page + "/begin-from", {"version": found[1]}, rule.page).status_code == 303
    assert "mode: shadow" in admin.get(rule.page)
    assert "There is a draft of this definition already." in admin.post(
        rule.page + "/begin-from", {"version": found[1]}, rule.page).text + admin.get(rule.page)
    assert admin.post(f"{own}/trial/live", {"trial": "0" * 64, "reason": "x"}, f"{own}/trial").status_code == 409
    assert admin.post(f"{own}/trial/live", hidden(trial, reason="It is better"), f"{own}/trial").status_code == 303
    assert "It is better" in admin.get(own) and "mode: live" in admin.get(own)
    admin.get(f"{own}/trial", 404)
    other = Rule(admin, "praise")
    other.save(text.replace("reopened", "praise"))
    assert other.post(way="beside", reason="x").status_code == 303
    assert admin.post("/admin/supervision-rules/praise/trial/end", {}, "/admin/supervision-rules/praise/trial").status_code == 303
    admin.get("/admin/supervision-rules/praise/trial", 404)
    only = begun(admin, "Only on trial")
    only.save(RULE.replace("new_complaint", "only_on_trial"))
    assert only.post(way="beside", reason="x").status_code == 303
    assert "Change the rule" in admin.get("/admin/supervision-rules/only_on_trial")


def test_a_rule_that_fires_very_often_wants_a_second_look(app: Any, office: Office) -> None:
    admin = Desk(app, "administrator")
    office.do("task_intake", **INTAKE)

    def few(uow: Any) -> None:
        from app.tenancy.model import Tenant

        uow.session.get(Tenant, office.tenant_id).settings = {"rule_firings_many": 1}
    transact(office.tenant_id, SYSTEM, few)
    loud = "rule: loud\nshape: match\nevent: case.task_opened\nthen: [{action: tag, params: {tag: seen}}]\n"
    rule = begun(admin, "Loud")
    rule.save(loud)
    asked = rule.post(reason="x")
    assert asked.status_code == 422 and "which is more than 1" in asked.text and "it is meant so" in asked.text
    mark = re.findall(r'name="confirmed" value="([^"]+)"', asked.text)[0]
    rule.save(loud + "# y\n")
    other = rule.post(reason="x", confirmed=mark)
    assert other.status_code == 422 and "which is more than 1" in other.text
    rule.save(loud)
    assert rule.post(reason="x", confirmed=mark).status_code == 303
    own = "/admin/supervision-rules/loud"
    assert admin.post(f"{own}/mode", hidden(admin.get(own), mode="shadow", reason="Too loud"), own).status_code == 303
    back = admin.post(f"{own}/mode", hidden(admin.get(own), mode="live", reason="Again"), own)
    assert back.status_code == 422 and "which is more than 1" in back.text and not Labels(back.text).faults()
    mark = re.findall(r'name="confirmed" value="([^"]+)"', back.text)[0]
    assert admin.post(f"{own}/mode", hidden(admin.get(own), mode="live", reason="Again", confirmed=mark), own).status_code == 303


def test_what_stopped_is_seen_and_tried_again(app: Any, office: Office) -> None:
    admin, page = Desk(app, "administrator"), "/admin/supervision-rules"
    template = RULE.replace("role: handler, of_unit: true", "role: handler, template: not_there")
    rule = begun(admin, "New complaint")
    assert any("There is no message template not_there" in one["text"] for one in rule.lint(template))
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
    answer = analyst.client.get(HOME + "/studio/rule-language")
    found = answer.json
    assert set(found["actions"]) == set(schemas.ACTIONS) and found["events"]["case.rated"]["rating"] == "integer"
    assert found["words"]["shape"]["absence"] == "something awaited does not come" and ["LRS", found["units"][0][1]] != []
    assert "rule_praise" in found["templates"] and {"supervisor", "head"} <= set(found["roles"])
    for kind, words in found["words"].items():
        assert kind in ("event", "role") or all(word != code for code, word in words.items()), kind
    told = begun(analyst, "New complaint").lint(RULE.replace("shape: match", "shape: mach"))
    assert [(one["line"], one["column"], one["severity"], one["text"]) for one in told] == [
        (3, 8, "error", "shape is one of match, count, count_distinct, sequence, absence. Is it match?")]
