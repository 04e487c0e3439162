"""Where simulated residents read the codes sent to their phones: no message leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.auth import deliver_codes_with
from app.kernel.unit_of_work import UnitOfWork


@contextmanager
def codes_to_memory() -> Iterator[dict[str, str]]:
    """Phone -> code, for codes requested inside the block."""
    received: dict[str, str] = {}

    def carry(_uow: UnitOfWork, phone: str, code: str, _locale: str) -> None:
        received[phone] = code

    before = deliver_codes_with(carry)
    try:
        yield received
    finally:
        deliver_codes_with(before)
