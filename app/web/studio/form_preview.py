"""A form as it will be asked, while it is being edited: our own page in a frame that runs no script."""

from __future__ import annotations

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from app import catalog, forms
from app.cases import queries as cases
from app.kernel.errors import DefinitionError, Invalid, NotFound, TooLarge, msg
from app.web.access import access
from app.web.admin import content
from app.web.admin.sent import expect, text
from app.web.pages import reading
from app.web.studio import blueprint
from app.web.texts import LOCALES, local_now

POLICY = ("default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; "
          "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin")
"""No script runs and nothing can be sent; only our own pages may frame it. The origin stays: else our styles are
foreign to it."""


@blueprint.post("/form/<key>/preview")
@access("definition.read")
def preview_form(key: str) -> Response:
    """The sent text as a form, empty; or what keeps it from being one. Nothing is stored."""
    expect("source", "lang")
    if not catalog.KEY.fullmatch(key):
        raise NotFound(msg("There is no such version."))
    lang = text("lang")
    if lang not in LOCALES:
        raise Invalid(msg("%(value)s is not known here."), value=lang[:100])
    data = request.form.get("source", "").replace("\r\n", "\n").encode()
    limit = catalog.kind_named("form").max_bytes
    if len(data) > limit:
        raise TooLarge(msg("The file has more than %(limit)s bytes."), limit=limit)
    return _framed(_shown(data, key, lang))


def _shown(data: bytes, key: str, lang: str) -> str:
    """A form that does not hold yet is what somebody who is writing one mostly has: it is an answer, no refusal."""
    try:
        form = forms.load(data, key)
    except DefinitionError as error:
        return render_template("studio/form_preview.html", model=None, problems=error.problems[:20])
    with reading() as reader, content.language(lang):
        model = forms.render(form, {}, None, locale=lang, now=local_now(), options_sources=cases.options(reader, lang))
        return render_template("studio/form_preview.html", model=model, problems=[])


def _framed(page: str) -> Response:
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer
