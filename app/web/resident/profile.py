"""A resident's profile: homes, interests, how to be told and when, e-mail with its code, stop, forget."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.kernel.errors import Invalid, YikouError, msg
from app.notifications import channels, profiles, queries, wechat_accounts
from app.tenancy import interests
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.pages import dispatch, reading, unkeyed
from app.web.resident import blueprint
from app.web.sessions import actor
from app.web.texts import LOCALES, locale, t

MOST_PLACES, SPARE, MOST_LISTED = 10, 2, 5_000
LABELS = ("home", "parents", "work", "other")
Answer = Response | tuple[str, int]


@blueprint.get("/my/profile")
@access("profile.edit")
def profile() -> str:
    """As it stands; the usual choices where nobody chose yet."""
    return _page()


@blueprint.post("/my/profile")
@access("profile.edit")
def save_profile() -> Answer:
    """All of it at once."""
    sent = request.form
    try:
        dispatch(profiles.SaveProfile, name=sent.get("name", ""), places=tuple(_homes_sent()),
                 locale=sent["locale"] if sent.get("locale") in LOCALES else locale(),
                 interests=tuple(sent.getlist("interests")),
                 channels={kind: tuple(sent.getlist(kind)) for kind in profiles.KINDS},
                 quiet_from=sent.get("quiet_from", "").strip(), quiet_until=sent.get("quiet_until", "").strip(),
                 urgent_at_night=bool(sent.get("urgent_at_night")))
    except Invalid as error:
        return _page(error), 422
    if sent.get("locale") in LOCALES:
        session["lang"] = sent["locale"]
    flash(t(msg("Saved.")))
    return redirect(url_for("resident.profile"), 303)


@blueprint.post("/my/profile/email")
@access("profile.edit")
def save_email() -> Answer:
    """First the address, then the code that was sent there."""
    try:
        if request.form.get("_action") == "confirm":
            if not unkeyed(profiles.ConfirmEmail, code=request.form.get("code", ""))["confirmed"]:
                raise Invalid(msg("Please check the marked fields."), fields={"code": [
                    (msg("This code does not fit, or it is too old. You can have a new one sent."), {})]})
            flash(t(msg("The address is confirmed. Choose above what is to go there.")))
        elif not unkeyed(profiles.RequestEmailCode, email=request.form.get("email", ""), locale=locale())["sent"]:
            raise Invalid(msg("This installation sends no e-mail."))
    except YikouError as error:
        return _page(error), error.status
    return redirect(url_for("resident.profile") + "#mail", 303)


@blueprint.post("/my/profile/stop")
@access("profile.edit")
def stop_all() -> Response:
    """One tap."""
    unkeyed(profiles.StopMessages)
    flash(t(msg("All messages are stopped")))
    return redirect(url_for("resident.profile"), 303)


@blueprint.post("/my/profile/forget")
@access("profile.edit")
def erase_profile() -> Response:
    """Everything on the page."""
    unkeyed(profiles.EraseProfile)
    flash(t(msg("Your profile is deleted.")))
    return redirect(url_for("resident.mine"), 303)


@blueprint.get("/my/messages")
@access("profile.edit")
def my_messages() -> str:
    """What the office told the reader, the newest first."""
    with reading() as reader:
        found = queries.inbox(reader, actor().user_id)
    return render_template("resident/messages.html", found=found)


def ways(view: profiles.ProfileView) -> list[str]:
    """What this installation can do; WeChat only for whoever is linked there."""
    able = {"in_app": True, "sms": channels.for_kind("phone") is not None,
            "email": channels.for_kind("email") is not None,
            "wechat": view.wechat and channels.for_kind("wechat") is not None}
    return [name for name in profiles.CHANNELS if able[name]]


def _homes_sent() -> list[tuple[str, str]]:
    sent = request.form
    pairs = [(sent.get(f"place-{n}", "").strip(), sent.get(f"label-{n}", "home")) for n in range(1, MOST_PLACES + 1)]
    return [(code, label) for code, label in pairs if code]


def _page(error: YikouError | None = None) -> str:
    me = actor()
    with reading() as reader:
        view = profiles.view(reader, me.user_id)
        known = auth.names(reader, {me.user_id} if me.user_id else set())
        facts: dict[str, Any] = {"interests": interests.of(reader), "place_choices": [
            (place.code, place.name) for place in tenancy.places(reader, limit=MOST_LISTED) if place.kind != "grid"]}
    sent = request.form if request.endpoint == "resident.save_profile" else None
    homes = list(_homes_sent() if sent is not None else view.places)
    homes = (homes + [("", "home")] * min(SPARE, max(0, MOST_PLACES - len(homes))))[:MOST_PLACES]
    values: Any = sent or {"name": known.get(me.user_id, "") if me.user_id else "", "locale": locale(),
                           "quiet_from": view.quiet_from, "quiet_until": view.quiet_until,
                           "urgent_at_night": view.urgent_at_night, "email": request.form.get("email", "")}
    return render_template(
        "resident/profile.html", view=view, wechat=wechat_accounts.offered(),
        homes=homes, labels=LABELS, values=values, kinds=profiles.KINDS,
        ways=ways(view), chosen=set(sent.getlist("interests")) if sent is not None else view.interests,
        channels={kind: sent.getlist(kind) for kind in profiles.KINDS} if sent is not None else view.channels,
        problem=t(error.message, **error.params) if error else "",
        errors=error.fields if isinstance(error, Invalid) else {}, **facts)
