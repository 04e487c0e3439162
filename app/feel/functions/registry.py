"""How built-in functions are declared: a signature as text, a Python function; arguments are checked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.feel.budget import Meter
from app.feel.errors import Failure
from app.feel.types import FeelType, coerce
from app.feel.values import FunctionValue, type_name

BUILT_IN: dict[str, BuiltIn] = {}
Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name?` may be left out, `name...` takes all that follow; a type ending in `?` takes null."""

    name: str
    types: tuple[FeelType, ...]
    optional: bool
    many: bool
    nullable: bool

    def accept(self, value: Any, meter: Meter) -> Any:
        """The value brought to the type; a Failure if it does not fit."""
        if value is None:
            if self.nullable:
                return None
            raise Failure(f"{self.name} is null")
        for kind in self.types:
            if kind.holds(value, meter):
                return value
        for kind in self.types:
            fits, converted = coerce(value, kind, meter)
            if fits:
                return converted
        raise Failure(f"{self.name} is a {type_name(value)}, not a {' or a '.join(map(str, self.types))}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    implementation: Implementation

    def by_position(self, arguments: Sequence[Any], meter: Meter) -> list[Any]:
        """Checked arguments; a Failure if they do not fit."""
        if self.parameters and self.parameters[-1].many:
            fixed = self.parameters[:-1]
            if len(arguments) <= len(fixed):
                raise Failure("arguments are missing")
            values = [parameter.accept(value, meter) for parameter, value in zip(fixed, arguments, strict=False)]
            return [*values, [self.parameters[-1].accept(value, meter) for value in arguments[len(fixed):]]]
        needed = sum(not parameter.optional for parameter in self.parameters)
        if not needed <= len(arguments) <= len(self.parameters):
            raise Failure(f"{len(arguments)} arguments do not fit")
        given = [parameter.accept(value, meter) for parameter, value in zip(self.parameters, arguments, strict=False)]
        return given + [None] * (len(self.parameters) - len(given))

    def by_name(self, arguments: Mapping[str, Any], meter: Meter) -> list[Any]:
        """Checked arguments; a Failure if they do not fit."""
        if not set(arguments) <= {parameter.name for parameter in self.parameters}:
            raise Failure("the names of the arguments do not fit")
        values = []
        for parameter in self.parameters:
            if parameter.name in arguments:
                given = parameter.accept(arguments[parameter.name], meter)
                values.append([given] if parameter.many else given)
            elif not parameter.optional:
                raise Failure(f"{parameter.name} is missing")
            else:
                values.append(None)
        return values


class BuiltIn(FunctionValue):
    """A function of the language with one or more signatures, tried in the order of their declaration."""

    __slots__ = ("name", "parameter_types", "parameters", "result_type", "signatures")

    def __init__(self, name: str) -> None:
        self.name, self.signatures = name, list[Signature]()
        self.parameters: Sequence[str] = ()
        self.parameter_types: Sequence[FeelType | None] = ()
        self.result_type = None

    def add(self, signature: Signature) -> None:
        """One more way to call it; the first one is its type."""
        if not self.signatures:
            self.parameters = [parameter.name for parameter in signature.parameters]
            self.parameter_types = [p.types[0] if len(p.types) == 1 else None for p in signature.parameters]
        self.signatures.append(signature)

    def call(self, run: Any, arguments: Sequence[Any]) -> Any:
        """Apply the first signature that fits."""
        return self._apply(run, lambda signature: signature.by_position(arguments, run.meter))

    def call_named(self, run: Any, arguments: Mapping[str, Any]) -> Any:
        """Apply the first signature whose names fit."""
        return self._apply(run, lambda signature: signature.by_name(arguments, run.meter))

    def _apply(self, run: Any, bind: Callable[[Signature], list[Any]]) -> Any:
        reason: Failure | None = None
        for signature in self.signatures:
            try:
                values = bind(signature)
            except Failure as failure:
                reason = reason or failure
                continue
            try:
                result = signature.implementation(run, *values)
            except Failure as failure:
                raise Failure(f"{self.name}: {failure}") from None
            run.meter.made(result)
            return result
        raise Failure(f"{self.name}: {reason}")


def built_in(*signatures: str) -> Callable[[Implementation], Implementation]:
    """Register `function(run, *arguments)` under signatures such as `substring(string: string, length?: number)`.

    Types are separated by `|`. The implementation answers a value of the language or raises a Failure.
    """

    def register(implementation: Implementation) -> Implementation:
        for text in signatures:
            name, _, rest = text.removesuffix(")").partition("(")
            parameters = tuple(_parameter(part) for part in rest.split(",") if part.strip())
            BUILT_IN.setdefault(name, BuiltIn(name)).add(Signature(parameters, implementation))
        return implementation

    return register


def _parameter(text: str) -> Parameter:
    name, _, types = (part.strip() for part in text.partition(":"))
    nullable = types.endswith("?") or types == "Any"
    kinds = tuple(_type(part.strip()) for part in types.removesuffix("?").split("|"))
    return Parameter(name.rstrip("?."), kinds, name.endswith("?"), name.endswith("..."), nullable)


def _type(text: str) -> FeelType:
    if text.startswith("list<"):
        return FeelType("list", FeelType(text[5:-1]))
    return FeelType(text)
