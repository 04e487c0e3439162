"""`flask rehearse decision ID --file F --days N`: what a changed table would have answered in past cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app import catalog, dmn
from app.cases import backtest
from app.cli.explaining import brief
from app.cli.saying import an_office, office, problems_told, say, stop, text
from app.kernel import database, documents
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Invalid, YikouError, msg

ANOTHER, UNSURE = 3, 4
"""Exit codes: something would be answered otherwise; nothing found, but not everything could be judged."""
SHOWN = 3
"""Samples of a group that are printed; --json has all."""
ASKED = msg("asked %(asked)s of %(records)s")


@click.command("rehearse")
@click.argument("kind")
@click.argument("key", metavar="ID")
@click.option("--file", "path", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The changed file. It is checked and not published.")
@click.option("--days", default=30, show_default=True, help="How far back.")
@click.option("--most", type=click.IntRange(min=1), help="Ask at most so many decisions, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document instead of sentences.")
@an_office
def rehearse(kind: str, key: str, path: Path, days: int, most: int | None, as_json: bool, slug: str | None) -> None:
    """Ask the changed table in a file about the real cases of the last days, and tell what would be different.

    Exit code 0: all would be the same. 3: some would be different, or could not be decided. 4: none different, but
    some could not be judged. 1: the file or a word is wrong.
    """
    tenant_id, _folder = office(slug)
    try:
        catalog.kind_named(kind)
        if kind != "decision":
            raise Invalid(msg("Only decisions can be asked again about past cases, not yet: %(kind)s."), kind=kind)
        data = path.read_bytes()
        with database.current().snapshot(tenant_id) as session:
            wrong = [one for one in dmn.lint(data, str(path)) if one.severity == "error"]
            if wrong:
                raise DefinitionError(wrong)
            found = backtest.compare(session, tenant_id, key, data, days=days, actor=SYSTEM, file=str(path), most=most,
                                     progress=lambda asked, total: say(ASKED, err=True, asked=asked, records=total))
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


def told(found: backtest.Backtest) -> Iterator[str]:
    """The comparison in sentences."""
    yield text(msg("%(asked)s of %(records)s decisions of the last %(days)s days were asked again."),
               asked=found.asked, records=found.records, days=found.days)
    yield text(msg("The same: %(same)s. Different: %(different)s. Could not be decided: %(failing)s. "
                   "Cannot be judged: %(unjudged)s."),
               same=found.same, different=found.different, failing=found.failing, unjudged=found.unjudged)
    for group in found.groups:
        yield f"{group.output or found.decision_id}: {brief(group.before)} -> {brief(group.after)}  ({group.count})"
        if group.already:
            yield "  " + text(msg("%(count)s of them the version in force answers so already."), count=group.already)
        yield from _samples(group.samples)
    for trouble in (*found.failures, *found.not_judged):
        yield f"{text(trouble.message, **trouble.params)}  ({trouble.count})"
        yield from _samples(trouble.samples)
    yield from _beside(found)


def _samples(samples: list[backtest.Sample]) -> Iterator[str]:
    for one in samples[:SHOWN]:
        rows = "; ".join(f"{each.decision}: {_numbers(each.before)} -> {_numbers(each.after)}" for each in one.rows)
        where = text(msg("rows")) + f" {rows}" if rows else ""
        yield f"  {one.number}  {one.at:%Y-%m-%d %H:%M}  {where}".rstrip()


def _numbers(rows: tuple[int, ...]) -> str:
    return ", ".join(map(str, rows)) or "-"


def _beside(found: backtest.Backtest) -> Iterator[str]:
    """What a reader must know to trust the figures."""
    sources = {"form": msg("%(name)s was not kept with %(count)s decisions; it was taken from a form sent before."),
               "case": msg("%(name)s was not kept with %(count)s decisions; it was taken from the case as it is now.")}
    for (name, source), count in found.presumed.items():
        yield text(sources[source], name=name, count=count)
    if found.valueless:
        yield text(msg("Without a value in all these decisions: %(names)s."), names=", ".join(found.valueless))
    if found.settings:
        yield text(msg("Settings were read as they are now: %(names)s."), names=", ".join(found.settings))
    for one in found.dates:
        yield text(msg("Running clocks %(clock)s: %(earlier)s of %(cases)s would be due earlier, %(later)s later; "
                       "overdue %(before)s now, %(after)s then; without a limit %(undated)s."), **_shift(one))


def _shift(one: backtest.Shift) -> dict[str, Any]:
    return {"clock": one.clock, "cases": one.cases, "earlier": one.earlier, "later": one.later,
            "before": one.overdue_before, "after": one.overdue_after, "undated": one.undated}
