"""Making an office from the base: one form, then what to do next and the administrator's first password, shown once."""

from __future__ import annotations

import hashlib
import secrets
import zoneinfo
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel import bus, database
from app.kernel.errors import Invalid, YikouError, msg
from app.kernel.ids import new_id
from app.notifications import links
from app.offices import queries, starters
from app.offices.commands import CreateOffice
from app.tenancy import terms
from app.tenancy.model import Tenant
from app.tenancy.queries import tenant_by_id
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import expect, refused, text
from app.web.pages import KEY_FIELD
from app.web.sessions import actor, the_office
from app.web.texts import LOCALES, local_now, t

OFFICE = ("name_zh", "name_en", "slug", "host", "locale", "time_zone", "contact_phone", "calendar_from",
          "calendar_until", "admin_name", "admin_login")
TERM = ("starts_on", "ends_on", "grace_days", "warn_days", *terms.LIMITS)
TICKS = ("units", "services", "takes_in")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mixed up when they are read aloud."""


def one_time_password() -> str:
    """Four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


@blueprint.get("/offices/new")
@access("tenant.manage")
def new_office() -> str:
    """A form that is filled in as far as it can be."""
    today = local_now().date()
    ends = terms_end(today)
    return _form({
        "locale": the_office().locale, "time_zone": the_office().time_zone, "calendar_from": today.year,
        "calendar_until": ends.year, "starts_on": today.isoformat(), "ends_on": ends.isoformat(),
        "grace_days": terms.GRACE_DAYS, "warn_days": ", ".join(map(str, terms.WARN_DAYS)), "admin_login": "admin",
        "first_password": one_time_password(), **dict.fromkeys(TICKS, "on")})


def terms_end(today: date) -> date:
    """The last day of a year that begins today."""
    try:
        return today.replace(year=today.year + 1) - timedelta(days=1)
    except ValueError:  # from the 29th of February
        return date(today.year + 1, 2, 28)


def _form(values: Mapping[str, Any], error: YikouError | None = None) -> str:
    languages = [(code, t(content.LANGUAGES[code])) for code in LOCALES]
    return render_template("admin/new_office.html", values=values, languages=languages,
                           zones=sorted(zoneinfo.available_timezones()), **refused(error))


@blueprint.post("/offices/new")
@access("tenant.manage")
def create_office() -> str | Response | tuple[str, int]:
    """The answer is the page itself: the one-time password is nowhere else, and sending again shows the same."""
    try:
        expect(*OFFICE, *TERM, *TICKS, "first_password")
        _not_our_own_host()
        password = request.form.get("first_password", "") or one_time_password()
        answer = bus.dispatch(CreateOffice(
            tenant_id=_office_id(), actor=actor(), key=request.form.get(KEY_FIELD, "")[:64] or None,
            values={name: text(name) for name in OFFICE}, term={name: text(name) for name in TERM},
            starters=tuple(kind for kind in starters.KINDS if kind in request.form),
            takes_in="takes_in" in request.form, first_password=password))
    except Invalid as error:
        return _form(request.form, error), 422
    return _made(UUID(answer["tenant_id"]), answer["login"], password)


def _office_id() -> UUID:
    """Of the form's key, so that a form sent twice asks for the same office."""
    key = request.form.get(KEY_FIELD, "")
    if not key:
        return new_id()
    return UUID(bytes=hashlib.sha256(f"office|{actor().user_id}|{key}".encode()).digest()[:16])


def _not_our_own_host() -> None:
    """An office with the host of the operator's own address would hide every other office there."""
    if text("host") and text("host").lower() == request.host.rsplit(":", 1)[0].lower():
        raise Invalid(msg("Please check the marked fields."),
                      fields={"host": [(msg("This is the address of the installation itself."), {})]})


def _made(tenant_id: UUID, login: str, password: str) -> str:
    office = tenant_by_id(tenant_id)
    with database.current().read(tenant_id) as session:
        steps = queries.first_steps(session, tenant_id)
    return render_template("admin/office_made.html", office=office, address=address_of(office), login=login,
                           sign_in=f"{address_of(office)}staff/sign-in", password=password, steps=steps)


def address_of(office: Tenant | None) -> str:
    """Where residents find an office, as far as this request knows."""
    if office is None:
        return ""
    with database.current().read(office.tenant_id) as session:
        known = links.page(session, office.tenant_id, "/")
    if known is None and office.host:
        return f"{request.scheme}://{office.host}/"
    root = request.script_root.removesuffix(f"/t/{the_office().slug}")
    return known or f"{request.host_url.rstrip('/')}{root}/t/{office.slug}/"


def step_pages() -> dict[str, str]:
    """Where each first step is done, in the administrator's own office."""
    pages = {"units": "units", "people": "people", "places": "places", "services": "services",
             "phone": "office_settings", "notices": "notices"}
    return {step: url_for(f"admin.{page}") for step, page in pages.items()}
