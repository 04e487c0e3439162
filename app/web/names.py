"""Things that queries give, as words: names in two languages, sentences, values of decisions, answers to forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import Flask

from app.deadlines import UNOFFICIAL
from app.kernel.errors import msg
from app.web.texts import local_now, locale, t, when, zone
from app.web.words import word

LONGEST, KILO = 160, 1000
TWO = re.compile(r"(?P<zh>[^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*?) (?P<en>[A-Za-z][^\u4e00-\u9fff]*)")
LIMITS = {"wh": msg("%(amount)s working hours"), "wd": msg("%(amount)s working days"), "h": msg("%(amount)s hours"),
          "d": msg("%(amount)s calendar days"), "min": msg("%(amount)s minutes")}
"""A limit of time as tables write it, in words."""


def pick(thing: Any, stem: str) -> str:
    """`<stem>_zh` or `<stem>_en` of an object, the other one when it is empty."""
    first, second = (f"{stem}_en", f"{stem}_zh") if locale() == "en" else (f"{stem}_zh", f"{stem}_en")
    return str(getattr(thing, first, None) or getattr(thing, second, None) or "")


def say(sentence: Any) -> str:
    """A message id with parameters, translated; times among the parameters in the office's zone."""
    return t(sentence.message, **{name: half(value) if name == "day" else _readable(value)
                                  for name, value in sentence.params.items()})


def unsure(reasons: Iterable[Any]) -> list[Any]:
    """Of the reasons of a date those that say it may still change: people see them without opening anything."""
    return [one for one in reasons if one.message == UNOFFICIAL]


def half(note: Any) -> str:
    """The reader's half of a remark that is said in both languages: `zh / en`."""
    return str(note).split(" / ")[0 if locale() == "zh" else -1].strip()


def _readable(value: Any) -> Any:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return when(value)
        except ValueError:
            return value
    return value


def brief(value: Any) -> str:
    """A value of a decision in one line."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Mapping) and set(value) >= {"amount", "unit"} and value["unit"] in LIMITS:
        text = t(LIMITS[value["unit"]], amount=value["amount"])
    elif isinstance(value, Mapping):
        text = ", ".join(f"{name}: {brief(inner)}" for name, inner in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(brief(inner) for inner in value)
    else:
        text = str(_readable(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def trace_lines(trace: Any, depth: int = 0) -> Iterator[str]:
    """The rows of tables that matched, as lines; whatever else a trace holds is left out."""
    if isinstance(trace, Mapping):
        table = trace.get("decision") or trace.get("name") or trace.get("table")
        for row in trace.get("matched") or trace.get("rules") or ():
            yield _matched(str(table or ""), row)
        for name, inner in trace.items():
            if name not in ("matched", "rules") and isinstance(inner, Mapping | list) and depth < 6:
                yield from trace_lines(inner, depth + 1)
    elif isinstance(trace, list):
        for inner in trace:
            yield from trace_lines(inner, depth + 1)


def _matched(table: str, row: Any) -> str:
    if not isinstance(row, Mapping):
        return f"{table} → {brief(row)}".strip()
    said = t(msg("Row %(row)s of the table applied"), row=row.get("row") or row.get("rule"))
    notes = ", ".join(str(note) for note in row.get("annotations") or () if note)
    return f"{said}: {notes}" if notes else said


def on(at: date | datetime | None) -> str:
    """A day without its time, in the office's zone."""
    if isinstance(at, datetime):
        at = at.astimezone(zone()).date()
    return "" if at is None else str(format_skeleton("yMMMd", at, locale=locale()))


def last_day(end: datetime) -> str:
    """The last day of a time that ends at `end`, the first moment that no longer belongs to it."""
    return on(end - timedelta(seconds=1))


