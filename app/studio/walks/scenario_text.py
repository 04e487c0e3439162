"""A walk as a scenario of its process: the same words as in files, with what it came to as expectations.

Expectations are what the scenario itself gives when it is played without dates of the office (`engine.rehearsal`): a
saved one is right the moment it is saved, and on any day of the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy.orm import Session

from app import catalog, engine
from app.cases import walking
from app.cases.queries.rehearsing import House
from app.engine import Deed, Scenario
from app.kernel.errors import DefinitionError, Invalid, Problem, msg
from app.studio.walks.diagrams import Source

AUTO = ["notify", "tell_joined"]
FINAL = ("completed", "outcome", "open", "barred", "failed", "silent", "waiting", "phase", "clocks",
         "due", "decisions", "columns")
UNUSUAL = ("barred", "failed", "silent")
WIDTH = 120
UNTOLD = {
    "nth": msg("Step %(step)s cannot be told in a scenario: it is at one of several equal elements."),
    "retry": msg("Step %(step)s cannot be told in a scenario: trying incidents again."),
}
ANOTHER_WAY = msg("Played as a scenario, where all time is working time, it goes another way: %(problem)s")


def told(session: Session, tenant_id: UUID, found: Source, begin: walking.Begin, walk: walking.Walked, name: str,
         before: bytes | None) -> dict[str, Any]:
    """The scenario as it is written to a file. Raises Invalid for what a scenario cannot tell."""
    top: Mapping[str, Any] = catalog.read_yaml(before, "") if before else {}
    usual = frozenset(top.get("auto") or ()) if before else frozenset(AUTO)
    auto = usual - {move.job_type for move in walk.moves if _unanswered(move)}
    steps = [one for move in walk.moves for one in _steps(move, auto)]
    variables = {**(top.get("variables") or {}), **begin.known()}
    scenario = Scenario(name, found.key, variables, tuple(_deed(one) for one in steps), auto, top.get("answers") or {},
                        name, start=begin.element, brought=begin.brought)
    seen = _play(session, tenant_id, found, scenario)
    written: dict[str, Any] = {"name": name} | ({"auto": sorted(auto)} if auto != usual else {})
    if begin.element:
        written |= {"start": begin.element} | ({"with": engine.plain(begin.brought)} if begin.brought else {})
    return {**written, "variables": engine.plain(begin.known()), "steps": list(_expecting(steps, seen)),
            "expect": _final(seen[-1])}


def _steps(move: walking.Move, auto: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The deed, then what followed it by itself and is not done by itself in a scenario."""
    deed = move.deed
    for name in UNTOLD:
        if deed.get(name):
            raise Invalid(UNTOLD[name], step=move.number)
    if "do" in deed:
        by = {"by": deed["by"]} if deed.get("by") else {}
        yield _with({"do": deed["do"], **by}, {key: value for key, value in move.values.items() if value is not None})
    elif _unanswered(move):
        yield {"job": deed["job"], "fails" if deed.get("down") else "silent": True}
    elif "job" in deed and (deed.get("error") or move.job_type not in auto):
        yield _with({"job": deed["job"], **({"error": deed["error"]} if deed.get("error") else {})}, deed.get("with"))
    elif "send" in deed or "signal" in deed:
        yield _with({"send": deed.get("send") or deed.get("signal")}, deed.get("with"))
    for kind, target, values in move.order:
        if kind != "job":
            yield _with({kind: target}, values)
        elif values["type"] not in auto:
            yield {"job": target}


def _unanswered(move: walking.Move) -> bool:
    return bool(move.deed.get("down") or move.deed.get("silent"))


def _with(step: dict[str, Any], values: Any) -> dict[str, Any]:
    return {**step, "with": engine.plain(dict(values))} if values else step


def _deed(step: Mapping[str, Any]) -> Deed:
    kind = next(name for name in ("do", "job", "fire", "send") if name in step)
    outcome = next((name for name in ("fails", "silent") if step.get(name)), "")
    return Deed(kind, str(step[kind]), step.get("with") or {}, step.get("error"), by=step.get("by"), outcome=outcome)


def _play(session: Session, tenant_id: UUID, found: Source, scenario: Scenario) -> list[Mapping[str, Any]]:
    """What there is to expect at the start and after each deed. Raises Invalid where it does not go through."""
    changed = found.definition()
    house = House(session, tenant_id, engine.SCENARIO_START)
    definitions = [changed, *(one for one in house.processes() if one.id != changed.id)]
    seen: list[Mapping[str, Any]] = []
    played = engine.play(scenario, definitions, house.decide, house.fill, functions=house.functions, bars=house.bars,
                         look=lambda _deed, standing: seen.append(standing))
    if played.problems:
        raise Invalid(ANOTHER_WAY, problem=played.problems[0].text())
    return seen


def _expecting(steps: list[dict[str, Any]], seen: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each step, and where it stands after it, when that has changed."""
    before = _standing(seen[0])
    yield {"expect": before}
    for step, after in zip(steps, seen[1:], strict=True):
        yield step
        standing = _standing(after)
        if standing != before and after is not seen[-1]:
            yield {"expect": standing}
        before = standing


def _standing(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Which tasks are open, and what is not as usual."""
    return {"open": seen["open"], **{name: seen[name] for name in UNUSUAL if seen[name]}}


def _final(standing: Mapping[str, Any]) -> dict[str, Any]:
    if standing["completed"]:
        names: tuple[str, ...] = ("completed", "outcome", "ended", "clocks", "due", "decisions", "columns")
    else:
        names = FINAL
    return {name: standing[name] for name in names if standing[name] not in (None, {}, []) or name == "open"}


def appended(key: str, before: bytes | None, scenario: Mapping[str, Any]) -> bytes:
    """The file with one scenario more; what stands in it stays as it is. Raises DefinitionError for a name that is
    taken."""
    block = _text([scenario])
    if before is None:
        head = yaml.safe_dump({"process": key, "auto": AUTO}, allow_unicode=True, sort_keys=False,
                              default_flow_style=None)
        return f"{head}scenarios:\n{block}".encode()
    known = _names(before)
    if scenario["name"] in known:
        raise DefinitionError([Problem("scenario", msg("Two scenarios are called %(name)s."),
                                       {"name": scenario["name"]})])
    text = (before.decode("utf-8-sig").rstrip() + "\n\n" + block).encode()
    try:
        if _names(text) == [*known, scenario["name"]]:
            return text
    except DefinitionError:  # written in another manner: its list does not stand last, or not indented so
        pass
    top = engine.plain(catalog.read_yaml(before, ""))
    return _whole({**top, "scenarios": [*top["scenarios"], scenario]})


def without(before: bytes, name: str) -> tuple[bytes | None, int]:
    """The file without one scenario, and how many are left; None where it is not there."""
    if not before or name not in _names(before):
        return None, 0
    top = engine.plain(catalog.read_yaml(before, ""))
    left = [one for one in top["scenarios"] if one.get("name") != name]
    return _whole({**top, "scenarios": left}), len(left)


def _whole(top: Mapping[str, Any]) -> bytes:
    head = {name: value for name, value in top.items() if name != "scenarios"}
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH)
    return f"{text}scenarios:\n{_text(top['scenarios'])}".encode()


def _text(scenarios: Any) -> str:
    text = yaml.safe_dump(engine.plain(scenarios), allow_unicode=True, sort_keys=False, default_flow_style=None,
                          width=WIDTH)
    return "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())


def _names(data: bytes) -> list[str]:
    return [one.name for one in engine.scenarios(catalog.read_yaml(data, ""), "")]
