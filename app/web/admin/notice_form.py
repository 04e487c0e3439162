"""The form of a notice: texts in both languages, time, and the places it is for, found among hundreds by a filter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.knowledge import notices as office_notices
from app.knowledge import queries as knowledge
from app.tenancy import interests, place_tree
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading
from app.web.texts import local_now, t, zone

TEXTS = ("kind", "title_zh", "title_en", "body_zh", "body_en", "unit", "service_code", "reason")
FIELDS = (*TEXTS, "starts_at", "ends_at", "places", "interests", "urgent", "filter", "begun_from")
MOST_PLACES = 5_000
Answer = Response | tuple[str, int]


@blueprint.get("/notices/new")
@access("notice.publish")
def new_notice() -> str:
    """Begins now and ends in a week, until somebody says otherwise."""
    now = local_now().replace(minute=0)
    return _form(None, MultiDict({"kind": "information", "starts_at": _input(now),
                                  "ends_at": _input(now + timedelta(days=7))}))


@blueprint.get("/notices/<uuid:notice_id>/edit")
@access("notice.publish")
def edit_notice(notice_id: UUID) -> str:
    """The notice as it stands."""
    row = _row(notice_id)
    pairs: list[tuple[str, Any]] = [(name, getattr(row, name) or "") for name in TEXTS if name != "reason"]
    pairs += [("starts_at", _input(row.starts_at)), ("ends_at", _input(row.ends_at)), ("begun_from", str(row.version))]
    pairs += [("places", code) for code in row.place_codes] + [("interests", code) for code in row.interests]
    return _form(row, MultiDict(pairs + ([("urgent", "on")] if row.urgent else [])))


@blueprint.post("/notices/new")
@access("notice.publish")
def add_notice() -> Answer:
    """A draft: residents see it once it is published."""
    return _save(None)


@blueprint.post("/notices/<uuid:notice_id>/edit")
@access("notice.publish")
def save_notice(notice_id: UUID) -> Answer:
    """What is published changes at once, and says why."""
    return _save(_row(notice_id))


def _save(row: office_notices.Notice | None) -> Answer:
    if request.form.get("_action") == "filter":
        return _form(row, request.form), 200
    try:
        expect(*FIELDS)
        begun = text("begun_from")
        answer = dispatch(
            office_notices.SaveNotice, notice_id=row.id if row else None, starts_at=_moment("starts_at"),
            ends_at=_moment("ends_at"), place_codes=tuple(dict.fromkeys(request.form.getlist("places"))),
            interests=tuple(dict.fromkeys(request.form.getlist("interests"))), urgent=bool(text("urgent")),
            begun_from=int(begun) if begun.isascii() and begun.isdigit() else None,
            **{name: text(name) for name in TEXTS})
    except (Invalid, Conflict) as error:
        return _form(row, request.form, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.notice", notice_id=answer["notice_id"]), 303)


def _row(notice_id: UUID) -> office_notices.Notice:
    with reading() as reader:
        row = office_notices.get(reader, notice_id)
    if row is None:
        raise NotFound(msg("There is no such notice."))
    return row


def _form(row: office_notices.Notice | None, values: Any, error: YikouError | None = None) -> str:
    chosen, query = set(values.getlist("places")), str(values.get("filter", "")).strip()[:100]
    with reading() as reader:
        places = tenancy.places(reader, limit=MOST_PLACES)
        facts: dict[str, Any] = {"units": tenancy.units(reader, active_only=True), "interests": interests.of(reader),
                                 "services": knowledge.services(reader)}
    branches = place_tree.branches(places)
    return render_template("admin/notice_form.html", row=row, values=values, chosen=chosen, query=query,
                           branches=[one for one in (_fitting(each, query) for each in branches) if one is not None],
                           hidden=_unseen(places, chosen, query), kinds=office_notices.KINDS, **facts,
                           **refused(error))


def _fitting(branch: place_tree.Branch, query: str) -> place_tree.Branch | None:
    """The branch as far as it holds what was asked for; a hit brings all that belongs to it."""
    if all(word in f"{branch.place.name} {branch.place.code}".lower() for word in query.lower().split()):
        return branch
    inner = [one for one in (_fitting(each, query) for each in branch.inner) if one is not None]
    return place_tree.Branch(branch.place, inner) if inner else None


def _unseen(places: list[Any], chosen: set[str], query: str) -> list[Any]:
    """Chosen places that the filter does not show: kept by hidden fields and named above the list."""
    if not query:
        return []
    shown: set[str] = set()

    def walk(branch: place_tree.Branch) -> None:
        shown.add(branch.place.code)
        for one in branch.inner:
            walk(one)

    for top in place_tree.branches(places):
        kept = _fitting(top, query)
        if kept is not None:
            walk(kept)
    return [place for place in places if place.code in chosen - shown]


def _input(at: datetime) -> str:
    """For a field of day and time, as the office's clocks show it."""
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def _moment(name: str) -> datetime | None:
    """None for what is no day and time: the command says so at the field."""
    try:
        found = datetime.fromisoformat(text(name)) if text(name) else None
    except ValueError:
        return None
    return found.replace(tzinfo=zone()) if found is not None and found.tzinfo is None else found
