"""What a decision keeps of the variables it was made with, so that another version of its table can be asked the same.

Kept whole is what the deciding version reads itself; its trace tells of it already. A later version may ask for more:
so the codes, numbers and flags that the process knew besides are kept too, and no words of a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from app.cases.patterns import CODE, PHONES

GIVEN, LEFT_OUT = "given", "left_out"
MOST_PARTS = 20


def kept(variables: Mapping[str, Any], read: Collection[str]) -> dict[str, Any]:
    """{given: {name: value}, left_out: [name]}. `read`: names that are kept whatever they hold.

    Left out are other variables with words, or with more than MOST_PARTS values. A name in neither had no value.
    """
    left = sorted(name for name, value in variables.items() if name not in read and _parts(value) > MOST_PARTS)
    known = {name: value for name, value in variables.items() if value is not None and name not in left}
    return {GIVEN: known, LEFT_OUT: left}


def without(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace as people read it: what the decision did, not what else was known."""
    return {name: value for name, value in trace.items() if name not in (GIVEN, LEFT_OUT)}


def _parts(value: Any) -> int:
    """How many codes, numbers and flags a value holds; more than may be where it holds anything else."""
    if value is None or isinstance(value, bool | int | Decimal):
        return 1
    if isinstance(value, str):
        return 1 if not value or (CODE.fullmatch(value) and not PHONES.search(value)) else MOST_PARTS + 1
    if isinstance(value, Mapping):
        return 1 + sum(map(_parts, value.values()))
    return 1 + sum(map(_parts, value)) if isinstance(value, list | tuple) else MOST_PARTS + 1
