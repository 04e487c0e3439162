"""Named lists for forms and pages: services, units, modules, places. Rooms above register what they know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.forms import Option
from app.tenancy import queries as tenancy

Names = tuple[str, str]
"""zh and en."""

MODULES: dict[str, Names] = {
    "LI": ("生活信息", "Living information"), "LS": ("生活服务", "Living services"),
    "PS": ("公共服务", "Public services"), "CS": ("投诉建议", "Complaints and suggestions"),
}


@dataclass(frozen=True)
class Listed:
    """One value with its names."""

    value: str
    zh: str
    en: str

    def label(self, locale: str) -> str:
        """In the reader's language."""
        return self.en if locale.startswith("en") else self.zh


Source = Callable[[Session], Sequence[Listed]]
_sources: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """Make a list known under the name that forms use as `valuesKey`; a later one replaces it."""
    _sources[name] = source


def _modules(_session: Session) -> list[Listed]:
    return [Listed(code, *names) for code, names in MODULES.items()]


def _units(session: Session) -> list[Listed]:
    return [Listed(unit.code, unit.name_zh, unit.name_en) for unit in tenancy.units(session, active_only=True)]


def _places(session: Session) -> list[Listed]:
    return [Listed(place.code, place.name, place.name) for place in tenancy.places(session)]


register_source("modules", _modules)
register_source("units", _units)
register_source("places", _places)


def listed(session: Session, name: str) -> Sequence[Listed] | None:
    """The list of this name, or None when nobody registered it."""
    source = _sources.get(name)
    return None if source is None else source(session)


def names(session: Session, name: str) -> dict[str, Names]:
    """Code -> names, for pages."""
    return {item.value: (item.zh, item.en) for item in listed(session, name) or ()}


def options(session: Session, locale: str) -> Callable[[str], list[Option] | None]:
    """The lists as the forms room wants them."""
    def of(name: str) -> list[Option] | None:
        found = listed(session, name)
        return None if found is None else [Option(item.value, item.label(locale)) for item in found]

    return of
