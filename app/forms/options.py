"""The options a choice offers at this moment: from the file, from a named source, or from an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.forms.model import OptionPlan
from app.forms.scope import Scope, as_text, plain
from app.forms.values import Option
from app.forms.vocabulary import MAX_OPTIONS

OptionSource = Callable[[str], Sequence[Option] | None]
"""Name of a `valuesKey` -> its options in the reader's language, or None when there is no such source."""


class Options:
    """Answers for one filling; each named source is asked once."""

    def __init__(self, source: OptionSource | None, variables: Mapping[str, Any]) -> None:
        self._source, self._variables = source, variables
        self._asked: dict[str, list[Option]] = {}

    def of(self, plan: OptionPlan, scope: Scope) -> list[Option]:
        """The options of one choice, at most 2,000."""
        if plan.source is not None:
            if plan.source not in self._asked:
                self._asked[plan.source] = self._named(plan.source)
            return self._asked[plan.source]
        if plan.expression is not None:
            return _normal(plain(scope.evaluate(plan.expression)))
        return [Option(choice.value, choice.label.show(scope)) for choice in plan.choices]

    def _named(self, name: str) -> list[Option]:
        """A host's source wins; else the variable of that name, as form-js has it."""
        found = self._source(name) if self._source else None
        if found is not None:
            return list(found)[:MAX_OPTIONS]
        return _normal(self._variables.get(name))


def _normal(values: Any) -> list[Option]:
    """Texts, numbers, flags, or objects with value and label; anything else is left out, as form-js does."""
    options: list[Option] = []
    items: Iterable[Any] = values if isinstance(values, list | tuple) else ()
    for item in items:
        value = item.get("value") if isinstance(item, Mapping) else item
        label = item.get("label") if isinstance(item, Mapping) else None
        if isinstance(value, str | int | Decimal) and len(options) < MAX_OPTIONS:
            options.append(Option(value, label if isinstance(label, str) and label else as_text(value)))
    return options
