"""What publishing a draft would do, before it is done: checks, scenarios, running cases; then publishing and moving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog, rules
from app.auth import policy
from app.catalog import queries as published
from app.catalog.commands import NoteRefusal
from app.kernel.errors import Conflict, DefinitionError, Invalid, NotFound, YikouError, msg
from app.knowledge import queries as knowledge
from app.notifications import preview
from app.studio import KINDS, Draft, PublishAndMove, effects, queries
from app.studio.commands import BESIDE, PublishDraft
from app.tenancy import queries as tenancy
from app.web import differences
from app.web.access import access
from app.web.admin import checking, definitions, live_counts
from app.web.admin.sent import expect, refused, text
from app.web.element_names import element_name, process_names
from app.web.moving_words import named
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint, rule_effect
from app.web.studio.names import called, naming_diagrams
from app.web.texts import name_of, t, zone

PLACE = f"/publish/<any({', '.join(KINDS)}):kind>/<key>"
PAIR = "pair."
FIELDS = ("revision", "over", "reason", "who", "from", "at", "since", "services", "units", "start",
          "meant", *rule_effect.FIELDS)
NEW, ALL, SOME = "new", "all", "some"


@dataclass(frozen=True)
class Sent:
    """The form. `who`: only new cases, all that can go, or some of them."""

    who: str = ALL
    pairs: Mapping[str, str] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    since: str = ""
    services: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    start: str = "at_once"
    reason: str = ""
    meant: bool = False
    over: str = ""

    @staticmethod
    def read() -> Sent:
        """Raises Invalid for fields that the page has not."""
        names = [name for name in request.form if name.startswith(PAIR)]
        expect(*FIELDS, *names)
        many = {name: tuple(request.form.getlist(name)) for name in ("at", "services", "units")}
        return Sent(who=text("who") or ALL, since=text("since"), versions=tuple(request.form.getlist("from")),
                    pairs={name.removeprefix(PAIR): text(name) for name in names if text(name)},
                    start=text("start") or "at_once", reason=text("reason"), meant=text("meant") == "on",
                    over=text("over"), **many)

    def choice(self) -> effects.Choice:
        """Raises Invalid."""
        if self.who not in (NEW, ALL, SOME):
            raise Invalid(msg("Please choose from the list."))
        if self.who != SOME:
            return effects.Choice(pairs=self.pairs)
        return effects.Choice(self.versions, self.pairs, self.at, _day(self.since), self.services, self.units)


def _day(given: str) -> datetime | None:
    """Midnight of the day that was chosen, in the office's zone."""
    try:
        return datetime.combine(date.fromisoformat(given), time(), tzinfo=zone()) if given else None
    except ValueError:
        raise Invalid(msg("Please check the marked fields."), fields={"since": [(msg("Please give a date."), {})]}
                      ) from None


@blueprint.get(PLACE)
@access("definition.draft")
def effect(kind: str, key: str) -> Response:
    """Everything to look at before; nothing changes here."""
    return _page(kind, key, Sent())


@blueprint.post(PLACE)
@access("definition.publish")
def take_effect(kind: str, key: str) -> Response:
    """`_action` look: the same page for another choice; else the draft comes into force."""
    sent = Sent()
    try:
        sent = Sent.read()
        choice = sent.choice()
        if request.form.get("_action") == "look":
            return _page(kind, key, sent)
        asks = rule_effect.asks(kind, key) if sent.reason else ""
        if asks:
            return _page(kind, key, sent, rule_effect.Busy(msg("Please look at it once more.")), asks)
        answer = _publish(kind, key, sent, choice)
    except catalog.WentOtherwise:
        kept = msg("It is not in force yet: scenarios that this office has kept would go otherwise.")
        return _page(kind, key, sent, Invalid(kept))
    except DefinitionError as error:
        dispatch(NoteRefusal, kind=kind, definition_key=key, problems=len(error.problems))
        return _page(kind, key, sent, Invalid(msg("The file was refused. What was in force stays in force.")))
    except (Conflict, Invalid) as error:
        return _page(kind, key, sent, error)
    said = (msg("On trial: %(key)s, version %(version)s.") if kind == rules.KIND and text("way") == BESIDE
            else msg("In force: %(key)s, version %(version)s."))
    flash(t(said, key=key, version=answer["version"]))
    return redirect(_next(kind, key, sent, answer), 303)


def _publish(kind: str, key: str, sent: Sent, choice: effects.Choice) -> dict[str, Any]:
    common: dict[str, Any] = {"kind": kind, "definition_key": key, "reason": sent.reason, "revision": _revision(),
                              "meant": sent.meant}
    if kind == rules.KIND:
        common |= {**rule_effect.sent(), "over": sent.over or None}
    if kind != effects.PROCESS or sent.who == NEW:
        return dict(dispatch(PublishDraft, **common))
    return dict(dispatch(PublishAndMove, **common, choice=choice, at_once=sent.start != "by_hand"))


