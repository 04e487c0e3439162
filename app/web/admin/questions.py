"""A table of questions as form fields: what a page may send, what was sent, what is wrong with it, and moving rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from app.forms import building
from app.kernel.errors import FieldErrors, Invalid, msg

PARTS = ("key", "zh", "en", "kind", "required", "options")
Faults = dict[int, FieldErrors]


def names(form: Mapping[str, str]) -> set[str]:
    """Every field that a page with these questions may send."""
    return {"begun_from", "reason", "rows"} | {f"q{n}-{part}" for n in range(_count(form)) for part in PARTS}


def _count(form: Mapping[str, str]) -> int:
    given = form.get("rows", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and int(given) <= building.MOST_QUESTIONS):
        raise Invalid(msg("The table did not arrive whole. Please open it again."))
    return int(given)


def sent(form: Mapping[str, str], known: Sequence[building.Question]) -> list[building.Question]:
    """The questions as somebody wrote them; a choice that stood in the `known` form keeps its value there."""
    values = {(one.key, pair[0]): value for one in known for value, pair in one.options}
    found = [_question(form, n) for n in range(_count(form))]
    return [replace(one, options=tuple((values.get((one.key, pair[0]), ""), pair) for _value, pair in one.options))
            for one in found]


def _question(form: Mapping[str, str], n: int) -> building.Question:
    kind = form.get(f"q{n}-kind", "")
    if kind not in building.KINDS:
        raise Invalid(msg("Please choose from the list."))
    lines = [line.strip() for line in form.get(f"q{n}-options", "").splitlines() if line.strip()]
    lines = lines[:building.MOST_CHOICES] if kind in building.WITH_OPTIONS else []
    return building.Question(
        kind, form.get(f"q{n}-zh", "").strip(), form.get(f"q{n}-en", "").strip(), bool(form.get(f"q{n}-required")),
        tuple(("", _pair(line)) for line in lines), form.get(f"q{n}-key", ""))


def _pair(line: str) -> tuple[str, str]:
    zh, _, en = line.partition("/")
    return zh.strip(), en.strip()


def shown(one: building.Question) -> Any:
    """A question for the template, its choices as lines."""
    return SimpleNamespace(kind=one.kind, zh=one.zh, en=one.en, required=one.required, key=one.key,
                           options=one.options,
                           options_text="\n".join(f"{zh} / {en}" if en else zh for _value, (zh, en) in one.options))


def faults(rows: Sequence[building.Question]) -> Faults:
    """What a form file would be refused for, at the question."""
    found: Faults = {}
    for n, one in enumerate(rows):
        wrong: FieldErrors = {}
        for part, said in (("zh", one.zh), ("en", one.en)):
            if not said or len(said) > 200:
                wrong[part] = [(msg("Please write it in both languages, at most 200 characters."), {})]
        if one.kind in building.WITH_OPTIONS and not one.options:
            wrong["options"] = [(msg("Please give at least one choice."), {})]
        elif any(not (zh and en) for _value, (zh, en) in one.options):
            wrong["options"] = [(msg("Each choice needs both languages, such as: 上午 / Morning"), {})]
        if wrong:
            found[n] = wrong
    return found


def moved(rows: Sequence[building.Question], action: str) -> list[building.Question]:
    """Do `add:0`, `up:n`, `down:n` or `remove:n`; Invalid for anything else."""
    name, _, place = action.partition(":")
    found, at = list(rows), int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else -1
    if name == "add":
        if len(found) >= building.MOST_QUESTIONS:
            raise Invalid(msg("A form made here has at most %(most)s questions."), most=building.MOST_QUESTIONS)
        return [*found, building.Question()]
    if name not in ("up", "down", "remove") or not 0 <= at < len(found):
        raise Invalid(msg("This step is not known."))
    one = found.pop(at)
    if name != "remove":
        found.insert(max(0, at + (1 if name == "down" else -1)), one)
    return found
