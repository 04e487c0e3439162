"""The rules of a form on one typed value. Reading the value is done elsewhere."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app import feel
from app.forms import patterns
from app.forms import vocabulary as words
from app.forms.filling import Slot
from app.forms.model import Bound, Component
from app.forms.scope import Scope, as_text, plain
from app.forms.values import Message, as_moment
from app.kernel.errors import msg

REQUIRED = msg("This field is required.")


def check(slot: Slot, scope: Scope) -> list[Message]:
    """Everything that is wrong with what was entered here, in the order a person should read it."""
    component, value = slot.component, slot.value
    if component.type not in words.INPUTS or slot.readonly or slot.disabled:
        return []
    if slot.fault is not None:
        return [slot.fault]
    if value is None or value == "" or value == [] or (component.type == "checkbox" and value is False):
        if not component.rules.required:
            return []
        return [(msg("Please tick this box."), {}) if component.type == "checkbox" else (REQUIRED, {})]
    if component.type in ("textfield", "textarea"):
        return _check_text(component, value, scope)
    if component.type == "number":
        return _check_number(component, Decimal(value), scope)
    if component.type == "datetime":
        return _check_past(component, value, scope)
    if component.type == "filepicker":
        return _check_files(component, value, scope)
    return []


def limit(bound: Bound, scope: Scope) -> Decimal | None:
    """A bound as a number; None when there is none or its expression gives none."""
    value = plain(scope.evaluate(bound)) if isinstance(bound, feel.Expression) else bound
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def longest(component: Component, scope: Scope) -> int:
    """Most characters of a text field."""
    top = limit(component.rules.max_length, scope)
    return words.TEXT_LIMIT if top is None else max(0, min(int(top), words.TEXT_LIMIT_TOP))


def _check_text(component: Component, text: str, scope: Scope) -> list[Message]:
    rules, found = component.rules, list[Message]()
    least, most = limit(rules.min_length, scope), longest(component, scope)
    if len(text) > most:
        return [(msg("Please enter at most %(max)s characters."), {"max": most})]
    if least is not None and len(text) < least:
        found.append((msg("Please enter at least %(min)s characters."), {"min": int(least)}))
    if rules.pattern and not patterns.matches(rules.pattern, text):
        own = rules.pattern_message.show(scope) if rules.pattern_message else ""
        found.append(("%(text)s", {"text": own}) if own else
                     (msg("This does not have the expected form."), {}))
    if rules.validation_type == "email" and not patterns.matches(patterns.EMAIL, text):
        found.append((msg("Please enter an e-mail address such as name@example.org."), {}))
    if rules.validation_type == "phone" and not patterns.matches(patterns.PHONE, text):
        found.append((msg("Please enter a telephone number with its area code."), {}))
    return found


def _check_number(component: Component, number: Decimal, scope: Scope) -> list[Message]:
    settings, found = component.settings, list[Message]()
    least, most = limit(component.rules.min, scope), limit(component.rules.max, scope)
    if least is not None and number < least:
        found.append((msg("Please enter a number of at least %(min)s."), {"min": as_text(least)}))
    if most is not None and number > most:
        found.append((msg("Please enter a number of at most %(max)s."), {"max": as_text(most)}))
    digits, step = settings.get("digits"), settings.get("increment")
    exponent = number.normalize().as_tuple().exponent
    if digits is not None and isinstance(exponent, int) and -exponent > digits:
        found.append((msg("Please enter at most %(digits)s digits after the decimal point."), {"digits": digits})
                     if digits else (msg("Please enter a whole number."), {}))
    if step and number % step != 0:
        found.append((msg("Please enter a multiple of %(step)s."), {"step": as_text(step)}))
    return found


def _check_past(component: Component, value: Any, scope: Scope) -> list[Message]:
    zone = scope.now.tzinfo
    if not component.settings["not_past"] or zone is None or not isinstance(value, str):
        return []
    moment = as_moment(component, value, zone)
    if moment is None or isinstance(moment, time):
        return []
    day: date = moment.date() if isinstance(moment, datetime) else moment
    return [] if day >= scope.now.date() else [(msg("Please choose a date that is not in the past."), {})]


def _check_files(component: Component, value: list[str], scope: Scope) -> list[Message]:
    most = component.settings["max_files"] if multiple(component, scope) else 1
    if len(value) <= most:
        return []
    return [(msg("Please choose at most %(max)s files."), {"max": most})]


def multiple(component: Component, scope: Scope) -> bool:
    """Whether a file field takes more than one file."""
    setting = component.settings["multiple"]
    return setting if isinstance(setting, bool) else scope.evaluate(setting) is True
