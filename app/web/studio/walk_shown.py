"""What the pages of walks show: what was played, as words and lists for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app import catalog, engine, forms
from app.cases import queries as cases
from app.cases import walking
from app.kernel import documents
from app.kernel.errors import DefinitionError, Invalid, YikouError, msg
from app.notifications import queries as notifications
from app.studio import walks as room
from app.web.sessions import the_office
from app.web.studio import walk_scenarios
from app.web.texts import locale, t, zone

PROPOSED: dict[str, Any] = {
    "suggest": {"suggestion": {"code": "CS01", "confidence": 0.9, "codes": [], "source": "model"}},
    "join": {"joined": False}}
"""What the machine's own jobs answer, to begin with."""
CHANNELS = ("web", "wechat", "phone", "counter", "visit", "12345", "message")
UNITS = ("h", "d", "wh", "wd", "min")


@dataclass(frozen=True)
class Told:
    """A message somebody would get. `words`: None where it could not be written, and `problem` why."""

    to: str
    group: str | None
    template: str
    at: datetime
    words: notifications.WouldBe | None
    problem: str


def start(reader: Session, found: room.Source, run: str) -> dict[str, Any]:
    """For the page of a process: its start, its walks, its scenarios."""
    tenant_id = the_office().tenant_id
    problems: Iterable[Any] = ()
    definition = None
    try:
        definition = found.definition()
    except DefinitionError as error:
        problems = error.problems[:50]
    listed = cases.options(reader, locale())
    told = walk_scenarios.shown(reader, tenant_id, found, run if definition else "")
    return {
        "source": found, "title": title(definition, found.key), "problems": problems, "definition": definition,
        "walks": room.lines(reader, found.key), "as_case": walking.is_process_of_cases(reader, found.key),
        "internal": definition is not None and walking.is_internal(definition),
        "starts": [(one.element_id, one.element_id) for one in definition.triggers] if definition else [],
        "plain_start": definition is not None and definition.starts_at is not None,
        "services": _pairs(listed("services")), "modules": _pairs(listed("modules")), "channels": CHANNELS,
        **told, "proposed": written(told.get("proposed"))}


def _pairs(options: Iterable[forms.Option] | None) -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in options or ()]


