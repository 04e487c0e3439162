"""Languages: which one a page is in, translated messages, and how times and names are written."""

from __future__ import annotations

import logging
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, session
from flask_babel import get_domain

from app.extensions import babel
from app.kernel import clock
from app.web.sessions import office, signed_in

LOCALES = ("zh", "en")
log = logging.getLogger(__name__)


def locale() -> str:
    """The language of this request: chosen, the account's, the browser's, the office's; `zh` or `en`."""
    if not has_request_context():
        return "zh"
    if "locale" not in g:
        g.locale = _select()
    return str(g.locale)


def _select() -> str:
    chosen = session.get("lang")
    if chosen in LOCALES:
        return str(chosen)
    user = signed_in()
    if user is not None and user.locale in LOCALES:
        return str(user.locale)
    asked = request.accept_languages.best_match(LOCALES) if request.accept_languages else None
    here = office()
    return asked or (here.locale if here is not None and here.locale in LOCALES else "zh")


def t(message: str, **params: Any) -> str:
    """A message id and its parameters, in the language of the page."""
    found = str(_catalogue().ugettext(message))
    return found % params if params else found


def _catalogue() -> Any:
    """The messages of this request, looked up once: a page with tables asks for a thousand words."""
    if not has_request_context():
        return get_domain().get_translations()
    known = g.get("catalogue")
    if known is None or known[0] != locale():
        known = g.catalogue = (locale(), get_domain().get_translations())
    return known[1]


def _plural(one: str, many: str, number: int) -> str:
    return str(_catalogue().ungettext(one, many, number))


def zone() -> ZoneInfo:
    """The office's time zone."""
    here = office()
    return ZoneInfo(here.time_zone if here is not None else "UTC")


def local_now() -> datetime:
    """Now, in the office's zone: what forms and expressions take for `now`."""
    return clock.now().astimezone(zone())


def when(at: datetime | str | None) -> str:
    """Day and time in the office's zone; the year only when it is not this one."""
    moment = _moment(at)
    if moment is None:
        return ""
    return f"{_day_words(moment.date(), moment.year == local_now().year, locale())} {moment:%H:%M}"


@lru_cache(maxsize=4096)
def _day_words(on: date, this_year: bool, language: str) -> str:
    """The same few days stand on a page hundreds of times."""
    return format_skeleton("MMMd" if this_year else "yMMMd", datetime.combine(on, time()), locale=language)


def clock_time(at: datetime | str | None) -> str:
    """The time of day in the office's zone."""
    moment = _moment(at)
    return "" if moment is None else f"{moment:%H:%M}"


def day(at: datetime | str | None) -> str:
    """The day with its weekday."""
    moment = _moment(at)
    return "" if moment is None else str(format_date(moment.date(), "full", locale=locale()))


def date_of(text: str) -> str:
    """A day written as ISO, with its weekday; as it is when it is no date."""
    try:
        return str(format_date(date.fromisoformat(text), "full", locale=locale()))
    except ValueError:
        return text


def machine(at: datetime | str | None) -> str:
    """For the `datetime` attribute."""
    moment = _moment(at)
    return "" if moment is None else moment.isoformat()


def _moment(at: datetime | str | None) -> datetime | None:
    if isinstance(at, str):
        at = datetime.fromisoformat(at) if at else None
    return None if at is None else at.astimezone(zone())


def name_of(thing: Any) -> str:
    """The name of a row with `name_zh` and `name_en`, in the language of the page; a mapping with `zh` and `en` too."""
    if thing is None:
        return ""
    if isinstance(thing, dict):
        return str(thing.get(locale()) or thing.get("zh") or "")
    return str(getattr(thing, f"name_{locale()}", None) or getattr(thing, "name_zh", None)
               or getattr(thing, "name", ""))


def install(app: Flask) -> None:
    """Babel, template functions and filters."""
    compile_missing(Path(app.config["BABEL_TRANSLATION_DIRECTORIES"]))
    babel.init_app(app, locale_selector=locale)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.install_gettext_callables(t, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(when=when, clock_time=clock_time, day=day, date_of=date_of, machine=machine,
                                 name_of=name_of)
    app.jinja_env.globals.update(t=t, current_locale=locale, LOCALES=LOCALES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def compile_missing(folder: Path) -> None:
    """Compile catalogues whose compiled form is missing or older, so that a fresh checkout runs."""
    for source in folder.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            with source.open("rb") as opened, target.open("wb") as out:
                write_mo(out, read_po(opened))
        except OSError:
            log.warning("the catalogue %s cannot be compiled", source)
