"""The shipped definitions as files, ready to be rehearsed: processes, tables and forms together, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

from app import assemble, dmn, engine, feel, forms
from app.catalog import read_yaml
from app.engine import DecisionAnswer, ProcessDefinition
from app.engine.scenarios import Scenario, scenarios
from app.forms import Option
from app.kernel.errors import Invalid, NotFound

assemble()  # what hosts bring into diagrams is told at the start
ROOT = Path(__file__).parents[2]
PROCESSES = sorted((ROOT / "processes/base").glob("*/*.bpmn"))
DECISIONS = sorted((ROOT / "rules/base/decisions").glob("*/*.dmn"))
FORMS = sorted((ROOT / "forms/base").glob("*.form"))
MESSAGES = sorted((ROOT / "rules/base/messages").glob("*.yaml"))
NOT_OF_DIAGRAMS = {"sign_in_code", "email_code", "mail_foot", "notice_published", "task_assigned", "task_delegated",
                   "substitute_named", "person_mentioned", "case_instructed", "review_overdue", "term_ending", "rule_fired",
                   "rule_put_aside", "rules_refused", "rules_stopped",
                   "rule_praise", "draft_review_asked", "draft_approved", "draft_rejected"}
"""Message texts that the machine sends by itself."""
UNITS = ("CYZX", "SWZX", "FWB", "GLB", "PAB", "ZZB", "DQZX", "DZB", "ZFD", "SJS", "PCS", "SFS", "WSZX", "WHZX", "FGS",
         "LRS", "ZHWL", "JWH", "WBS")
SERVICES = tuple(f"{module}{number:02}" for module in ("LI", "LS", "PS", "CS") for number in range(1, 11))


class Shipped:
    """Lookup of what the folders hold."""

    def has(self, kind: str, key: str) -> bool:
        return self.data(kind, key) is not None

    def data(self, kind: str, key: str) -> bytes | None:
        return next((path.read_bytes() for path in self._paths(kind) if path.stem == key), None)

    def keys(self, kind: str) -> list[str]:
        return [path.stem for path in self._paths(kind)]

    def _paths(self, kind: str) -> list[Path]:
        return {"process": PROCESSES, "decision": DECISIONS, "form": FORMS, "message": MESSAGES}[kind]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def definitions() -> tuple[ProcessDefinition, ...]:
    return tuple(engine.load(path.read_bytes(), named(path)) for path in PROCESSES)


@cache
def model(decision_id: str) -> dmn.Model:
    path = next((path for path in DECISIONS if path.stem == decision_id), None)
    if path is None:
        raise NotFound(f"no decision {decision_id}")
    return dmn.load(path.read_bytes(), named(path))


@cache
def form(form_id: str) -> forms.Form:
    path = next((path for path in FORMS if path.stem == form_id), None)
    if path is None:
        raise NotFound(f"no form {form_id}")
    return forms.load(path.read_bytes(), named(path))


def decide(decision_id: str, variables: Mapping[str, Any], now: datetime) -> DecisionAnswer:
    found = dmn.decide(model(decision_id), decision_id, variables, now=now)
    return DecisionAnswer(feel.to_json(found.value), "", 1, found.trace)


def fill(form_id: str, values: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a person leaves alone keeps its prefilled value, as in a browser."""
    offered = {"services": SERVICES, "units": UNITS, "decisions": tuple(path.stem for path in DECISIONS)}
    raw: dict[str, str | list[str]] = {}
    for component in form(form_id).walk():
        if len(component.path) != 1 or component.type in ("group", "text"):
            continue
        key = component.path[0]
        value = values.get(key, variables.get(key))
        if value is None:
            value = component.default
        if value is not None:
            raw[key] = [str(item) for item in value] if isinstance(value, list) else _text(value)
    raw |= {key: str(value) for key, value in values.items() if key not in raw}
    found = forms.validate(form(form_id), raw, variables=variables, now=now,
                           options_sources=lambda name: [Option(code, code) for code in offered.get(name, ())])
    if not found.ok:
        raise Invalid(f"form {form_id}: {found.errors}".replace("%", "%%"))
    return found.data


def _text(value: Any) -> str:
    return ("on" if value else "") if isinstance(value, bool) else str(value)


@cache
def told() -> tuple[Scenario, ...]:
    found: list[Scenario] = []
    for path in PROCESSES:
        file = path.with_name("scenarios.yaml")
        found += scenarios(read_yaml(file.read_bytes(), named(file)), named(file))
    return tuple(found)


def notices() -> dict[str, set[str]]:
    """Template -> what every diagram that sends it gives as input."""
    zeebe = "{http://camunda.org/schema/zeebe/1.0}"
    found: dict[str, set[str]] = {}
    for path in PROCESSES:
        for task in XML.fromstring(path.read_bytes()).iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}serviceTask"):
            headers = {one.get("key"): one.get("value") for one in task.iter(f"{zeebe}header")}
            if template := headers.get("template"):
                inputs = {str(one.get("target")) for one in task.iter(f"{zeebe}input")}
                found[template] = found[template] & inputs if template in found else inputs
    return found
