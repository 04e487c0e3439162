"""Reading the submit page: our own fields, the extra form of a module or service, photos. Clerks use it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app import catalog, forms
from app.auth import phones
from app.cases import queries as cases
from app.kernel.errors import FieldErrors, Invalid, msg
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.tenancy.model import Place
from app.web.pages import entries, uuid_or_none
from app.web.resident import places
from app.web.sessions import the_office
from app.web.texts import local_now, locale, t

OWN = ("c-text", "c-name", "c-phone", "c-anonymous", "c-confidential", "c-place", "c-place_text", "c-module",
       "c-service", "c-channel", "c-urgency", "c-call_back", "c-on_behalf_of", "c-similar", "photos", "photos_wide",
       "photos_sent", "photos_wide_sent", "c-near", "c-for_other", "c-exact", "c-lat", "c-lng")
MODULE_FORMS = {"LI": "submit_information", "LS": "submit_life_service", "PS": "submit_public_service",
                "CS": "submit_complaint"}
MOST_PLACES = 400


@dataclass
class Draft:
    """What somebody is about to hand in; `extra` are the entries of the generated form."""

    values: dict[str, str]
    module: str | None
    service: Any = None
    form: forms.Form | None = None
    extra: dict[str, str | list[str]] = field(default_factory=dict)
    shown: forms.RenderModel | None = None
    places: list[Place] = field(default_factory=list)
    place: Place | None = None
    errors: FieldErrors = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


def read(session: Session, *, first: bool = False) -> Draft:
    """The draft of this request, with its generated form looked up. `first`: nothing was entered in that form."""
    sent = entries() if request.method == "POST" else {}
    values = {name.removeprefix("c-"): str(sent.get(name, "")) for name in OWN if name.startswith("c-")}
    for name in ("module", "service", "place", "call_back"):
        values[name] = values[name] or request.args.get(name, "")
    service = knowledge.service(session, values["service"]) if values["service"] else None
    module = service.module if service is not None else values["module"]
    draft = Draft(values, module if module in MODULE_FORMS else None, service)
    draft.places = tenancy.places(session, limit=MOST_PLACES)
    try:
        draft.place = places.chosen(session, values)
    except Invalid as error:
        draft.errors.update(error.fields)
    draft.form = extra_form(session, draft.module, service.code if service is not None else None)
    draft.extra = {} if first else {name: value for name, value in sent.items() if name not in OWN}
    return draft


def extra_form(session: Session, module: str | None, service: str | None) -> forms.Form | None:
    """The service's own form, else the module's, else none."""
    tenant_id = the_office().tenant_id
    for key in (f"service_{service}" if service else None, MODULE_FORMS.get(module or "")):
        if key is not None and catalog.KEY.fullmatch(key) and catalog.live(session, tenant_id, "form", key):
            found: forms.Form = catalog.compiled(session, tenant_id, "form", key)[1]
            return found
    return None


def own_form(session: Session, service: str) -> catalog.Published | None:
    """The form that a service has for itself, if any."""
    key = f"service_{service}"
    return catalog.live(session, the_office().tenant_id, "form", key) if catalog.KEY.fullmatch(key) else None


def show(session: Session, draft: Draft, errors: Mapping[str, Any] | None = None, *, first: bool = False) -> None:
    """Work out the render model of the generated form."""
    if draft.form is not None:
        draft.shown = forms.render(draft.form, {}, errors, locale=locale(), now=local_now(),
                                   options_sources=cases.options(session, locale()),
                                   raw=None if first else draft.extra)


def check(session: Session, draft: Draft) -> bool:
    """Validate the generated form and the phone; False when there is something to mend."""
    found: FieldErrors = {}
    if draft.form is not None:
        outcome = forms.validate(draft.form, draft.extra, locale=locale(), now=local_now(),
                                 options_sources=cases.options(session, locale()))
        found, draft.fields, draft.extra = dict(outcome.errors), outcome.data, dict(outcome.raw)
    if draft.values["phone"] and not draft.values["anonymous"]:
        try:
            draft.values["phone"] = phones.normal(draft.values["phone"])
        except Invalid as error:
            draft.errors.update(error.fields)
    show(session, draft, found)
    return not found and not draft.errors


def submission(draft: Draft, attachment_ids: tuple[UUID, ...]) -> dict[str, Any]:
    """The data of `SubmitCase`; an anonymous request carries neither name nor phone."""
    anonymous = bool(draft.values["anonymous"])
    other = bool(draft.values["for_other"])
    on_behalf_of = draft.values["on_behalf_of"].strip() or (t(msg("somebody else")) if other else None)
    return {
        "text": draft.values["text"], "anonymous": anonymous, "module": draft.module,
        "name": None if anonymous else draft.values["name"].strip() or None,
        "phone": None if anonymous else draft.values["phone"].strip() or None,
        "service": draft.service.code if draft.service is not None else None,
        "place_id": draft.place.id if draft.place is not None else None, **places.point(draft.values),
        "place_text": draft.values["place_text"].strip() or None, "attachment_ids": attachment_ids,
        "fields": draft.fields, "locale": locale(), "similar_to": uuid_or_none(draft.values["similar"]),
        "call_back": bool(draft.values["call_back"]),
        "confidential": bool(draft.values["confidential"]), "on_behalf_of": on_behalf_of,
    }
