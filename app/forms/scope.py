"""What a form's expressions see, and their evaluation. The language itself is the room `feel`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app import feel
from app.kernel.errors import Invalid, msg


@dataclass(frozen=True)
class Scope:
    """Names in sight at one place of a form, at one moment. `now` is aware; its zone is the office's."""

    form_id: str
    names: Mapping[str, Any]
    now: datetime
    locale: str = "zh"

    def inside(self, more: Mapping[str, Any]) -> Scope:
        """A scope in which `more` hides outer names."""
        return replace(self, names={**self.names, **more})

    def evaluate(self, expression: feel.Expression) -> Any:
        """The FEEL value; null when a name is missing. Raises Invalid when a budget is exceeded."""
        try:
            return expression.evaluate(self.names, now=self.now).value
        except feel.FeelError as error:
            raise Invalid(msg("An expression of the form %(form)s cannot be worked out: %(reason)s"),
                          form=self.form_id, reason=str(error)) from error


def plain(value: Any) -> Any:
    """A value of FEEL, of Python or of both mixed -> a JSON document; whole decimals become int."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, int) else feel.to_json(value)


def as_text(value: Any) -> str:
    """A FEEL or JSON value as a person reads it; null is empty, lists are joined."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return "、".join(as_text(item) for item in value)
    if isinstance(value, dict):
        return "、".join(f"{key}: {as_text(item)}" for key, item in value.items())
    return str(value)
