"""Staff and their roles. A change of roles ends the person's sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import policy, queries
from app.auth.commands import ChangeDetails, ChangePassword, CreateUser, SetMemberships, SetUserActive
from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading, unkeyed
from app.web.sessions import actor
from app.web.texts import name_of, t
from app.web.words import word

MOST_ROLES = 40


@blueprint.get("/people")
@access("user.manage")
def people() -> str:
    """Everybody with their roles; `q` narrows by name, sign-in name, role or unit."""
    query = request.args.get("q", "").strip().lower()[:80]
    with reading() as reader:
        found, units = queries.staff(reader), {unit.code: name_of(unit) for unit in tenancy.units(reader)}
    if query:
        found = [one for one in found if query in _words(one, units)]
    return render_template("admin/people.html", people=found, query=query, units=units)


def _words(person: queries.StaffRow, units: Mapping[str, str]) -> str:
    """Codes and words alike: one searches for what stands on the page."""
    held = " ".join(f"{role}@{unit or ''} {word('role', role)} {units.get(unit or '', '')}"
                    for role, unit in person.memberships)
    return f"{person.name} {person.login} {held}".lower()


@blueprint.get("/people/new")
@access("user.manage")
def new_user() -> str:
    """An empty form."""
    return _new()


def _new(error: YikouError | None = None) -> str:
    with reading() as reader:
        units = tenancy.units(reader, active_only=True)
    return render_template("admin/new_person.html", units=units, roles=_roles(), values=request.form, **refused(error))


@blueprint.post("/people/new")
@access("user.manage")
def create_user() -> Response | tuple[str, int]:
    """Without the form's key, so that no digest of the password is stored; the sign-in name is unique anyway."""
    try:
        expect("login", "name", "password", "phone", "role", "unit")
        answer = unkeyed(CreateUser, login=text("login"), name=text("name"),
                         password=request.form.get("password", ""), phone=text("phone") or None,
                         memberships=_memberships())
    except (Invalid, Conflict) as error:
        return _new(error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.person", user_id=answer["user_id"]), 303)


@blueprint.get("/people/<uuid:user_id>")
@access("user.manage")
def person(user_id: UUID) -> str:
    """One member of staff."""
    return _one(user_id)


def _one(user_id: UUID, error: YikouError | None = None) -> str:
    with reading() as reader:
        found = next((row for row in queries.staff(reader) if row.user_id == user_id), None)
        units = tenancy.units(reader)
    if found is None:
        raise NotFound(msg("There is no such user."))
    return render_template("admin/person.html", person=found, units=units, roles=_roles(),
                           values=request.form, **refused(error))


def refused_page(user_id: UUID, error: YikouError) -> str:
    """The person's page with what was refused."""
    return _one(user_id, error)


def _roles() -> tuple[str, ...]:
    """Roles the reader may give: only operators make operators."""
    return tuple(role for role in policy.STAFF_ROLES if role != "operator" or "operator" in actor().roles)


@blueprint.post("/people/<uuid:user_id>/<act>")
@access("user.manage")
def change_user(user_id: UUID, act: str) -> Response | tuple[str, int]:
    """Name and phone, roles, switch on or off, new password."""
    acts: dict[str, Callable[[UUID], None]] = {
        "roles": _set_roles, "active": _set_active, "password": _set_password, "details": _set_details}
    if act not in acts:
        raise NotFound(msg("There is no such page."))
    try:
        acts[act](user_id)
    except Invalid as error:
        return _one(user_id, error), 422
    flash(t(msg("Saved.") if act == "details" else msg("Saved. The person has to sign in again.")))
    return redirect(url_for("admin.person", user_id=user_id), 303)


def _set_roles(user_id: UUID) -> None:
    expect("role", "unit")
    dispatch(SetMemberships, user_id=user_id, memberships=_memberships())


def _set_active(user_id: UUID) -> None:
    expect("active")
    dispatch(SetUserActive, user_id=user_id, active=text("active") == "1")


def _set_details(user_id: UUID) -> None:
    expect("name", "phone")
    dispatch(ChangeDetails, user_id=user_id, name=text("name"), phone=text("phone") or None)


def _set_password(user_id: UUID) -> None:
    expect("password")
    unkeyed(ChangePassword, user_id=user_id, new=request.form.get("password", ""))


def _memberships() -> tuple[tuple[str, str | None], ...]:
    """Rows of two selects; a row without a role is left out."""
    roles, units = request.form.getlist("role")[:MOST_ROLES], request.form.getlist("unit")[:MOST_ROLES]
    if len(roles) != len(units):
        raise Invalid(msg("Please choose from the list."))
    return tuple((role, unit or None) for role, unit in zip(roles, units, strict=True) if role)