def page(reader: Session, row: Any, found: room.Source, played: walking.Walked, error: YikouError | None,
         raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """For the page of one walk."""
    named = _Names(played)
    chosen = _chosen(played)
    fields = error.fields if isinstance(error, Invalid) else {}
    form = _form(reader, played, chosen, raw, fields) if chosen is not None else None
    process = request.args.get("diagram", "")
    return {
        "row": row, "key": row.process_key, "source": found, "walk": played, "name": named.element, "form": form,
        "title": title(found.definition(), found.key), "problem": named.said(error) if error else "",
        "names": named.several, "person": _person(played, chosen),
        "errors": fields, "given": request.form, "chosen": chosen, "moved_on": row.source_hash != found.hash,
        "local_now": played.now.astimezone(zone()),
        "diagram": process if process in played.definitions else row.process_key,
        "diagrams": [(one, title(definition, one)) for one, definition in played.definitions.items()],
        "tasks": _numbered(played.result.open_tasks), "jobs": _jobs(played), "timers": _timers(played),
        "waits": _waits(played), "clocks": _clocks(played), "changed": played.changed(), "opened": played.opened(),
        "told": {move.number: [_told(reader, row, one) for one in move.notices] for move in played.moves},
        "written": written, "working_time": played.book.calendar.is_working_day(played.now.astimezone(zone()).date()),
        "units": UNITS, "stopped_at": len(played.moves) if played.error else None,
        "stopped": named.said(played.error) if played.error else "",
        "steps_of": named.path, "why": _why}


class _Names:
    """Names of elements in the reader's language."""

    def __init__(self, played: walking.Walked) -> None:
        self.definitions = played.definitions

    def element(self, element_id: str, process_id: str | None = None) -> str:
        """As it is drawn; its id where it has no name."""
        own = self.definitions.get(process_id or "")
        for definition in (own,) if own is not None else self.definitions.values():
            found = definition.elements.get(element_id)
            if found is not None:
                return (found.name_en if locale() == "en" else found.name) or element_id
        return element_id

    def several(self, elements: Iterable[str]) -> str:
        """Names of elements, one after the other."""
        return ", ".join(self.element(one) for one in elements)

    def said(self, error: YikouError) -> str:
        """A refusal, with the names of the elements that it speaks of."""
        meant = str(error.params.get("elements", ""))
        return t(error.message, **{**error.params, **({"elements": self.several(meant.split(", "))} if meant else {})})

    def path(self, move: walking.Move) -> list[tuple[str, str]]:
        """(name, how) of what was entered or cancelled; flow elements without a name are left out."""
        found = []
        for one in move.steps:
            name = self.element(one.element_id, one.process_id)
            if one.how != "completed" and name != one.element_id:
                found.append((name, one.how))
        return found


def title(definition: engine.ProcessDefinition | None, key: str) -> str:
    """Of a process, in the reader's language."""
    root = definition.elements.get(key) if definition else None
    return ((root.name_en if locale() == "en" else root.name) if root else "") or key


def written(values: Any) -> str:
    """Variables as JSON for people."""
    return documents.dump(dict(values), indent=2) if values else ""


def changed(raw: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    """What was sent with a row of a list more or less."""
    kind, _space, rest = action.partition(" ")
    name, _space, index = rest.rpartition(" ")
    if kind == "add":
        return forms.with_row(raw, rest)
    return forms.without_row(raw, name, int(index)) if kind == "remove" and index.isdecimal() else raw


def _numbered(found: Iterable[Any]) -> list[tuple[int, Any]]:
    """(place among those at the same element, item)."""
    seen: dict[str, int] = {}
    numbered = []
    for one in found:
        numbered.append((seen.get(one.element_id, 0), one))
        seen[one.element_id] = seen.get(one.element_id, 0) + 1
    return numbered


def _chosen(played: walking.Walked) -> tuple[int, engine.OpenTask] | None:
    """The task whose form is shown: the one asked for or just sent, else the first."""
    found = _numbered(played.result.open_tasks)
    sent = f"{request.form.get('_walk.target')}:{request.form.get('_walk.nth')}" if request.form else ""
    wanted = request.args.get("task") or sent
    return next((one for one in found if f"{one[1].element_id}:{one[0]}" == wanted), found[0] if found else None)


def _person(played: walking.Walked, chosen: tuple[int, engine.OpenTask] | None) -> str:
    """Who is proposed: who was sent, else who did the step before, else anybody; never who may not."""
    may = [one.letter for one in played.people if chosen is None or chosen[1].task_id not in one.kept_from]
    last = next((str(move.deed["by"]) for move in reversed(played.moves) if move.deed.get("by")), "")
    return next((one for one in (request.form.get("_walk.by", ""), last, *may) if one in may), "")


def _form(reader: Session, played: walking.Walked, chosen: tuple[int, engine.OpenTask], raw: Mapping[str, Any] | None,
          errors: Any) -> forms.RenderModel | None:
    task = chosen[1]
    mine = request.form.get("_walk.target") in (None, task.element_id)
    if task.form_id is None:
        return None
    form = catalog.compiled(reader, the_office().tenant_id, "form", task.form_id)[1]
    return forms.render(form, task.variables, errors if mine else None, locale=locale(),
                        now=played.now.astimezone(zone()), raw=raw if mine and raw else None,
                        options_sources=cases.options(reader, locale()))


def _jobs(played: walking.Walked) -> list[tuple[int, Any, str, str]]:
    """(nth, job, its inputs and headers, the result to begin with)."""
    found = []
    for nth, job in _numbered(played.result.jobs):
        proposed = PROPOSED.get(job.type, {})
        found.append((nth, job, written({**job.headers, **job.variables}), written(proposed)))
    return found


def _timers(played: walking.Walked) -> list[tuple[int, Any, datetime | None]]:
    found = [(nth, one, one.due_at if one.clock is None else played.book.fires_at(one.clock))
             for nth, one in _numbered(played.result.timers)]
    return sorted(found, key=lambda each: (each[2] is None, each[2] or played.now))


def _waits(played: walking.Walked) -> list[tuple[Any, bool]]:
    """(subscription, whether it is to a signal)."""
    return [(one, one.key == engine.signal_key(one.task_id)) for one in played.result.subscriptions]


def _clocks(played: walking.Walked) -> list[dict[str, Any]]:
    """As the page of a case shows them."""
    book, found = played.book, []
    for name in book.names():
        state = book.clock(name)
        if state is not None:
            late = state.is_late(book.now)
            found.append({"name": name, "state": state.state, "due_at": state.due_at, "warn_at": state.warn_at,
                          "first_due_at": state.first_due_at, "late": late, "reasons": book.explain(name),
                          "shade": "bad" if late else "quiet" if state.state != "running" else
                          "warn" if state.warn_at is not None and state.warn_at < book.now else ""})
    return found


def _told(reader: Session, row: Any, one: walking.WantedNotice) -> Told:
    to_resident = one.audience == "resident"
    begin = walking.Begin.of(row.beginning)
    phone = to_resident and begin.phone and not begin.anonymous
    try:
        words = notifications.would_be(reader, the_office().tenant_id, one.template, one.params, locale(), phone=phone,
                                       inbox=not to_resident or begin.account)
    except YikouError as error:
        return Told(one.audience, one.group, one.template, one.at, None, t(error.message, **error.params))
    return Told(one.audience, one.group, one.template, one.at, words, "")


def _why(trace: Any) -> list[str]:
    """Beside the rows that matched: the first that would have, but for one cell."""
    found = []
    for table in (trace or {}).get("tables", ()) if isinstance(trace, Mapping) else ():
        near = table.get("refused")
        if near:
            found.append(t(msg("Row %(row)s would have matched, but %(label)s is %(value)s."),
                           row=near.get("row") or near.get("rule"), label=near.get("label"),
                           value=str(near.get("value"))))
    return found