LEFT = {("wd", False): (msg("1 working day left"), msg("%(amount)s working days left")),
        ("wh", False): (msg("1 working hour left"), msg("%(amount)s working hours left")),
        ("wd", True): (msg("1 working day late"), msg("%(amount)s working days late")),
        ("wh", True): (msg("1 working hour late"), msg("%(amount)s working hours late")),
        ("d", False): (msg("1 day left"), msg("%(amount)s days left")),
        ("d", True): (msg("1 day late"), msg("%(amount)s days late")),
        ("h", False): (msg("1 hour left"), msg("%(amount)s hours left")),
        ("h", True): (msg("1 hour late"), msg("%(amount)s hours late")),
        ("min", False): (msg("1 minute left"), msg("%(amount)s minutes left")),
        ("min", True): (msg("1 minute late"), msg("%(amount)s minutes late"))}


def left(remaining: Any) -> str:
    """How much time is left or has passed, in words."""
    if remaining is None:
        return ""
    if remaining.amount == 0 and remaining.unit == "wh":
        return t(msg("less than a working hour late") if remaining.late else msg("less than a working hour left"))
    one, many = LEFT[remaining.unit, remaining.late]
    return t(one) if remaining.amount == 1 else t(many, amount=remaining.amount)


def side(label: str) -> str:
    """Tables name an input in both languages, as `渠道 Channel`: the part for the reader."""
    found = TWO.fullmatch(label)
    return label if found is None else found["en"] if locale() == "en" else found["zh"]


def size_of(size: int) -> str:
    """A file's size for people: `69 B`, `6.3 kB`, `4.1 MB`."""
    if size < KILO:
        return f"{size} B"
    return f"{size / KILO:.1f} kB" if size < KILO * KILO else f"{size / KILO / KILO:.1f} MB"


def group_word(group: str) -> str:
    """A group as words: the role, and its unit."""
    role, _at, unit = group.partition("@")
    return f"{word('role', role)} ({unit})" if unit else word("role", role)


def answers(case: Any) -> list[tuple[str, str]]:
    """What was answered in the form of the case's module or service: (label, words)."""
    from app import forms
    from app.cases import queries
    from app.web.pages import reading
    from app.web.resident.intake import extra_form

    if not case.fields:
        return []
    with reading() as session:
        form = extra_form(session, case.module, case.service)
        known = {} if form is None else {
            field.key: field for field in forms.render(
                form, case.fields, locale=locale(), now=local_now(),
                options_sources=queries.options(session, locale())).fields() if field.key}
    said = {name: brief(value) for name, value in case.fields.items() if value not in (None, "", [])}
    said |= {name: _entered(known[name]) for name in said if name in known and (
        known[name].options or known[name].kind == "list")}
    labels = {name: known[name].label if name in known else word("wish", name) for name in said}
    return [(labels[name], words) for name, words in said.items() if words]


def _entered(field: Any) -> str:
    """The labels of what was chosen, row by row in a list; empty for anything that is neither."""
    if field.kind == "list":
        rows = [[_entered(one) or one.value for row in item.rows for one in row.fields] for item in field.items]
        return "; ".join(" ".join(filter(None, row)) for row in rows if any(row))
    return ", ".join(option.label for option in field.options if option.selected)


def install(app: Flask) -> None:
    """The filters."""
    app.jinja_env.filters.update(
        task_name=lambda row: pick(row, "task_name"), service_name=lambda row: pick(row, "service"),
        unit_name=lambda row: pick(row, "unit"), first_unit_name=lambda row: pick(row, "first_unit"),
        process_name=lambda row: pick(row, "process"),
        say=say, unsure=unsure, brief=brief, group_word=group_word, size_of=size_of,
        left=left, on=on, last_day=last_day,
        side=side, question_of=lambda row: pick(row, "question"), answer_of=lambda row: pick(row, "answer"),
        theme_of=lambda row: pick(row, "theme"), progress_of=lambda row: pick(row, "progress"))
    app.jinja_env.globals.update(trace_lines=trace_lines, answers=answers, now=local_now)
