"""Numbers that people see, counted per office: of cases and of internal matters."""

from __future__ import annotations

import hashlib
from functools import cache
from uuid import UUID

from sqlalchemy import Insert

from app.kernel import direct
from app.kernel.fixed import fixed
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_into
from app.tenancy.model import TenantCounter
from app.tenancy.zones import local_now


def next_value(uow: UnitOfWork, name: str) -> int:
    """Count `name` up by one, from 1; the row stays locked until the commit, so numbers have no gaps."""
    row_id = UUID(hex=hashlib.sha256(f"{uow.tenant_id}|{name}".encode()).hexdigest()[:32])
    given = {"tenant_id": uow.tenant_id, "id": row_id, "name": name, "value": 1}
    return int(direct.rows(uow.session, _count(uow.session.get_bind().dialect.name), given)[0].value)


@cache
def _count(dialect: str) -> Insert:
    """Makes the counter, or counts it up."""
    made = insert_into(dialect, TenantCounter)
    return fixed(made.on_conflict_do_update(index_elements=["tenant_id", "id"],
                                            set_={"value": TenantCounter.value + 1}).returning(TenantCounter.value))


def next_case_number(uow: UnitOfWork) -> str:
    """`20261123-0007`: the office's own date, then the day's count."""
    day = local_now(uow).strftime("%Y%m%d")
    return f"{day}-{next_value(uow, f'case:{day}'):04d}"


def next_matter_number(uow: UnitOfWork, letters: str) -> str:
    """`DB-2026-0001`: letters of what it is, the office's year, the year's count."""
    kind = f"{letters}-{local_now(uow):%Y}"
    return f"{kind}-{next_value(uow, f'case:{kind}'):04d}"
