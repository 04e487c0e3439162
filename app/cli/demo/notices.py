"""The demo office's notices, as if somebody had written them these days, and how its residents want to be told."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.cli.demo import tables
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.knowledge import notices
from app.notifications import profiles
from app.tenancy import zones

REASON = "示例"


def load(tenant_id: UUID, administrator: Actor) -> None:
    """Only where there is none yet: a second seeding must not bring back what somebody withdrew."""
    with database.current().read(tenant_id) as session:
        if any(notices.listing(session, which) for which in ("current", "coming", "draft", "ended", "withdrawn")):
            return
        zone = zones.zone_of(session, tenant_id)
    for row in tables.rows("notices.csv"):
        answer = dispatch(notices.SaveNotice(
            tenant_id=tenant_id, actor=administrator, starts_at=_moment(row["begins"], zone),
            ends_at=_moment(row["ends"], zone), place_codes=tuple(row["places"].split()),
            interests=tuple(row["interests"].split()), service_code=row["service"], urgent=bool(row["urgent"]),
            kind=row["kind"], title_zh=row["title_zh"], title_en=row["title_en"], body_zh=row["body_zh"],
            body_en=row["body_en"], unit=row["unit"]))
        if row["state"] == "published":
            dispatch(notices.PublishNotice(tenant_id=tenant_id, actor=administrator, reason=REASON, push=False,
                                           notice_id=UUID(answer["notice_id"])))


def tell(tenant_id: UUID, login: str, resident: Actor) -> None:
    """The profile of one resident of the table, unless there is one already."""
    row = next((row for row in tables.rows("profiles.csv") if row["login"] == login), None)
    with database.current().read(tenant_id) as session:
        known = profiles.of_user(session, resident.user_id) is not None
    if row is None or known:
        return
    pairs = [one.partition("=") for one in row["places"].split()]
    name = next(user["name"] for user in tables.rows("users.csv") if user["login"] == login)
    dispatch(profiles.SaveProfile(
        tenant_id=tenant_id, actor=resident, name=name, places=tuple((code, label) for code, _is, label in pairs),
        interests=tuple(row["interests"].split()),
        channels={**{kind: tuple(ways) for kind, ways in profiles.usual().items() if kind in profiles.KINDS},
                  "notices": tuple(row["notices"].split())}))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """`1 09:00`: tomorrow at nine, as the office's clocks show it."""
    days, _space, at = text.partition(" ")
    day = clock.now().astimezone(zone).date() + timedelta(days=int(days))
    return datetime.combine(day, time.fromisoformat(at), zone)
