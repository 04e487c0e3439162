"""Makes one office from the demo's tables, through the commands that an operator and administrators use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import auth, deadlines
from app.auth.commands import ConfirmCode, CreateUser, RequestCode
from app.auth.queries import resident_by_phone, user_by_login
from app.catalog.commands import PublishFolder
from app.cli.demo import content, notices, tables
from app.cli.demo.mailbox import codes_to_memory
from app.config import ROOT
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.ids import new_id
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import transact
from app.tenancy.commands import CreateTenant, ImportPlaces, ImportUnits
from app.tenancy.queries import tenant_by_slug

NAMES = ("示范街道", "Demo Street")
PASSWORD = "one-window-demo"  # noqa: S105  printed by `make run`; accounts of a demo office only
ADMINISTRATOR = "administrator"


def publish_base() -> dict[str, Any]:
    """Publish the definitions that ship with the product: the answer of `PublishFolder`."""
    answer: dict[str, Any] = dispatch(PublishFolder(tenant_id=BASE_TENANT_ID, actor=SYSTEM, root=str(ROOT)))
    return answer


def create(slug: str, *, password: str = PASSWORD, years: range | None = None) -> UUID:
    """A whole demo office: units, places, calendar, users, services, knowledge. Its tenant id.

    `years` are those of the working calendar, by default this one and the next. What exists already stays.
    """
    known = tenant_by_slug(slug)
    tenant_id = known.tenant_id if known else new_id()
    if known is None:
        zh, en = NAMES
        dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug=slug, name_zh=zh, name_en=en, is_demo=True))
    dispatch(ImportUnits(tenant_id=tenant_id, actor=SYSTEM, csv_text=tables.text("units.csv")))
    dispatch(ImportPlaces(tenant_id=tenant_id, actor=SYSTEM, csv_text=tables.text("places.csv")))
    this = clock.now().year
    span = years or range(this, this + 2)
    transact(tenant_id, SYSTEM, lambda uow: deadlines.seed(uow.session, tenant_id, span))
    _staff(tenant_id, password)
    _residents(tenant_id)
    content.load(tenant_id, account(tenant_id, ADMINISTRATOR))
    for row in tables.rows("profiles.csv"):
        notices.tell(tenant_id, row["login"], account(tenant_id, row["login"]))
    return tenant_id


def account(tenant_id: UUID, login: str) -> Actor:
    """The actor of a demo account: staff by sign-in name, residents by the login of the table."""
    row = next(row for row in tables.rows("users.csv") if row["login"] == login)
    with database.current().read(tenant_id) as session:
        if row["kind"] == "resident":
            return auth.actor_of(session, _resident(tenant_id, row["phone"]))
        user = user_by_login(session, login)
        if user is None:
            raise LookupError(login)
        return auth.actor_of(session, user.id)


def _staff(tenant_id: UUID, password: str) -> None:
    with database.current().read(tenant_id) as session:
        missing = [row for row in tables.rows("users.csv")
                   if row["kind"] == "staff" and user_by_login(session, row["login"]) is None]
    for row in missing:
        dispatch(CreateUser(tenant_id=tenant_id, actor=SYSTEM, login=row["login"], name=row["name"],
                            password=password, phone=row["phone"], memberships=_memberships(row["memberships"])))


def _memberships(text: str) -> tuple[tuple[str, str | None], ...]:
    """`handler@LRS head@LRS leader` -> pairs of role and unit."""
    pairs = (part.partition("@") for part in text.split())
    return tuple((role, unit or None) for role, _at, unit in pairs)


def _residents(tenant_id: UUID) -> None:
    """Residents make themselves: a code to their phone, confirmed."""
    for row in tables.rows("users.csv"):
        if row["kind"] == "resident":
            _resident(tenant_id, row["phone"])


def _resident(tenant_id: UUID, phone: str) -> UUID:
    with database.current().read(tenant_id) as session:
        known = resident_by_phone(session, phone)
    if known is not None:
        return known.id
    with codes_to_memory() as codes:
        dispatch(RequestCode(tenant_id=tenant_id, actor=GUEST, phone=phone))
        answer = dispatch(ConfirmCode(tenant_id=tenant_id, actor=GUEST, phone=phone, code=codes[phone]))
    return UUID(answer["user_id"])
