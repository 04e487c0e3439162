"""Fills a generated form as a person with a browser would: from what the page shows, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import forms
from app.cli.demo.replay.behaviour import Behaviour
from app.forms import Field, Form, OptionSource, RenderModel

Raw = dict[str, str | list[str]]
MAX_PASSES = 100
CHOOSING = ("choices", "select")
MANY = ("checklist", "taglist")


@dataclass(frozen=True)
class Sheet:
    """A form in front of somebody. `place`: process, form and module, for what was chosen there before.

    `special`: what `@names` of behaviour.yaml stand for in this case.
    """

    case_id: UUID
    place: str
    form: Form
    values: Mapping[str, Any]
    now: datetime
    sources: OptionSource
    special: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)

    def shown(self, raw: Raw | None) -> RenderModel:
        """What the page shows after these entries."""
        return forms.render(self.form, self.values, locale="zh", now=self.now, options_sources=self.sources, raw=raw)


def fill(sheet: Sheet, behaviour: Behaviour) -> Raw:
    """Entries that the form should accept; fields that appear because of an entry are filled too."""
    model = sheet.shown(None)
    raw: Raw = {one.key: _kept(one) for one in _controls(model)}
    done: set[str] = set()
    for _ in range(MAX_PASSES):
        waiting = [one for one in _controls(model) if one.key not in done]
        if not waiting:
            break
        one = waiting[0]
        done.add(one.key)
        raw[one.key] = _entry(one, sheet, behaviour)
        if model.reactive or len(waiting) == 1:
            model = sheet.shown(raw)
            continue
        for other in waiting[1:]:
            done.add(other.key)
            raw[other.key] = _entry(other, sheet, behaviour)
    present = {one.key for one in _controls(sheet.shown(raw))}
    return {name: value for name, value in raw.items() if name in present and value not in ("", [])}


def _controls(model: RenderModel) -> list[Field]:
    """What a person can enter something into."""
    return [one for one in model.fields()
            if one.kind in ("input", "textarea", "checkbox", *CHOOSING) and not one.readonly and not one.disabled]


def _kept(one: Field) -> str | list[str]:
    """What the page shows already."""
    if one.kind in CHOOSING:
        selected = [option.value for option in one.options if option.selected and option.value]
        return selected if one.type in MANY else (selected[0] if selected else "")
    return one.value


def _entry(one: Field, sheet: Sheet, behaviour: Behaviour) -> str | list[str]:
    rule = behaviour.part("forms", sheet.form.id, one.key)
    if rule is not None:
        value = _ruled(rule, one, sheet, behaviour)
        if value or not one.required:
            return [value] if value and one.type in MANY else value or ("" if one.type not in MANY else [])
    kept = _kept(one)
    if kept and kept != []:
        return kept
    if not one.required and not behaviour.happens("optional_fields"):
        return [] if one.type in MANY else ""
    return _made_up(one, sheet, behaviour)


def _ruled(rule: Any, one: Field, sheet: Sheet, behaviour: Behaviour) -> str:
    """The value by a rule of the file; empty when it names nothing that the field takes."""
    if not isinstance(rule, Mapping):
        return _offered(one, _meaning(str(rule), one, sheet))
    meant = {str(name): _offered(one, _meaning(str(name), one, sheet)) for name in rule}
    weights = {name: float(weight) for name, weight in ((str(n), w) for n, w in rule.items())
               if meant[name] or name == ""}
    return meant[behaviour.option(sheet.case_id, sheet.place, one.key, weights)] if weights else ""


def _meaning(text: str, one: Field, sheet: Sheet) -> str:
    """`@names` become what they stand for in this case."""
    if text == "@kept":
        kept = _kept(one)
        return kept if isinstance(kept, str) else (kept[0] if kept else "")
    if text.startswith("@"):
        return (sheet.special[text[1:]]() if text[1:] in sheet.special else None) or ""
    return text


def _offered(one: Field, text: str) -> str:
    """The text, unless the field is a choice without it."""
    return text if one.kind not in CHOOSING or text in {option.value for option in one.options} else ""


def _made_up(one: Field, sheet: Sheet, behaviour: Behaviour) -> str | list[str]:
    """Anything the field takes."""
    if one.kind in CHOOSING:
        offered = [option.value for option in one.options if option.value]
        chosen = behaviour.option(sheet.case_id, sheet.place, one.key, dict.fromkeys(offered, 1.0)) if offered else ""
        return [chosen] if one.type in MANY and chosen else chosen
    if one.kind == "checkbox":
        return "on"
    if one.type == "number":
        return _number(one, sheet, behaviour)
    if one.type == "datetime":
        return _moment(one, sheet, behaviour)
    return behaviour.words("zh" if one.kind == "textarea" else "short")


def _number(one: Field, sheet: Sheet, behaviour: Behaviour) -> str:
    """A small number; the form's own bounds are asked for by trying, as a person does."""
    for value in (behaviour.chance.randint(1, 5), 1, 0):
        raw: Raw = {**{other.key: _kept(other) for other in _controls(sheet.shown(None))}, one.key: str(value)}
        if one.key not in forms.validate(sheet.form, raw, variables=sheet.values, locale="zh", now=sheet.now,
                                         options_sources=sheet.sources).errors:
            return str(value)
    return "1"


def _moment(one: Field, sheet: Sheet, behaviour: Behaviour) -> str:
    """A moment in the next days."""
    at = sheet.now + timedelta(days=behaviour.chance.randint(1, 3))
    kind = one.attributes.get("type")
    if kind == "date":
        return at.date().isoformat()
    return "10:00" if kind == "time" else f"{at.date().isoformat()}T10:00"
