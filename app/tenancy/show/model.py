"""The table of the demo's progress."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class DemoFilling(TenantScoped, Base):
    """One row for each demo office that gets a year of requests; `id` is the tenant's, so there is never a second.

    The year follows from `seed`, `wanted` and `last_day`; `parts_done` of its parts are in the office.
    """

    __tablename__ = "demo_filling"

    seed: Mapped[int] = mapped_column(Integer)
    wanted: Mapped[int] = mapped_column(Integer)
    last_day: Mapped[date] = mapped_column(Date)
    parts: Mapped[int] = mapped_column(Integer)
    parts_done: Mapped[int] = mapped_column(Integer, default=0)
    cases: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
