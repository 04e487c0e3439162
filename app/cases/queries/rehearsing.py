"""Plays told scenarios with a diagram that is not in force, over everything else that is. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn, engine, feel, forms
from app.cases import barring, sources
from app.engine import DecisionAnswer, ProcessDefinition
from app.kernel.errors import Invalid, NotFound, Problem, msg
from app.tenancy import settings

MOST = 60
"""Scenarios of one file that are played while somebody waits."""


@dataclass(frozen=True)
class Rehearsed:
    """`asked`: how many scenarios, `problems`: where one went otherwise than told."""

    asked: int
    problems: tuple[Problem, ...]


def rehearse(session: Session, tenant_id: UUID, data: bytes, file: str, told: bytes, now: datetime) -> Rehearsed:
    """The scenarios `told` (YAML) of a process, with the diagram `data` in the place of the one in force.

    Raises DefinitionError for a file that cannot be loaded.
    """
    changed = engine.load(data, file)
    found = engine.scenarios(catalog.read_yaml(told, "scenarios.yaml"), "scenarios.yaml")[:MOST]
    house = House(session, tenant_id, now)
    definitions = [changed, *(one for one in house.processes() if one.id != changed.id)]
    problems = [problem for one in found
                for problem in engine.play(one, definitions, house.decide, house.fill,
                                           functions=house.functions, bars=house.bars).problems]
    return Rehearsed(len(found), tuple(problems))


class House:
    """What is in force for an office, compiled, as scenarios ask for it."""

    def __init__(self, session: Session, tenant_id: UUID, now: datetime) -> None:
        self.session, self.tenant_id, self.now = session, tenant_id, now
        listed = sources.options(session, "zh")
        self.bars = barring.marks_after
        self.offered = {name: [one.value for one in listed(name) or ()] for name in ("services", "units")}

    @property
    def functions(self) -> dict[str, Any]:
        """`setting(name)`, as real cases have it."""
        return {"setting": lambda name: settings.value(self.session, name) if isinstance(name, str) else None}

    def processes(self) -> list[ProcessDefinition]:
        """All diagrams in force."""
        keys = [one.key for one in catalog.all_live(self.session, self.tenant_id, "process")]
        return [self._compiled("process", key) for key in keys]

    def _compiled(self, kind: str, key: str) -> Any:
        return catalog.compiled(self.session, self.tenant_id, kind, key)[1]

    def decide(self, decision_id: str, variables: Mapping[str, Any], now: datetime) -> DecisionAnswer:
        """By the table in force."""
        found = dmn.settled(dmn.decide(self._compiled("decision", decision_id), decision_id, variables, now=now,
                                        functions=self.functions))
        return DecisionAnswer(feel.to_json(found.value), "", 1, found.trace)

    def fill(self, form_id: str, values: Mapping[str, Any], variables: Mapping[str, Any], now: datetime,
             ) -> dict[str, Any]:
        """What a person leaves alone keeps its prefilled value, as in a browser. Raises Invalid."""
        form = self._compiled("form", form_id)
        if not isinstance(form, forms.Form):
            raise NotFound(msg("There is no such version."))
        found = forms.validate(form, entered(form, values, variables), variables=variables, now=now,
                               options_sources=self._options)
        if not found.ok:
            raise Invalid(msg("The form %(form)s does not take what the scenario enters: %(keys)s"), form=form_id,
                          keys=", ".join(found.errors))
        return found.data

    def _options(self, name: str) -> list[forms.Option]:
        return [forms.Option(code, code) for code in self.offered.get(name, ())]


def entered(form: forms.Form, values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """What a browser would send of a form that is prefilled with `variables`, where a person enters `values`."""
    raw: dict[str, str | list[str]] = {}
    for component in form.walk():
        if len(component.path) != 1 or component.type in ("group", "text"):
            continue
        value = values.get(component.path[0], variables.get(component.path[0]))
        value = component.default if value is None else value
        if value is not None:
            raw[component.path[0]] = [str(one) for one in value] if isinstance(value, list) else _text(value)
    return raw | {key: _text(value) for key, value in values.items() if key not in raw}


def _text(value: Any) -> str:
    return ("on" if value else "") if isinstance(value, bool) else str(value)