def _revision() -> int:
    given = text("revision")
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    return int(given)


def _next(kind: str, key: str, sent: Sent, answer: Mapping[str, Any]) -> str:
    """One move: its page, with how far it is. Else what came into force, with all moves."""
    if kind == rules.KIND and text("way") == BESIDE:
        return url_for("admin.rule_trial", key=key)
    runs = answer.get("runs")
    if kind == effects.PROCESS and sent.who != NEW:
        if not runs:
            flash(t(msg("No running case was chosen: only new cases begin by it.")), "warn")
        else:
            flash(t(msg("%(count)s running cases are looked at, then those that can go over do."),
                    count=answer["instances"]))
    if runs and len(runs) == 1:
        return url_for("admin.move_run", run_id=runs[0])
    return url_for("studio.in_force", kind=kind, key=key)


def _page(kind: str, key: str, sent: Sent, error: YikouError | None = None, asks: str = "") -> Response:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        draft = queries.draft(reader, tenant_id, kind, key)
        live = catalog.live(reader, tenant_id, kind, key)
        if draft is None and live is None:
            raise NotFound(msg("There is no such definition."))
        if draft is None:
            return redirect(url_for("studio.in_force", kind=kind, key=key), 303)
        waits = queries.wanted(reader) and not queries.approved(reader, draft)
    verdict = checking.judge(catalog.kind_named(kind), draft.data, key)
    in_force = live.hash if live is not None else None
    behind = draft.based_on != in_force and sent.over != in_force
    with reading() as reader:
        more = {} if verdict.errors else _effect(reader, draft, sent, asks)
        diagrams = naming_diagrams(reader, kind)
        own = [] if verdict.errors else published.otherwise(reader, tenant_id, kind, key, draft.data)
    answer = make_response(render_template(
        "studio/effect.html", kind=kind, key=key, title=called(kind, key, draft.data, diagrams),
        draft=draft, live=live, verdict=verdict, sent=sent, behind=behind,
        waits=waits, lines=definitions.lines_of(draft.data, verdict.problems),
        deciding=url_for("studio.deciding", kind=kind, key=key),
        changes=_changes(kind, live, draft), named=named, own=own[:50],
        **{"found": None, "rule": None, "samples": None, **more, **refused(error)}))
    answer.status_code = error.status if error is not None else 200
    return answer


def _effect(reader: Session, draft: Draft, sent: Sent, asks: str) -> dict[str, Any]:
    tenant_id = the_office().tenant_id
    if draft.kind == rules.KIND:
        return {"rule": rule_effect.shown(reader, draft, asks)}
    if draft.kind != effects.PROCESS:
        other = effects.other_effect(reader, tenant_id, actor(), draft.kind, draft.key)
        titles = process_names(reader, {one.process for one in other.uses})
        samples = preview.texts(preview.loaded(draft.data)) if draft.kind == "message" else None
        return {"found": other, "name": element_name, "titles": titles, "samples": samples}
    try:
        choice = sent.choice() if sent.who != NEW else effects.Choice(pairs=sent.pairs)
        found = effects.process_effect(reader, tenant_id, actor(), draft.key, draft.data, choice)
    except Invalid:  # said by the refusal already
        found = effects.process_effect(reader, tenant_id, actor(), draft.key, draft.data, effects.Choice())
    names = {type_: live_counts.type_name(type_) for type_ in live_counts.TYPES}
    for element in effects.elements(draft, found):
        names.setdefault(element.id, element_name(element))
    gone = {place.element.id: place for one in found.standings for place in one.places if not place.same}
    where = {place.element.id: element_name(place.element) for one in found.standings for place in one.places}
    return {"found": found, "names": names, "gone": gone, "name": element_name, "where": where,
            "services": [(one.code, name_of(one)) for one in knowledge.services(reader, active_only=False)],
            "units": [(one.code, name_of(one)) for one in tenancy.units(reader)],
            "may_move": policy.can(actor(), "instance.migrate")}


def _changes(kind: str, live: catalog.Published | None, draft: Draft) -> dict[str, int] | None:
    """Kind of change -> how many; None for a definition that is new."""
    if live is None:
        return None
    found = differences.between(kind, live.data, draft.data)
    kinds = Counter([one.kind for one in found.parts] + [row.kind for sheet in found.tables for row in sheet.rows])
    return dict(kinds) if kinds or not found else {"changed": 1}
