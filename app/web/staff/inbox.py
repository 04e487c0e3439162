"""The inbox: tasks by tab, filter and order; taken and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ClaimTask, ReleaseTask
from app.kernel.errors import Conflict, FieldErrors, Forbidden, msg
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.context import can
from app.web.names import group_word
from app.web.pages import next_page, reading, unkeyed
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import locale, name_of, t
from app.web.words import WORDS


@blueprint.get("/")
@access("staff.enter")
def inbox() -> str | Response:
    """Roles that work on no tasks start on their own first page; without a query the reader's default view opens."""
    if not can("task.read"):
        return redirect(url_for("staff.overview" if can("overview.read") else "admin.definitions"))
    if not request.args:
        with reading() as reader:
            view = queries.default_view(reader, actor())
        if view is not None:
            return redirect(address(queries.InboxFilter.parse(view.wanted)))
    return show()


def wanted() -> queries.InboxFilter:
    """What the query string asks for."""
    return queries.InboxFilter.parse(request.args)


def page_number() -> int:
    """The page asked for; the first for anything that is no number."""
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 7 else 1


def found() -> dict[str, Any]:
    """Rows, tabs and saved views for the templates; a tab that the reader does not have is their groups'."""
    asked, beside = wanted(), queries.Beside(request.args.get("before", ""), request.args.get("after", ""))
    with reading() as reader:
        mark = queries.inbox_mark(reader)
        try:
            page = queries.inbox_page(reader, actor(), asked, page_number(), beside=beside)
        except Forbidden:
            asked = replace(asked, scope="group")
            page = queries.inbox_page(reader, actor(), asked, page_number())
        views = queries.inbox_views(reader, actor())
    current = next((view for view in views if view.wanted == asked.document()), None)
    here = live_args(asked, page.page)
    if page.page > 1:
        here |= {name: value for name, value in asdict(beside).items() if value}
    return {"live_args": live_args, "page": page, "wanted": asked, "views": views, "current": current, "mark": mark,
            "most": queries.MOST_COUNTED, "here_args": here, "pager": pager(page),
            "link": lambda **other: address(asked, **other),
            "view_link": lambda view: address(queries.InboxFilter.parse(view.wanted)),
            "here_again": url_for("staff.inbox", **here).removeprefix(request.script_root)}


def pager(page: queries.InboxPage) -> dict[str, dict[str, Any]]:
    """`earlier` and `next`: what the addresses of those pages say beside the filter. What is not there is missing.

    A long list is read on from the row where this page ends, so that nothing is left out when others finish tasks.
    """
    found: dict[str, dict[str, Any]] = {}
    if page.page > 1:
        found["earlier"] = {"page": page.page - 1, **({"before": page.before} if page.before and page.page > 2 else {})}
    if page.page < page.pages:
        found["next"] = {"page": page.page + 1, **({"after": page.after} if page.after else {})}
    return found


def address(asked: queries.InboxFilter, **other: Any) -> str:
    """The inbox with this filter and what differs; the tab stands in it, so that it is never the default view."""
    return url_for("staff.inbox", **{**live_args(asked), **other})


def live_args(asked: queries.InboxFilter, page: int = 1) -> dict[str, Any]:
    """The filter as arguments of another address, so that whatever is sent there knows what was looked at."""
    return {"scope": asked.scope, **asked.document(), **({"page": page} if page > 1 else {})}


def show(outcomes: Mapping[UUID, str] | None = None, errors: FieldErrors | None = None, problem: str = "") -> str:
    """The whole page. `outcomes`: what became of the rows that a command was tried on."""
    data = found()
    with reading() as reader:
        units = [(unit.code, name_of(unit)) for unit in tenancy.units(reader, active_only=True)]
        services = queries.options(reader, locale())("services") or []
        people = queries.possible_receivers(reader, actor())
    return render_template(
        "staff/inbox.html", **data, units=units, people=people, outcomes=outcomes or {}, errors=errors or {},
        problem=problem, modules=[(code, t(name)) for code, name in WORDS["module"].items()],
        services=[(one.value, one.label) for one in services],
        groups=[(group, group_word(group)) for group in sorted(actor().groups)])


@blueprint.app_template_filter("counted")
def counted(number: int) -> str:
    """A number of open tasks, which are counted so far and no further."""
    return f"{queries.MOST_COUNTED}+" if number > queries.MOST_COUNTED else str(number)


@blueprint.post("/tasks/<uuid:task_id>/claim")
@access("task.claim")
def claim(task_id: UUID) -> Response:
    """Take a task and go to it; when another was first, say who. Taking twice is taking, so no key is needed."""
    try:
        unkeyed(ClaimTask, task_id=task_id)
    except Conflict as error:
        flash(t(error.message, **error.params), "warn")
        return redirect(next_page("staff.inbox"), 303)
    return redirect(url_for("staff.task", task_id=task_id), 303)


@blueprint.post("/tasks/<uuid:task_id>/release")
@access("task.release")
def release(task_id: UUID) -> Response:
    """Give a task back to its group."""
    unkeyed(ReleaseTask, task_id=task_id)
    flash(t(msg("The task is open to your group again.")))
    return redirect(next_page("staff.inbox"), 303)
