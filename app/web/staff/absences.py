"""Absences and substitutes: one's own at the account page; administrators' form stands on the person's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.auth import queries
from app.auth.commands import EndAbsence, EnterAbsence
from app.kernel.errors import Invalid, msg
from app.web.access import access
from app.web.context import can
from app.web.pages import dispatch, next_page, reading, uuid_or_none
from app.web.sessions import actor
from app.web.staff import account, blueprint
from app.web.staff.handing import day_or_none
from app.web.texts import t


def absence_of(user_id: UUID) -> dict[str, Any]:
    """A person's coming absences, the names of substitutes, and who may stand in."""
    by_office = can("user.manage")
    with reading() as reader:
        rows = queries.absences(reader, user_id)
        names = queries.names(reader, {row.substitute_id for row in rows if row.substitute_id})
        people = queries.possible_substitutes(reader, user_id, by_office=by_office)
    return {"rows": rows, "names": names, "people": _labelled(people), "by_office": by_office}


def _labelled(people: Sequence[Any]) -> list[tuple[str, str]]:
    """Two people of one name are told apart by their groups."""
    from app.web.names import group_word

    named = [one.name for one in people]
    return [(str(one.user_id), one.name if named.count(one.name) == 1 else
             f"{one.name} · {', '.join(group_word(group) for group in sorted(one.groups))}") for one in people]


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"absence_of": absence_of}


def enter(user_id: UUID) -> None:
    """What the form says, for one person. Raises Invalid."""
    dispatch(EnterAbsence, user_id=user_id, from_on=day_or_none(request.form.get("from_on", ""), "from_on"),
             until_on=day_or_none(request.form.get("until_on", ""), "until_on"),
             substitute_id=uuid_or_none(request.form.get("substitute_id")))


@blueprint.post("/absences")
@access("staff.enter")
def enter_absence() -> Response | tuple[str, int]:
    """One's own."""
    own = actor().user_id
    try:
        if own is not None:
            enter(own)
    except Invalid as error:
        return account.account_page(errors=error.fields, absence_problem=t(error.message, **error.params)), 422
    flash(t(msg("Your absence is entered.")))
    return redirect(url_for("staff.account"), 303)


@blueprint.post("/absences/<uuid:absence_id>/end")
@access("staff.enter")
def end_absence(absence_id: UUID) -> Response:
    """One's own, or by an administrator."""
    dispatch(EndAbsence, absence_id=absence_id)
    flash(t(msg("The absence is over.")))
    return redirect(next_page("staff.account"), 303)
