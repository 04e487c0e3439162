"""The offices of the installation, for the platform operator: standing, use, term, suspension. No person, no case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel import bus, database
from app.kernel.commands import Command
from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.offices import queries
from app.offices.commands import ResumeOffice, SaveTerm, SuspendOffice
from app.tenancy import terms
from app.tenancy.model import Tenant
from app.tenancy.queries import tenant_by_slug
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.new_office import TERM, address_of, terms_end
from app.web.admin.sent import expect, refused, text
from app.web.pages import command
from app.web.texts import local_now, t


@blueprint.get("/offices")
@access("tenant.manage")
def offices() -> str:
    """Where each stands, what it uses."""
    return render_template("admin/offices.html", found=queries.standings())


@blueprint.get("/offices/<slug>")
@access("tenant.manage")
def office(slug: str) -> str:
    """One office."""
    return _page(slug)


def _page(slug: str, error: YikouError | None = None) -> str:
    here = office_called(slug)
    with database.current().read(here.tenant_id) as session:
        standing = queries.standing(session, here.tenant_id)
        months = queries.by_month(session, here.tenant_id)
        steps, exports = queries.first_steps(session, here.tenant_id), queries.exports(session)
    return render_template("admin/office.html", office=here, standing=standing, months=months, steps=steps,
                           exports=exports, address=address_of(here), values=request.form or _values(standing),
                           **refused(error))


def _values(standing: queries.Standing) -> dict[str, Any]:
    term, today = standing.term, local_now().date()
    if term is None:
        return {"starts_on": today.isoformat(), "ends_on": terms_end(today).isoformat(),
                "grace_days": terms.GRACE_DAYS, "warn_days": ", ".join(map(str, terms.WARN_DAYS))}
    return {"starts_on": term.starts_on.isoformat(), "ends_on": term.ends_on.isoformat(),
            "grace_days": str(term.grace_days), "warn_days": ", ".join(str(one) for one in term.warn_days),
            **{name: getattr(term, name) for name in terms.LIMITS}}


def office_called(slug: str) -> Tenant:
    """The office of a path. Raises NotFound."""
    found = tenant_by_slug(slug)
    if found is None:
        raise NotFound(msg("There is no such office."))
    return found


def send(slug: str, kind: type[Command], /, **data: Any) -> Any:
    """A command of the operator for another office."""
    return bus.dispatch(replace(command(kind, **data), tenant_id=office_called(slug).tenant_id))


@blueprint.post("/offices/<slug>/term")
@access("tenant.manage")
def save_term(slug: str) -> Response | tuple[str, int]:
    """Term and limits; a longer term lets an ended office go on."""
    return _change(slug, SaveTerm, TERM, term={name: text(name) for name in TERM})


@blueprint.post("/offices/<slug>/suspend")
@access("tenant.manage")
def suspend_office(slug: str) -> Response | tuple[str, int]:
    """With a reason that the office's administrators read."""
    return _change(slug, SuspendOffice, ("reason",), reason=text("reason"))


@blueprint.post("/offices/<slug>/resume")
@access("tenant.manage")
def resume_office(slug: str) -> Response | tuple[str, int]:
    """It goes on where it was."""
    return _change(slug, ResumeOffice, ())


def _change(slug: str, kind: type[Command], fields: tuple[str, ...], **data: Any) -> Response | tuple[str, int]:
    try:
        expect(*fields)
        send(slug, kind, **data)
    except (Invalid, Conflict) as error:
        return _page(slug, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.office", slug=slug), 303)
