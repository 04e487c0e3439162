"""The first page, the list of offices of an installation, and the reader's preferences."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.web import sessions
from app.web.access import PUBLIC, access
from app.web.pages import next_page, reading
from app.web.resident import answers, blueprint
from app.web.sessions import office, the_office
from app.web.texts import LOCALES


@blueprint.get("/")
@access(PUBLIC)
def home() -> str | Response:
    """What this is, and one box. `q` asks in it by an address."""
    if office() is None:
        return _offices()
    query = request.args.get("q", "").strip()
    if not query:
        return page()
    with reading() as reader:
        known = answers.of(reader, query)
    return page(known)


def page(known: answers.Known | None = None) -> str:
    """The first page, with what is known about the words in the box."""
    with reading() as reader:
        doors = auth.open_roles(reader, the_office().tenant_id)
    return render_template("resident/home.html", known=known, doors=doors)


def _offices() -> str | Response:
    found = tenancy.tenants()
    if len(found) == 1:
        return redirect(f"{request.script_root}/t/{found[0].slug}/")
    return render_template("resident/offices.html", offices=found)


@blueprint.get("/preferences")
@access(PUBLIC)
def preferences() -> Response:
    """Language and size of the text, kept by the browser; nothing else changes."""
    answer = redirect(next_page("resident.home"))
    if request.args.get("lang") in LOCALES:
        session["lang"] = request.args["lang"]
        session.permanent = True
    if request.args.get("large") in ("0", "1"):
        sessions.choose_view(answer, large=request.args["large"] == "1")
    return answer


@blueprint.get("/service/<code>")
@access(PUBLIC)
def service(code: str) -> str | Response:
    """One entry of the catalogue: what is promised, answers to questions, and the way to ask for it."""
    with reading() as reader:
        found = knowledge.service(reader, code)
        items = knowledge.items(reader, service_code=code)
    if found is None or not found.active:
        return redirect(url_for("resident.home"))
    return render_template("resident/service.html", service=found, items=items)


@blueprint.get("/services/<module>")
@access(PUBLIC)
def services(module: str) -> str:
    """The catalogue of one module."""
    with reading() as reader:
        found = knowledge.services(reader, module=module)
    return render_template("resident/services.html", module=module, services=found)
