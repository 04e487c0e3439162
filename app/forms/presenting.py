"""One input field of the render model: its control, attributes, options and value as text."""

from __future__ import annotations

import re
from datetime import datetime

from app.forms.checks import limit, longest, multiple
from app.forms.filling import Slot
from app.forms.scope import Scope
from app.forms.shown import Field, ShownOption
from app.forms.values import Message, option_text, shown

_TYPES = {"textfield": "text", "number": "text", "filepicker": "file", "radio": "radio", "checklist": "checkbox",
          "taglist": "checkbox", "checkbox": "checkbox"}
_DATES = {"date": "date", "time": "time", "datetime": "datetime-local"}
_CONTROLS = {"textarea": "textarea", "checkbox": "checkbox", "radio": "choices", "checklist": "choices",
             "taglist": "choices", "select": "select"}
_AUTOCOMPLETE = re.compile(r"[a-z][a-z -]{0,60}", re.ASCII)


class Presenter:
    """Builds the field of one slot."""

    def __init__(self, slot: Slot, scope: Scope, first_time: bool, errors: tuple[Message, ...]) -> None:
        self.slot, self.scope, self.first_time, self.errors = slot, scope, first_time, errors
        self.component = slot.component
        self.id = "f-" + re.sub(r"[^\w-]", "-", slot.name)

    def field(self) -> Field:
        """The field, ready to print."""
        slot, component = self.slot, self.component
        texts = self.texts()
        selected = texts if isinstance(texts, list) else [texts]
        value = texts if isinstance(texts, str) else ""
        label, description = component.text("label").show(self.scope), component.text("description").show(self.scope)
        return Field(
            kind=_CONTROLS.get(component.type, "input"), type=component.type, key=slot.name, id=self.id, label=label,
            description=description, required=self.needed(), readonly=slot.readonly,
            disabled=slot.disabled, value=value, options=self.options(selected), errors=self.errors,
            attributes=self.attributes(bool(description), value),
            prefix=component.text("prefixAdorner").show(self.scope),
            suffix=component.text("suffixAdorner").show(self.scope), properties=dict(component.properties))

    def needed(self) -> bool:
        """Whether the person has to enter something."""
        return self.component.rules.required and not (self.slot.readonly or self.slot.disabled)

    def texts(self) -> str | list[str]:
        """What the control shows: the entry itself when there is one, else the value."""
        slot, many = self.slot, isinstance(self.slot.value, list)
        if not self.first_time and not (slot.readonly or slot.disabled):
            entered = slot.entered if slot.entered is not None else []
            entries = [entered] if isinstance(entered, str) else list(entered)
            if self.component.type == "checkbox":
                return "on" if slot.value is True else ""
            return entries if many else (entries[0] if entries else "")
        if self.component.type == "checkbox":
            return "on" if slot.value is True else ""
        zone = self.scope.now.tzinfo
        return shown(self.component, slot.value, zone) if zone else ""

    def options(self, selected: list[str]) -> tuple[ShownOption, ...]:
        """The options of a choice; a select that takes one value starts with an empty option."""
        mark = "selected" if self.component.type == "select" else "checked"
        found = [] if self.component.type != "select" else [("", "")]
        found += [(option_text(option.value), option.label) for option in self.slot.options]
        return tuple(self.option(number, text, label, text in selected, mark)
                     for number, (text, label) in enumerate(found))

    def option(self, number: int, text: str, label: str, on: bool, mark: str) -> ShownOption:
        attributes = {"value": text} | ({mark: ""} if on else {})
        if mark == "checked":
            attributes |= {"id": f"{self.id}-{number}", "name": self.slot.name,
                           "type": _TYPES[self.component.type]}
            if self.slot.readonly or self.slot.disabled:
                attributes["disabled"] = ""
        return ShownOption(text, label, on, attributes)

    def attributes(self, described: bool, value: str) -> dict[str, str]:
        """Attributes of the control, or of the group around the options."""
        slot, component = self.slot, self.component
        found = {"id": self.id}
        if component.type not in ("radio", "checklist", "taglist"):
            found["name"] = slot.name
            found |= self.typed(value)
            if self.needed():
                found["required"] = ""
        if slot.disabled or (slot.readonly and component.type in ("checkbox", "select", "filepicker")):
            found["disabled"] = ""
        elif slot.readonly and "name" in found:
            found["readonly"] = ""
        notes = [f"{self.id}-description"] * described + [f"{self.id}-errors"] * bool(self.errors)
        if notes:
            found["aria-describedby"] = " ".join(notes)
        if self.errors:
            found["aria-invalid"] = "true"
        return found

    def typed(self, value: str) -> dict[str, str]:
        """What depends on the type of the control."""
        component, kind = self.component, self.component.type
        found: dict[str, str] = {}
        if kind == "datetime":
            found["type"] = _DATES[component.settings["subtype"]]
            found |= self.times()
        elif kind in _TYPES:
            found["type"] = _TYPES[kind]
        if kind in ("textfield", "textarea"):
            found["maxlength"] = str(longest(component, self.scope))
            found |= self.text_hints()
        if kind == "number":
            whole = component.settings["digits"] == 0
            least = limit(component.rules.min, self.scope)
            found["inputmode"] = "text" if least is None or least < 0 else "numeric" if whole else "decimal"
        if kind == "filepicker":
            found |= {"accept": component.settings["accept"]} if component.settings["accept"] else {}
            found |= {"multiple": ""} if multiple(component, self.scope) else {}
        if kind == "checkbox":
            found["value"] = "on"
            found |= {"checked": ""} if value else {}
        elif kind in ("textfield", "number", "datetime"):
            found["value"] = value
        return found

    def text_hints(self) -> dict[str, str]:
        """Keyboard and autofill hints of a text field."""
        component, found = self.component, dict[str, str]()
        kind = {"email": "email", "phone": "tel"}.get(component.rules.validation_type or "")
        if kind and component.type == "textfield":
            found["type"] = kind
        hint = component.properties.get("autocomplete")
        if isinstance(hint, str) and _AUTOCOMPLETE.fullmatch(hint):
            found["autocomplete"] = hint
        return found

    def times(self) -> dict[str, str]:
        """Step and earliest day of a date or time control."""
        settings, now = self.component.settings, self.scope.now
        found = {} if settings["subtype"] == "date" else {"step": str(60 * settings["interval"])}
        if settings["not_past"] and settings["subtype"] != "time":
            day = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
            found["min"] = day.date().isoformat() + ("T00:00" if settings["subtype"] == "datetime" else "")
        return found
