"""`flask rehearse KIND ID --file F --days N`: what a change would have made different in the last days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from app import catalog, dmn, engine
from app.cases import backtest
from app.cli.rehearsed import ASKED, told
from app.cli.saying import an_office, office, problems_told, say, stop, text
from app.deadlines import calendar_of, calendar_with, years
from app.kernel import database, documents
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Invalid, Problem, YikouError, msg
from app.rules import compared

ANOTHER, UNSURE = 3, 4
"""Exit codes: something would be different; nothing found, but not everything could be judged."""


@click.command("rehearse")
@click.argument("kind")
@click.argument("key", metavar="ID")
@click.option("--file", "path", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The changed file. It is checked and not published.")
@click.option("--days", default=30, show_default=True, help="How far back.")
@click.option("--most", type=click.IntRange(min=1), help="Look at no more than so many records, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document instead of sentences.")
@an_office
def rehearse(kind: str, key: str, path: Path, days: int, most: int | None, as_json: bool, slug: str | None) -> None:
    """Try a change on the real cases and events of the last days, and tell what would be different.

    KIND is decision (a DMN file; a table of limits tells dates, too), calendar (ID is the year, the file a CSV table
    with date, kind and name), supervision (a rule file) or process (a diagram).

    Exit code 0: all would be the same. 3: some would be different, or could not be decided. 4: none different, but
    some could not be judged. 1: the file or a word is wrong.
    """
    tenant_id, _folder = office(slug)
    try:
        if kind not in KINDS:
            catalog.kind_named(kind)
            raise Invalid(msg("This kind cannot be tried on past cases: %(kind)s. Those that can: %(kinds)s."),
                          kind=kind, kinds=", ".join(KINDS))
        with database.current().snapshot(tenant_id) as session:
            found = KINDS[kind](session, tenant_id, key, path, days, most)
    except DefinitionError as error:
        problems_told(error.problems)
        raise click.exceptions.Exit(1) from None
    except YikouError as error:
        stop(error)
    if as_json:
        click.echo(documents.dump(backtest.document(found, text), indent=2))
    else:
        for line in told(found):
            click.echo(line)
    if found.different or found.failing:
        raise click.exceptions.Exit(ANOTHER)
    raise click.exceptions.Exit(UNSURE if found.unjudged or found.cut else 0)


Try = Callable[[Session, UUID, str, Path, int, int | None], backtest.Backtest]


def _progress(done: int, total: int) -> None:
    say(ASKED, err=True, asked=done, records=total)


def _decision(session: Session, tenant_id: UUID, key: str, path: Path, days: int,
              most: int | None) -> backtest.Backtest:
    data = path.read_bytes()
    _refuse(dmn.lint(data, str(path)))
    return backtest.compare(session, tenant_id, key, data, days=days, actor=SYSTEM, file=str(path), most=most,
                            progress=_progress)


def _calendar(session: Session, tenant_id: UUID, key: str, path: Path, days: int,
              most: int | None) -> backtest.Backtest:
    year = years.known_year(int(key) if key.isascii() and key.isdecimal() and len(key) < 9 else 0)
    try:
        own = years.table(year, path.read_text(encoding="utf-8-sig"), path.name, False)
    except UnicodeDecodeError:
        raise Invalid(msg("The file is not UTF-8 text.")) from None
    except Invalid as error:
        _refuse([Problem("calendar", message, params, file=str(path), line=params.get("at_line"))
                 for message, params in error.fields.get("csv", ())])
        raise
    return backtest.over_calendar(session, key, calendar_of(session, tenant_id),
                                  calendar_with(session, tenant_id, year, years.entries(own)), days=days,
                                  actor=SYSTEM, most=most, progress=_progress)


def _supervision(session: Session, tenant_id: UUID, key: str, path: Path, days: int,
                 most: int | None) -> backtest.Backtest:
    data = path.read_bytes()
    kind = catalog.kind_named("supervision")
    _refuse(kind.lint(data, str(path), _Nothing()))
    if kind.identify(data) != key:
        raise Invalid(msg("The file %(file)s is the rule %(rule)s, not %(id)s."), file=str(path),
                      rule=kind.identify(data), id=key)
    if most is not None:
        raise Invalid(msg("A rule sees all events of its days or none: --most is not for rules."))
    return compared.over_events(session, tenant_id, data, days=days, actor=SYSTEM, progress=_progress)


def _process(session: Session, tenant_id: UUID, key: str, path: Path, days: int,
             most: int | None) -> backtest.Backtest:
    data = path.read_bytes()
    _refuse(engine.lint(data, str(path), _Nothing()))
    return backtest.over_cases(session, tenant_id, key, data, days=days, actor=SYSTEM, file=str(path), most=most,
                               progress=_progress)


class _Nothing:
    """A lookup for checking one file by itself: what it refers to is asked when it is published."""

    def has(self, kind: str, key: str) -> bool:
        """Taken for granted."""
        return True

    def data(self, kind: str, key: str) -> bytes | None:
        """Nothing."""
        return None

    def keys(self, kind: str) -> tuple[str, ...]:
        """None are known."""
        return ()


def _refuse(problems: list[Problem]) -> None:
    wrong = [one for one in problems if one.severity == "error"]
    if wrong:
        raise DefinitionError(wrong)


KINDS: dict[str, Try] = {"decision": _decision, "calendar": _calendar, "supervision": _supervision,
                         "process": _process}
