"""Types of the language: their names, what belongs to them, and the conversions the standard makes silently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.feel.budget import Meter
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration, Zone
from app.feel.values import FunctionValue, Range

SIMPLE: Mapping[str, tuple[type, ...]] = {
    "number": (Decimal,), "string": (str,), "boolean": (bool,), "date": (FeelDate,), "time": (FeelTime,),
    "date and time": (FeelDateTime,), "days and time duration": (DaysTimeDuration,),
    "years and months duration": (YearsMonthsDuration,), "duration": (DaysTimeDuration, YearsMonthsDuration),
}
NAMES = frozenset({*SIMPLE, "Any", "Null", "list", "context", "range", "function"})


@dataclass(frozen=True, slots=True)
class FeelType:
    """`name` is one of NAMES; `items` types a list, range or function result; `members` a context.

    `allowed` is an extra test of a value, as item definitions have.
    """

    name: str
    items: FeelType | None = None
    members: tuple[tuple[str, FeelType], ...] = ()
    parameters: tuple[FeelType, ...] | None = None
    allowed: Callable[[Any], bool] | None = field(default=None, compare=False)
    plain: type | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """`plain`: the one Python type whose values belong without a further look; `object` where all do."""
        simple = SIMPLE.get(self.name, ())
        plain = object if self.name == "Any" else simple[0] if len(simple) == 1 else None
        object.__setattr__(self, "plain", None if self.allowed is not None else plain)

    def holds(self, value: Any, meter: Meter) -> bool:
        """True when `value` belongs to the type. null belongs to every type but is an instance of few: see there."""
        if value is None:
            return True
        if self.allowed is not None and not self.allowed(value):
            return False
        if self.name in SIMPLE:
            return isinstance(value, SIMPLE[self.name])
        return _COMPOSITE[self.name](self, value, meter)

    def __str__(self) -> str:
        if self.name in ("list", "range") and self.items is not None:
            return f"{self.name}<{self.items}>"
        if self.members:
            return "context<" + ", ".join(f"{name}: {kind}" for name, kind in self.members) + ">"
        return self.name


ANY, NUMBER, STRING, BOOLEAN = FeelType("Any"), FeelType("number"), FeelType("string"), FeelType("boolean")


def _holds_list(kind: FeelType, value: Any, meter: Meter) -> bool:
    if not isinstance(value, list) or kind.items is None:
        return isinstance(value, list)
    meter.step(3 + len(value) // 10)
    return all(kind.items.holds(item, meter) for item in value)


def _holds_context(kind: FeelType, value: Any, meter: Meter) -> bool:
    meter.step()
    return isinstance(value, dict) and all(
        name in value and item.holds(value[name], meter) for name, item in kind.members)


def _holds_range(kind: FeelType, value: Any, meter: Meter) -> bool:
    if not isinstance(value, Range):
        return False
    return kind.items is None or (kind.items.holds(value.low, meter) and kind.items.holds(value.high, meter))


def _holds_function(kind: FeelType, value: Any, meter: Meter) -> bool:
    if not isinstance(value, FunctionValue):
        return False
    if kind.parameters is None:
        return True
    own = value.parameter_types
    if len(own) != len(kind.parameters) or (kind.items is not None and not conforms(value.result_type, kind.items)):
        return False
    return all(conforms(wanted, given) for wanted, given in zip(kind.parameters, own, strict=True))


_COMPOSITE: Mapping[str, Callable[[FeelType, Any, Meter], bool]] = {
    "Any": lambda kind, value, meter: True,
    "Null": lambda kind, value, meter: value is None,
    "list": _holds_list, "context": _holds_context, "range": _holds_range, "function": _holds_function,
}


def conforms(given: FeelType | None, wanted: FeelType | None) -> bool:
    """True when every value of the type `given` is one of `wanted`; a missing type is Any."""
    if wanted is None or wanted.name == "Any":
        return True
    if given is None or given.name == "Any":
        return False
    if given.name == "Null":
        return True
    if given.name != wanted.name:
        return wanted.name == "duration" and given.name.endswith("duration")
    if wanted.name in ("list", "range"):
        return conforms(given.items, wanted.items)
    own = dict(given.members)
    return all(name in own and conforms(own[name], kind) for name, kind in wanted.members)


def instance_of(value: Any, kind: FeelType, meter: Meter) -> bool:
    """The operator `instance of`: null is an instance of Null only."""
    return kind.name == "Null" if value is None else kind.holds(value, meter)


def coerce(value: Any, kind: FeelType, meter: Meter) -> tuple[bool, Any]:
    """(fits, value after the silent conversions): one item for a list of one, a list of one for an item,
    and midnight UTC for a date where a date and time is wanted. Whatever does not fit is (False, None)."""
    if kind.holds(value, meter):
        return True, value
    if kind.name == "date and time" and isinstance(value, FeelDate):
        return True, FeelDateTime(value, FeelTime(0, 0, 0, zone=Zone(offset=0)))
    if kind.name == "list" and not isinstance(value, list):
        fits, item = coerce(value, kind.items or ANY, meter)
        return (True, [item]) if fits else (False, None)
    if isinstance(value, list) and len(value) == 1 and kind.name != "list":
        return coerce(value[0], kind, meter)
    return False, None
