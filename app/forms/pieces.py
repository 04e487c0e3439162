"""Reading the parts of one component: texts, expressions, rules, options. Which component it is does not matter."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app import feel
from app.forms import vocabulary as words
from app.forms.model import Choice, OptionPlan, Rules, Switch, Template, Text
from app.forms.patterns import PatternError, compile_pattern
from app.forms.source import Block
from app.kernel.errors import Problem, msg

TEXT_KEYS: dict[str, tuple[str, ...]] = {
    "text": ("text",), "html": ("content",), "image": ("alt",), "datetime": ("dateLabel", "timeLabel"),
}
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Pieces:
    """The component being read (`block`, `element`) and the problems so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.block = Block(1)
        self.element: str | None = None

    def add(self, code: str, message: str, at: str | None = None, *, line: int | None = None, **params: Any) -> None:
        """Note a problem at a key of the component, or at a line."""
        where = line if line is not None else self.block.line_of(at or "")
        self.problems.append(Problem(code, message, params, file=self.file, line=where, element=self.element))

    def expression(self, text: Any, at: str, line: int | None = None) -> feel.Expression | None:
        """A compiled FEEL expression from a text without its `=`; None and a problem if it is none."""
        if not isinstance(text, str) or not text.strip():
            self.add("expression", msg("%(key)s must be a FEEL expression that starts with =."), at, line=line, key=at)
            return None
        try:
            return feel.compile_expression(text, functions=())
        except feel.FeelSyntaxError as error:
            place = line if line is not None else self.block.line_of(at)
            self.add("feel", msg("The expression of %(key)s does not parse: %(reason)s"), at,
                     line=place, key=at, reason=str(error))
            return None

    def formula(self, value: Any, at: str, line: int | None = None) -> feel.Expression | None:
        """As `expression`, from a text that must start with `=`."""
        good = isinstance(value, str) and value.lstrip().startswith("=")
        return self.expression(value.lstrip()[1:] if good else None, at, line)

    def template(self, text: Any, at: str, line: int | None = None) -> Template:
        """Plain text, `= expression`, or text with `{{expression}}`."""
        if not isinstance(text, str):
            self.add("text", msg("%(key)s must be a text."), at, line=line, key=at)
            return Template()
        if text.startswith("="):
            whole = self.expression(text[1:], at, line)
            return Template((whole,) if whole else (), computed=True)
        parts: list[str | feel.Expression] = []
        for number, piece in enumerate(_PLACE.split(text)):
            if number % 2 == 0:
                parts.append(piece)
            elif piece.lstrip()[:1] in ("#", "/"):
                self.add("template_block", msg("%(key)s uses {{#if}} or {{#loop}}; use conditions and lists instead."),
                         at, line=line, key=at)
            else:
                inner = self.expression(piece.strip().removeprefix("="), at, line)
                parts += [inner] if inner else []
        return Template(tuple(part for part in parts if part != ""))

    def text(self, value: Any, others: dict[str, Any], at: str, line: int | None = None) -> Text:
        """A text with its other languages, of which English must be there."""
        base = self.template(value, at, line)
        if "en" not in others and _speaks(value, base):
            self.add("missing_english", msg("%(key)s has no English text (%(en)s)."), at, line=line,
                     key=at, en=f"{at}_en")
        return Text(base, {code: self.template(text, f"{at}_{code}", line) for code, text in others.items()})

    def texts(self, kind: str) -> dict[str, Text]:
        """All texts of the component, by their form-js names."""
        properties, found = self.properties(), {}
        names = ("label", "description", *TEXT_KEYS.get(kind, ()))
        for name in names:
            if self.block.get(name) and name in words.KEYS[kind]:
                others = {"en": properties[f"{name}_en"]} if properties.get(f"{name}_en") else {}
                found[name] = self.text(self.block[name], others, name)
        if kind in words.INPUTS and "label" not in found:
            self.add("missing_label", msg("A field needs a label."), "label")
        return found | self.adorners(properties)

    def adorners(self, properties: dict[str, Any]) -> dict[str, Text]:
        """What stands before and after the input, such as a unit."""
        found = {}
        for name, value in self.child("appearance", {"prefixAdorner", "suffixAdorner"}).items():
            others = {"en": properties[f"{name}_en"]} if properties.get(f"{name}_en") else {}
            found[name] = self.text(value, others, name, self.block.line_of("appearance"))
        return found

    def child(self, name: str, known: set[str] | frozenset[str]) -> Block:
        """A nested object of the component with known keys only; empty when it is not there."""
        value = self.block.get(name)
        if value is None:
            return Block(self.block.line)
        if not isinstance(value, Block):
            self.add("object", msg("%(key)s must be an object."), name, key=name)
            return Block(self.block.line)
        for key in value.keys() - known:
            self.add("unknown_" + name, msg("%(block)s has no key %(key)s here."), line=value.line_of(key),
                     block=name, key=key)
        return value

    def properties(self) -> dict[str, Any]:
        """The free properties of the component; texts, numbers and flags."""
        value = self.block.get("properties")
        if value is not None and not isinstance(value, Block):
            self.add("object", msg("%(key)s must be an object."), "properties", key="properties")
        return dict(value) if isinstance(value, Block) else {}

    def hide(self) -> feel.Expression | None:
        """The condition that hides the component."""
        value = self.child("conditional", {"hide"}).get("hide")
        return None if value in (None, "") else self.formula(value, "conditional")

    def switch(self, name: str) -> Switch:
        """`readonly` or `disabled`: a flag or a FEEL expression."""
        value = self.block.get(name, False)
        return value if isinstance(value, bool) else self.formula(value, name) or False

    def layout(self) -> tuple[str | None, int | None]:
        """Row id and width in sixteenths."""
        layout = self.child("layout", {"row", "columns"})
        row, columns = layout.get("row"), layout.get("columns")
        if columns is not None and (type(columns) is not int or not 1 <= columns <= 16):
            self.add("layout", msg("A width is a number of columns from 1 to 16."), "layout")
            columns = None
        return (row if isinstance(row, str) else None), columns

    def rules(self, kind: str) -> Rules:
        """The `validate` block."""
        block = self.child("validate", words.VALIDATE_KEYS.get(kind, frozenset()))
        required, wanted = block.get("required", False), block.get("validationType")
        if not isinstance(required, bool):
            self.add("validate", msg("required must be true or false."), line=block.line_of("required"))
        if wanted not in words.VALIDATION_TYPES:
            self.add("unknown_validation", msg("The validation %(type)s is unknown."),
                     line=block.line_of("validationType"), type=wanted)
        bounds = {name: self.bound(block, key) for name, key in (
            ("min_length", "minLength"), ("max_length", "maxLength"), ("min", "min"), ("max", "max"))}
        return Rules(required=required is True, pattern=self.pattern(block), pattern_message=self.complaint(block),
                     validation_type=wanted if wanted in ("email", "phone") else None, **bounds)

    def bound(self, block: Block, key: str) -> Decimal | feel.Expression | None:
        """A limit: a number, a number as text, or a FEEL expression."""
        value = block.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.startswith("="):
            return self.expression(value[1:], key, block.line_of(key))
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", text, re.ASCII):
            self.add("validate", msg("%(key)s must be a number or a FEEL expression."),
                     line=block.line_of(key), key=key)
            return None
        return Decimal(text)

    def pattern(self, block: Block) -> str | None:
        """A regular expression that re2 takes."""
        pattern = block.get("pattern")
        if pattern in (None, ""):
            return None
        try:
            compile_pattern(str(pattern))
        except PatternError as error:
            self.add("pattern", msg("The pattern is not taken: %(reason)s"), line=block.line_of("pattern"),
                     reason=str(error))
            return None
        return str(pattern)

    def complaint(self, block: Block) -> Text | None:
        """The author's own message for a pattern that is not met."""
        value, english = block.get("patternErrorMessage"), self.properties().get("patternErrorMessage_en")
        if not value:
            return None
        return self.text(value, {"en": english} if english else {}, "patternErrorMessage",
                         block.line_of("patternErrorMessage"))

    def options(self, kind: str) -> OptionPlan:
        """Where the options come from: exactly one of values, valuesKey, valuesExpression."""
        if kind not in words.CHOICES:
            return OptionPlan()
        given = [key for key in ("values", "valuesKey", "valuesExpression") if self.block.get(key)]
        if len(given) != 1:
            self.add("options", msg("A choice needs exactly one of values, valuesKey and valuesExpression."), "values")
            return OptionPlan()
        value = self.block[given[0]]
        if given[0] == "valuesExpression":
            return OptionPlan(expression=self.formula(value, "valuesExpression"))
        if given[0] == "valuesKey":
            if not isinstance(value, str) or not re.fullmatch(r"\w{1,100}", value):
                self.add("options", msg("valuesKey must be a name."), "valuesKey")
            return OptionPlan(source=str(value))
        return OptionPlan(self.choices(value))

    def choices(self, values: Any) -> tuple[Choice, ...]:
        """The options written in the file; their values are texts, numbers or flags, each once."""
        found: list[Choice] = []
        for item in values if isinstance(values, list) else [None]:
            line = item.line if isinstance(item, Block) else self.block.line_of("values")
            if not isinstance(item, Block) or not isinstance(item.get("value"), str | int | Decimal):
                self.add("options", msg("An option is an object with a value and a label."), line=line)
                continue
            for key in item.keys() - {"value", "label", "label_en"}:
                self.add("options", msg("An option has no key %(key)s."), line=item.line_of(key), key=key)
            if any(str(item["value"]) == str(other.value) for other in found):
                self.add("options", msg("The option %(value)s stands twice."), line=line, value=item["value"])
            others = {"en": item["label_en"]} if item.get("label_en") else {}
            label = self.text(item.get("label") or str(item["value"]), others, "label", line)
            found.append(Choice(item["value"], label))
        return tuple(found)


def _speaks(value: Any, template: Template) -> bool:
    """Whether a text holds words of a language: literal letters, or letters quoted in an expression."""
    if template.computed:
        uses_locale = any(not isinstance(part, str) and "locale" in part.names for part in template.parts)
        pieces = [] if uses_locale else _QUOTED.findall(str(value))
    else:
        pieces = [part for part in template.parts if isinstance(part, str)]
    return any(character.isalpha() for piece in pieces for character in piece)
