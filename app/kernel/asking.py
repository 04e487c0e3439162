"""What a page is asked for, as a frozen dataclass of texts: read from a query string, told apart from what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
LONGEST = 100


def parsed(kind: type[T], choices: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> T:
    """From a query string; unknown fields, and values that are not among their `choices`, count as not given."""
    found = {}
    for one in fields(kind):
        value = str(given.get(one.name, "")).strip()[:LONGEST]
        if value and value in choices.get(one.name, (value,)):
            found[one.name] = value
    return kind(**found)
