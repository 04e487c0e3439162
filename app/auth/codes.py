"""One-time codes to phones. Who carries them is told by `deliver_with`: auth knows no channel."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from app.auth import passwords
from app.auth.events import CodeRequested
from app.auth.model import PhoneCode
from app.kernel.errors import msg
from app.kernel.unit_of_work import UnitOfWork

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
WAIT = msg("Too many wrong codes. For your safety please wait %(minutes)s min, then have a new code sent.")
Carrier = Callable[[UnitOfWork, str, str, str], None]
"""(unit of work, phone, code, locale): puts the message into the outbox of the same transaction."""

_carrier: list[Carrier] = []


def deliver_with(carrier: Carrier | None) -> Carrier | None:
    """Name who carries codes; the last one named does. The one before, so that it can be put back."""
    before = _carrier[0] if _carrier else None
    _carrier[:] = [carrier] if carrier else []
    return before


def request(uow: UnitOfWork, phone: str, purpose: str, locale: str) -> None:
    """Make a code, void the phone's earlier ones, hand it to the carrier."""
    uow.session.execute(update(PhoneCode).where(
        PhoneCode.phone == phone, PhoneCode.purpose == purpose, PhoneCode.used_at.is_(None)
    ).values(used_at=uow.now))
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = PhoneCode(tenant_id=uow.tenant_id, phone=phone, purpose=purpose, code_hash=passwords.hash_secret(code),
                    created_at=uow.now, expires_at=uow.now + LIFETIME)
    uow.session.add(row)
    uow.session.flush()
    for carrier in _carrier:
        carrier(uow, phone, code, locale)
    uow.record(CodeRequested(code_id=row.id, purpose=purpose))


def confirm(uow: UnitOfWork, phone: str, purpose: str, code: str) -> bool:
    """Whether the code fits; a fitting one is used up, a wrong one counts as a try."""
    row = uow.session.scalars(
        select(PhoneCode).where(PhoneCode.phone == phone, PhoneCode.purpose == purpose,
                                PhoneCode.used_at.is_(None), PhoneCode.expires_at > uow.now)
        .order_by(PhoneCode.created_at.desc()).limit(1).with_for_update()).one_or_none()
    if row is None or row.attempts >= MAX_TRIES:
        return False
    row.attempts += 1
    if not passwords.matches(row.code_hash, code.strip()):
        return False
    row.used_at = uow.now
    return True
