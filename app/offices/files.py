"""Calendars and settings of an office as files, beside its definitions: `rules/tenants/<slug>/calendar/<year>.csv` (a
table with date, kind and name, which is the year) and `rules/tenants/<slug>/settings.yaml` (names of settings with
their texts as the page takes them). They take the way of the pages: checked, versioned, clocks follow.

As with definitions, content that was in force before is not put in force again: what somebody changed on a page later
stays. What is refused changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import YamlBlock, read_yaml
from app.deadlines import years
from app.deadlines.commands import ImportCalendarYear
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Command
from app.kernel.errors import DefinitionError, FieldErrors, Invalid, Problem, msg
from app.tenancy import queries as tenancy
from app.tenancy import settings, versions
from app.tenancy.commands import SaveOffice

CALENDAR, SETTINGS, OFFICE = "calendar", "settings", "office"
HEAD = ("name_zh", "name_en", "locale")
"""What the office's page has beside the settings."""
MOST_BYTES = 500_000


@dataclass(frozen=True)
class Content:
    """One file that can be read. `document`: what a version that holds all of it says; `values`: as a form sends them.
    """

    kind: str
    key: str
    file: str
    text: str
    document: dict[str, Any]
    places: YamlBlock | None = None


def found(root: Path, folder: str) -> list[Path]:
    """The files of one office, `folder` as `tenants/<slug>`."""
    base = root / "rules" / folder
    return [*sorted((base / CALENDAR).glob("*.csv")), *(one for one in [base / "settings.yaml"] if one.is_file())]


def fingerprint(root: Path, folder: str) -> frozenset[tuple[str, int, int]]:
    """(path, time of the last change in ns, bytes) of each."""
    told = set()
    for path in found(root, folder):
        try:
            state = path.stat()
        except FileNotFoundError:  # gone since it was listed
            continue
        told.add((str(path), state.st_mtime_ns, state.st_size))
    return frozenset(told)


def read(root: Path, folder: str) -> tuple[list[Content], list[Problem]]:
    """What the files say, and what is wrong with those that cannot be put in force."""
    contents, problems = [], []
    for path in found(root, folder):
        file = path.relative_to(root).as_posix()
        try:
            contents.append(_content(path, file))
        except DefinitionError as error:
            problems += error.problems
    return contents, problems


def put_in_force(tenant_id: UUID, root: Path, folder: str) -> tuple[list[Content], list[Problem]]:
    """Each new file by itself: those that are in force now, and why others are not. Raises Paused."""
    contents, problems = read(root, folder)
    done = []
    for one in contents:
        with database.current().read(tenant_id) as session:
            if _known(session, one):
                continue
            command = _command(session, tenant_id, one)
        try:
            dispatch(command)
        except Invalid as error:
            problems += _placed(error, one)
        else:
            done.append(one)
    return done, problems


def waiting(session: Session, root: Path, folder: str) -> list[Problem]:
    """Why files are not in force, as far as reading tells."""
    contents, problems = read(root, folder)
    for one in contents:
        if one.kind == SETTINGS and not _known(session, one):
            problems += _setting_faults(one)
    return problems


def _content(path: Path, file: str) -> Content:
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise DefinitionError([Problem("too_large", msg("The file has more than %(limit)s bytes."),
                                       {"limit": MOST_BYTES}, file=file, line=1)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionError([Problem("unreadable", msg("The file is not UTF-8 text."), file=file, line=1)]) from None
    return _year(path.stem, file, text) if path.suffix == ".csv" else _office(data, file, text)


def _year(name: str, file: str, text: str) -> Content:
    made = Content(CALENDAR, name, file, text, {})
    try:
        year = years.known_year(int(name) if name.isascii() and name.isdecimal() and len(name) < 9 else 0)
        return replace(made, document=years.document(year, years.table(year, text, file, True)))
    except Invalid as error:
        raise DefinitionError(_placed(error, made)) from error


def _office(data: bytes, file: str, text: str) -> Content:
    top = read_yaml(data, file)
    if not isinstance(top, YamlBlock):
        raise DefinitionError([Problem("settings", msg("Settings are a mapping of names to texts."), file=file, line=1,
                                       column=1)])
    known = {*HEAD, *(one.name for one in settings.REGISTRY)}
    problems = [Problem("settings", msg("There is no setting %(name)s. Is it %(near)s?"),
                        {"name": name, "near": _near(name, known)}, file=file, line=top.place_of(name)[0],
                        column=top.place_of(name)[1]) for name in top if name not in known]
    if problems:
        raise DefinitionError(problems)
    return Content(SETTINGS, OFFICE, file, text, {name: _text(value) for name, value in top.items()}, top)


def _near(name: str, known: set[str]) -> str:
    return (get_close_matches(name, sorted(known), 1, 0) or [""])[0]


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _known(session: Session, one: Content) -> bool:
    """Whether a version said all of it before, or it is so now."""
    if one.kind == CALENDAR:
        return any(version.document == versions.plain(one.document)
                   for version in versions.history(session, CALENDAR, one.key))
    tenant_id: UUID = session.info["tenant_id"]
    before = [version.document for version in versions.history(session, SETTINGS, OFFICE)]
    return any(all(document.get(name) == value for name, value in one.document.items())
               for document in [*before, tenancy.office_document(session, tenant_id)])


def _command(session: Session, tenant_id: UUID, one: Content) -> Command:
    if one.kind == CALENDAR:
        return ImportCalendarYear(tenant_id=tenant_id, actor=SYSTEM, year=int(one.key), csv_text=one.text,
                                  source=one.file, official=True, reason=one.file)
    now = tenancy.office_document(session, tenant_id)
    name_zh, name_en, locale = (str(one.document.get(name) or now[name]) for name in HEAD)
    values = {name: value for name, value in one.document.items() if name not in HEAD}
    return SaveOffice(tenant_id=tenant_id, actor=SYSTEM, name_zh=name_zh, name_en=name_en, locale=locale,
                      values=values, reason=one.file)


def _setting_faults(one: Content) -> list[Problem]:
    faults: FieldErrors = {}
    for setting in settings.REGISTRY:
        if setting.name in one.document:
            settings.read(setting, one.document[setting.name], faults)
    return _placed(Invalid(years.CHECK, fields=faults), one) if faults else []


def _placed(error: Invalid, one: Content) -> list[Problem]:
    """Faults of fields as problems with their places."""
    found = [Problem(one.kind, message, params, file=one.file, line=line, column=column)
             for name, faults in error.fields.items() for message, params in faults
             for line, column in [_place(one, name, params)]]
    return found or [Problem(one.kind, error.message, error.params, file=one.file, line=1)]


def _place(one: Content, name: str, params: dict[str, Any]) -> tuple[int, int | None]:
    if one.places is not None:
        return one.places.value_place(name)
    line = int(params.get("at_line", 1))
    lines = one.text.splitlines()
    at = lines[line - 1].find(str(params.get("text") or params.get("on") or "")) if line <= len(lines) else -1
    return line, at + 1 if at >= 0 else None
