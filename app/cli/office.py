"""`flask office create | list | export`: whole offices, from the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.saying import office, say, text
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Invalid
from app.kernel.ids import new_id
from app.offices import archives, queries, starters
from app.offices.commands import CreateOffice
from app.tenancy import terms

office_cli = AppGroup("office", help="Make, list and export whole offices.")


@office_cli.command("create")
@click.argument("slug")
@click.option("--name-zh", required=True, help="The office's name in Chinese.")
@click.option("--name-en", default="", help="The office's name in English.")
@click.option("--admin-name", required=True, help="Name of the first administrator.")
@click.option("--admin-login", default="admin", show_default=True, help="Sign-in name of the first administrator.")
@click.option("--host", default="", help="Own host name.")
@click.option("--locale", default="zh", show_default=True, help="Language: zh or en.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True, help="Name of the time zone.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="Length of the term.")
@click.option("--starters/--empty", "with_starters", default=True, help="Starter units and services.")
@click.password_option("--first-password", help="One-time password of the first administrator.")
def create(slug: str, days: int, with_starters: bool, first_password: str, **values: str) -> None:
    """Make the office SLUG from the base: everything or nothing."""
    today = clock.now().date()
    ends = today + timedelta(days=days - 1)
    term = {"starts_on": today.isoformat(), "ends_on": ends.isoformat(),
            "warn_days": ", ".join(map(str, terms.WARN_DAYS))}
    years = {"calendar_from": str(today.year), "calendar_until": str(ends.year)}
    try:
        answer = dispatch(CreateOffice(
            tenant_id=new_id(), actor=SYSTEM, values={"slug": slug, **values, **years}, term=term, takes_in=True,
            starters=starters.KINDS if with_starters else (), first_password=first_password))
    except Invalid as error:
        say(error.message, err=True, **error.params)
        for name, found in error.fields.items():
            for message, params in found:
                click.echo(f"{name}: {text(message, **params)}", err=True)
        raise click.exceptions.Exit(1) from None
    click.echo(f"/t/{answer['slug']}/  {answer['login']}")


@office_cli.command("list")
def list_() -> None:
    """List the offices with their state, term and use."""
    for one in queries.standings():
        used = "  ".join(f"{use.name} {use.used}" + (f"/{use.most}" if use.most else "") for use in one.uses)
        ends = one.term.ends_on.isoformat() if one.term is not None else "-"
        click.echo(f"{one.office.slug:<24} {one.state:<10} {ends:<10}  {used}")


@office_cli.command("export")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def export(slug: str, target: Path) -> None:
    """Write everything of the office SLUG into the ZIP file TARGET."""
    tenant_id, _folder = office(slug)
    with database.current().snapshot(tenant_id) as session:
        sha256, size = archives.write(session, tenant_id, target.resolve())
    click.echo(f"{sha256}  {size}  {target}")
