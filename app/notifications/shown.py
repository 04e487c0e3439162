"""Values as a person reads them: times of the office's zone, names instead of codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases import sources
from app.tenancy import zones

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
NAMED = {"unit": "units", "service": "services", "module": "modules", "place": "places"}

IN_BOTH = ("why", "in_return")


def shown(session: Session, params: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """`params` with ISO times as "2026-01-05 17:00" and codes of units, services, modules and places as names.

    `why` and `in_return` may be said in both languages, `zh / en`: the reader's half is shown.
    """
    zone: ZoneInfo | None = None
    values = dict(params)
    for name, value in params.items():
        if isinstance(value, str) and TIME.match(value):
            zone = zone or zones.zone_of(session, session.info["tenant_id"])
            values[name] = datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        elif isinstance(value, str) and name in NAMED:
            names = sources.names(session, NAMED[name])
            values[name] = names[value][1 if locale.startswith("en") else 0] if value in names else value
        elif isinstance(value, str) and name in IN_BOTH:
            values[name] = value.split(" / ")[-1 if locale.startswith("en") else 0].strip()
    return values
