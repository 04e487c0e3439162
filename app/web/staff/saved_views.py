"""Saved views: the present filter and order under a name, as a tab of the inbox."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.cases.commands import ChangeInboxView, DeleteInboxView, SaveInboxView
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.web.access import access
from app.web.pages import dispatch
from app.web.staff import blueprint
from app.web.staff.inbox import address, show, wanted
from app.web.texts import t


@blueprint.post("/views")
@access("task.read")
def save_view() -> Response | tuple[str, int]:
    """The filter stands in the address that the form was sent to."""
    try:
        dispatch(SaveInboxView, name=request.form.get("name", ""), wanted=wanted().document())
    except (Invalid, Conflict) as error:
        return _again(error)
    flash(t(msg("Saved. You find it as a tab.")))
    return redirect(address(wanted()), 303)


@blueprint.post("/views/<uuid:view_id>/<act>")
@access("task.read")
def change_view(view_id: UUID, act: str) -> Response | tuple[str, int]:
    """Rename it, open the inbox with it or no longer, or delete it."""
    try:
        if act == "rename":
            dispatch(ChangeInboxView, view_id=view_id, name=request.form.get("name", ""))
        elif act in ("default", "plain"):
            dispatch(ChangeInboxView, view_id=view_id, is_default=act == "default")
        elif act == "delete":
            dispatch(DeleteInboxView, view_id=view_id)
        else:
            raise NotFound(msg("There is no such page."))
    except Invalid as error:
        return _again(error)
    flash(t(msg("Saved.")))
    return redirect(url_for("staff.inbox", scope="group") if act == "delete" else address(wanted()), 303)


def _again(error: Invalid | Conflict) -> tuple[str, int]:
    """The page with the message; what was typed stays in the field."""
    fields = error.fields if isinstance(error, Invalid) else {"name": [(error.message, error.params)]}
    return show(errors=fields, problem=t(error.message, **error.params)), error.status
