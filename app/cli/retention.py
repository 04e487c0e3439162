"""`flask retention`: what the table of retention would take now, and taking it at once."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app import retention
from app.cli.saying import office, say, stop
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError, msg
from app.retention.commands import ApplyRetention


@click.command("retention", help="Show what the table of retention would take from the office SLUG now.")
@click.argument("slug")
@click.option("--look/--now", "only_look", default=True, show_default=True,
              help="Only count, or take it now instead of at night.")
@with_appcontext
def retention_cli(slug: str, only_look: bool) -> None:
    """One line for each period: kind, days, how much is due."""
    tenant_id, _folder = office(slug)
    try:
        if not only_look:
            for what in retention.KINDS:
                while dispatch(ApplyRetention(tenant_id=tenant_id, actor=SYSTEM, what=what))["more"]:
                    pass
        with database.current().read(tenant_id) as session:
            found = retention.look(session, tenant_id, clock.now())
    except YikouError as error:
        stop(error)
    if found.version is None:
        say(msg("No table of retention is in force: everything is kept."), err=True)
    for line in found.lines:
        click.echo(f"{line.what:<12} {line.days:>6} {line.due:>8}")
    for what in found.kept:
        click.echo(f"{what:<12} {'-':>6} {0:>8}")
    say(msg("Closed requests that are kept whole: %(count)s"), count=found.held)
