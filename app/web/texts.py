"""Languages: which one a page is in, translated messages, and how times and names are written."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, session
from flask_babel import gettext

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
    return str(gettext(message, **params))


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
    date = format_skeleton("MMMd" if moment.year == local_now().year else "yMMMd", moment, locale=locale())
    return f"{date} {moment:%H:%M}"


def day(at: datetime | str | None) -> str:
    """The day with its weekday."""
    moment = _moment(at)
    return "" if moment is None else str(format_date(moment.date(), "full", locale=locale()))


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
    app.jinja_env.filters.update(when=when, day=day, machine=machine, name_of=name_of)
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
