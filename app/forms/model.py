"""A compiled form: components with their texts, rules and options. Reading, filling and showing are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app import feel
from app.forms.scope import Scope, as_text

if TYPE_CHECKING:
    from app.forms.shown import RenderModel


@dataclass(frozen=True)
class Template:
    """A text with FEEL inside: `= expression` as a whole (`computed`), or plain text with `{{expression}}`."""

    parts: tuple[str | feel.Expression, ...] = ()
    computed: bool = False

    def text(self, scope: Scope) -> str:
        """The text with every expression worked out."""
        return "".join(p if isinstance(p, str) else as_text(scope.evaluate(p)) for p in self.parts)


@dataclass(frozen=True)
class Text:
    """One text in the base language (zh) and others, by language code."""

    base: Template
    others: Mapping[str, Template] = field(default_factory=dict)

    def template(self, locale: str) -> Template:
        """The template for a locale such as `en` or `zh_Hans_CN`."""
        return self.others.get(locale.replace("-", "_").split("_")[0].lower(), self.base)

    def show(self, scope: Scope) -> str:
        """The text in the scope's locale."""
        return self.template(scope.locale).text(scope)


EMPTY = Text(Template())
Switch = bool | feel.Expression
Bound = Decimal | feel.Expression | None


def is_on(switch: Switch, scope: Scope) -> bool:
    """A flag that is fixed or computed; only true is true."""
    return switch if isinstance(switch, bool) else scope.evaluate(switch) is True


@dataclass(frozen=True)
class Rules:
    """The `validate` block. Bounds may be expressions; `pattern` is re2."""

    required: bool = False
    min_length: Bound = None
    max_length: Bound = None
    min: Bound = None
    max: Bound = None
    pattern: str | None = None
    pattern_message: Text | None = None
    validation_type: str | None = None


@dataclass(frozen=True)
class Choice:
    """One option written in the form."""

    value: Any
    label: Text


@dataclass(frozen=True)
class OptionPlan:
    """Where the options of a choice come from: the file, a named source or variable, or an expression."""

    choices: tuple[Choice, ...] = ()
    source: str | None = None
    expression: feel.Expression | None = None


@dataclass(frozen=True)
class Component:
    """One component of the file. `path` leads from the enclosing data object to its value (or its children's)."""

    type: str
    id: str
    line: int
    path: tuple[str, ...] = ()
    texts: Mapping[str, Text] = field(default_factory=dict)
    hide: feel.Expression | None = None
    readonly: Switch = False
    disabled: Switch = False
    rules: Rules = Rules()
    options: OptionPlan = OptionPlan()
    default: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Component, ...] = ()
    row: str | None = None
    columns: int | None = None

    def walk(self) -> Iterator[Component]:
        """This component and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def text(self, name: str) -> Text:
        """A text by its form-js name; empty when the file has none."""
        return self.texts.get(name, EMPTY)


@dataclass(frozen=True)
class Form:
    """A compiled form file. `id` names it; `hash` is the SHA-256 of the file, in hex."""

    id: str
    file: str
    hash: str
    components: tuple[Component, ...]

    def walk(self) -> Iterator[Component]:
        """All components, depth first, in the order of the file."""
        for component in self.components:
            yield from component.walk()

    def render(self, values: Mapping[str, Any], errors: Mapping[str, Any] | None = None, **how: Any) -> RenderModel:
        """What the page shows; see `app.forms.render` for `locale`, `now`, `options_sources` and `raw`."""
        from app.forms.rendering import render

        return render(self, values, errors, **how)
