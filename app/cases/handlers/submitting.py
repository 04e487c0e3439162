"""A request comes in: person, case and process instance are made in one step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.cases import access, appointments, attaching, events, stepping
from app.cases.commands import SubmitCase
from app.cases.journal import record
from app.cases.model import Case, CaseLink, Person
from app.cases.queries.similar import may_join
from app.deadlines import no_clocks
from app.engine import Start
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import search, settings
from app.tenancy.numbers import next_case_number

CHANNELS = frozenset({"web", "wechat", "phone", "counter", "visit", "12345", "message", "iot", "open311"})
URGENCIES = frozenset({"normal", "urgent", "emergency"})
MODULES = frozenset({"LI", "LS", "PS", "CS"})
MAX_TEXT, MAX_FIELDS_BYTES = 10_000, 20_000
PROCESS_SETTING, PROCESS = "case_process", "service_request"


@handles(SubmitCase)
def submit_case(command: SubmitCase, uow: UnitOfWork) -> dict[str, Any]:
    """Check, number, store, and start the office's process of cases."""
    access.require(uow, "case.submit")
    case, token = hand_in(command, uow, {})
    return {"case_id": str(case.id), "number": case.number, "token": token}


def hand_in(command: SubmitCase, uow: UnitOfWork, more: Mapping[str, Any]) -> tuple[Case, str]:
    """The case and its personal link's token. `more` are variables for the start of the process."""
    _check(command)
    token = access.new_token()
    similar = _similar(command, uow)
    case = _case(command, uow, token, _person(command, uow))
    no_clocks(uow.session, case.id)
    uow.session.add(case)
    uow.session.flush()
    search.put(uow.session, uow.tenant_id, "case", str(case.id), (case.number, case.text, case.place_text))
    attaching.attach(uow, case, command.attachment_ids, command.guest_mark)
    record(uow, case, events.CaseSubmitted, anonymous=command.anonymous, attachments=len(command.attachment_ids),
           length=len(command.text))
    process_id = settings.value(uow.session, PROCESS_SETTING, PROCESS)
    variables = {**_variables(command, case, uow), **more}
    if similar is not None:
        uow.session.add(CaseLink(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, other_id=similar.id,
                                 kind="similar", at=uow.now))
        variables["earlier_number"] = similar.number
    stepping.start(uow, case, Start(process_id, variables))
    return case, token


def _similar(command: SubmitCase, uow: UnitOfWork) -> Case | None:
    """Staff may point at any open case, others at those they may know of; a closed one meanwhile is no fault."""
    if command.similar_to is None:
        return None
    if uow.actor.kind == "user" and policy.can(uow.actor, "case.search"):
        return uow.session.scalars(
            select(Case).where(Case.id == command.similar_to, Case.status == "open")).one_or_none()
    return may_join(uow.session, uow.tenant_id, command.similar_to)


def _check(command: SubmitCase) -> None:
    errors: FieldErrors = {}
    if not command.text.strip():
        errors["text"] = [(msg("Please say what it is about."), {})]
    elif len(command.text) > MAX_TEXT:
        errors["text"] = [(msg("At most %(limit)s characters."), {"limit": MAX_TEXT})]
    for name, known in (("channel", CHANNELS), ("urgency_claimed", URGENCIES), ("module", MODULES)):
        value = getattr(command, name)
        if value is not None and value not in known:
            errors[name] = [(msg("Please choose one of the options."), {})]
    for name, limit in (("name", 120), ("phone", 40), ("place_text", 500), ("service", 40), ("on_behalf_of", 120)):
        if len(getattr(command, name) or "") > limit:
            errors[name] = [(msg("At most %(limit)s characters."), {"limit": limit})]
    if not _is_point(command):
        errors["lat"] = [(msg("This is no place on the map."), {})]
    if len(repr(dict(command.fields))) > MAX_FIELDS_BYTES:
        errors["fields"] = [(msg("At most %(limit)s characters."), {"limit": MAX_FIELDS_BYTES})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)


def _is_point(command: SubmitCase) -> bool:
    """Both coordinates or none, in degrees."""
    if command.lat is None or command.lng is None:
        return command.lat is command.lng
    return math.isfinite(command.lat) and abs(command.lat) <= 90 and abs(command.lng) <= 180


def _person(command: SubmitCase, uow: UnitOfWork) -> Person | None:
    """Nobody is recorded for an anonymous request, not even the account it came from."""
    is_resident = "resident" in uow.actor.roles
    if command.anonymous or not (command.name or command.phone or is_resident):
        return None
    person = Person(tenant_id=uow.tenant_id, id=new_id(), name=command.name or None, phone=command.phone or None,
                    user_id=uow.actor.user_id if is_resident else None, created_at=uow.now)
    uow.session.add(person)
    uow.session.flush()
    return person


def _case(command: SubmitCase, uow: UnitOfWork, token: str, person: Person | None) -> Case:
    is_staff = uow.actor.kind == "user" and "resident" not in uow.actor.roles
    return Case(
        tenant_id=uow.tenant_id, id=new_id(), number=next_case_number(uow), module=command.module,
        service=command.service, urgency=command.urgency_claimed, phase="submit", status="open",
        channel=command.channel, locale=command.locale, anonymous=command.anonymous,
        confidential=command.confidential, person_id=person.id if person else None,
        place_id=command.place_id, place_text=command.place_text,
        lat=command.lat, lng=command.lng, text=command.text.strip(), fields=_fields(command),
        token_hash=access.token_hash(token), submitted_at=uow.now, phase_at=uow.now, rounds=1,
        submitted_by=uow.actor.user_id if is_staff else None)


def _fields(command: SubmitCase) -> dict[str, Any]:
    """The generated form's answers, and two wishes that any request may carry."""
    wishes = {"call_back": command.call_back or None,
              "on_behalf_of": None if command.anonymous else (command.on_behalf_of or "").strip() or None}
    return {**command.fields, **{name: value for name, value in wishes.items() if value is not None}}


def _variables(command: SubmitCase, case: Case, uow: UnitOfWork) -> dict[str, Any]:
    """What the process knows at its start: codes and flags, never words or names."""
    account = "resident" in uow.actor.roles and not command.anonymous
    return {"case_id": str(case.id), "number": case.number, "channel": command.channel, "module": command.module,
            "service": command.service, "urgency_claimed": command.urgency_claimed, "anonymous": command.anonymous,
            "reachable": bool(command.phone) or account, "wished_slots": appointments.wishes(command.fields),
            "has_place": bool(command.place_id or command.place_text or command.lat is not None)}
