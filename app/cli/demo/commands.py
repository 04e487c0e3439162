"""`flask demo seed` and `flask demo replay`: from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.demo import seed as seeding
from app.cli.demo import year as demo_year
from app.cli.demo.replay import printing
from app.cli.demo.replay.stage import Wanted
from app.cli.demo.replay.stage import replay as play
from app.kernel.errors import YikouError

demo_cli = AppGroup("demo", help="The demo office, and the replay of real messages.")


@demo_cli.command("seed")
def seed() -> None:
    """Publish the base definitions and make the demo office; what is there stays."""
    seeding.seed()
    for line in seeding.accounts():
        click.echo(line)


@demo_cli.command("year")
@click.option("--cases", type=click.IntRange(min=0), help="Requests of the year; by default DEMO_CASES, else 2000.")
@click.option("--seed", type=int, default=demo_year.SEED, show_default=True, help="The same seed makes the same year.")
@click.option("--tenant", "slug", default=seeding.SLUG, show_default=True, help="The demo office to fill.")
@click.option("--behind", is_flag=True, help="Only go on with what was begun, giving way to other processes.")
def year(cases: int | None, seed: int, slug: str, behind: bool) -> None:
    """Fill a demo office with twelve months of requests that were played through its definitions.

    What is there stays; called again it goes on where it stopped.
    """
    try:
        if behind:
            demo_year.behind(slug)
            return
        seeding.seed(slug)
        wanted = demo_year.wanted() if cases is None else cases
        if not demo_year.fill(slug, wanted, seed, lambda told: click.echo(demo_year.line(told))):
            click.echo("the year is there already")
    except YikouError as error:
        raise click.ClickException(str(error)) from None


@demo_cli.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help="Only the first rows of the file.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plays the same decisions.")
@click.option("--tenant", "slug", default="replay", show_default=True, help="Name of the new office to play in.")
@click.option("--database", "url", help="Play on this database instead of one that is thrown away.")
@click.option("--behaviour", type=click.Path(path_type=Path, exists=True), help="Another behaviour.yaml.")
@click.option("--check-state/--no-check-state", default=True, show_default=True,
              help="After every step: the state is the same when restored and saved.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def replay(file: Path, limit: int | None, seed: int, slug: str, url: str | None, behaviour: Path | None,
           check_state: bool, as_json: bool) -> None:
    """Play a table of real messages through the live definitions, on a virtual clock.

    Exit code 1 when an element, a flow or an end was never reached, a case is stuck, or an incident was opened.
    """
    try:
        made = play(Wanted(file, limit, seed, slug, url, check_state, behaviour))
    except YikouError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(made.document(), ensure_ascii=False, indent=1))
    else:
        for line in printing.lines(made):
            click.echo(line)
    if made.failures:
        raise click.exceptions.Exit(1)
