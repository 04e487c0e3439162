"""What a diagram says is promised (`commitment.give`), read with care: a table or a diagram may be an analyst's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.deadlines import Budget
from app.kernel.errors import Invalid, msg

CODE, WORDS = 40, 2_000
WRONG = msg("A commitment needs a limit and the terms of the table of commitments.")


@dataclass(frozen=True)
class Terms:
    """A promise before it is given. `before`: the limits of the steps that come first."""

    service: str | None
    module: str | None
    urgency: str | None
    round: int
    limit: Budget
    before: tuple[Budget, ...]
    apology: bool
    explanation: str
    remedy: str
    remedy_zh: str
    remedy_en: str
    publish: bool
    standard_zh: str
    standard_en: str


def read(value: Any) -> Terms:
    """Raises Invalid where limit or terms are missing."""
    if not isinstance(value, Mapping):
        raise Invalid(WRONG)
    terms, round_, before, limit = (value.get(name) for name in ("terms", "round", "before", "limit"))
    if not isinstance(terms, Mapping) or not isinstance(limit, Mapping):
        raise Invalid(WRONG)
    return Terms(
        _code(value.get("service")), _code(value.get("module")), _code(value.get("urgency")),
        int(round_) if isinstance(round_, int | Decimal) else 0, Budget.parse(limit),
        tuple(Budget.parse(one) for one in before) if isinstance(before, list | tuple) else (),
        terms.get("apology") is True, _code(terms.get("explanation")) or "none", _code(terms.get("remedy")) or "none",
        _words(terms.get("remedy_zh")), _words(terms.get("remedy_en")), terms.get("publish") is True,
        _words(terms.get("standard_zh")), _words(terms.get("standard_en")))


def _code(value: Any) -> str | None:
    return value[:CODE] if isinstance(value, str) and value else None


def _words(value: Any) -> str:
    return value[:WORDS] if isinstance(value, str) else ""
