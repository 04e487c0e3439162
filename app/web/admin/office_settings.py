"""The office's names, language and settings: one form with the default of each and what reads it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries as cases
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.tenancy import queries, settings
from app.tenancy.commands import SaveOffice
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import expect, text
from app.web.moves import Moves, moves
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.texts import LOCALES, t

NAMES = ("name_zh", "name_en", "locale")


@blueprint.get("/settings")
@access("settings.manage")
def office_settings() -> str:
    """Everything that can be set."""
    with reading() as reader:
        document = queries.office_document(reader, the_office().tenant_id)
    return _form(document)


def _form(values: Any, error: YikouError | None = None, looked: list[content.Changed] | None = None,
          effect: Moves | None = None) -> str:
    languages = [(code, t(content.LANGUAGES[code])) for code in LOCALES]
    return render_template("admin/settings.html", values=values, registry=settings.REGISTRY, languages=languages,
                           looked=looked, effect=effect, **content.form_state("settings", "office", error))


@blueprint.post("/settings")
@access("settings.manage")
def save_settings() -> str | Response | tuple[str, int]:
    """All at once; a value that does not fit is said at its field and nothing is saved."""
    known, effect = [one.name for one in settings.REGISTRY], list[Moves]()
    try:
        expect("begun_from", "reason", *NAMES, *known)
        looked = content.save(
            "settings", "office", SaveOffice, lambda session: effect.append(moves(cases.recalculated(session))),
            begun_from=content.begun(), reason=text("reason"),
            values={name: text(name) for name in known if name in request.form}, **{name: text(name) for name in NAMES})
        if looked is not None:
            return _form(request.form, looked=looked, effect=effect[0] if effect else None)
    except (Invalid, Conflict) as error:
        return _form(request.form, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.office_settings"), 303)
