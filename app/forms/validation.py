"""What a person sent -> typed data, or the messages to show. The server's word; browsers only help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.forms.checks import check
from app.forms.filling import Filling, Raw
from app.forms.model import Form
from app.forms.options import OptionSource
from app.forms.scope import Scope, as_text, plain
from app.kernel.errors import FieldErrors, Invalid, msg


@dataclass(frozen=True)
class Validated:
    """The outcome. `data` is a JSON document and complete only when `errors` is empty.

    `errors`: input name (`key`, `group.key`, `list[0].key`) -> messages. `raw`: what was entered, with the rows
    of lists numbered from 0, to show the form again.
    """

    data: dict[str, Any]
    errors: FieldErrors = field(default_factory=dict)
    raw: dict[str, str | list[str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.errors


def validate(form: Form, raw: Raw, *, variables: Mapping[str, Any] | None = None, locale: str = "zh",
             now: datetime, options_sources: OptionSource | None = None) -> Validated:
    """Read and check what was sent for `form`.

    `now` is aware, in the office's zone: times are entered in that zone. Hidden and disabled fields are dropped;
    read-only ones keep the value of `variables`. Raises Invalid for names the form does not have.
    """
    filling = Filling(form, variables or {}, raw, Scope(form.id, {}, now, locale), options_sources)
    if unknown := filling.unknown():
        raise Invalid(msg("This form has no field %(names)s."), names=", ".join(name[:60] for name in unknown[:5]))
    errors: FieldErrors = {}
    for slot, scope in filling.scopes():
        if found := check(slot, scope):
            errors[slot.name] = found
    return Validated(_json(filling), errors, entered(filling))


def entered(filling: Filling) -> dict[str, str | list[str]]:
    """The entries by input name, rows renumbered; the marker of each row comes with it."""
    found: dict[str, str | list[str]] = {}
    for slot in filling.visible():
        if slot.entered is not None:
            found[slot.name] = slot.entered if isinstance(slot.entered, str) else list(slot.entered)
        for number in range(len(slot.items)):
            found[f"{slot.name}[{number}]"] = ""
    return found


def _json(filling: Filling) -> dict[str, Any]:
    """The submitted values; numbers asked for as text become text."""
    for slot in filling.visible():
        if slot.component.settings.get("as_text") and slot.typed is not None:
            slot.typed = slot.known = as_text(slot.value)
    data = plain(filling.data(submitted=True))
    return data if isinstance(data, dict) else {}
