"""`flask catalog check | publish | list | export`: definition files and the catalog, from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup
from flask_babel import gettext

from app import catalog
from app.catalog import queries
from app.catalog.commands import PublishFolder
from app.config import ROOT
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Problem, YikouError, msg
from app.kernel.model import BASE_TENANT_ID
from app.tenancy.queries import tenant_by_slug

catalog_cli = AppGroup("catalog", help="Check, publish, list and export processes, tables, forms and messages.")

_root = click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ROOT,
                     help="The folder that holds processes/, rules/ and forms/.")
_office = click.option("--tenant", "slug", help="The office, by the name in its address. Without it: the base.")


@catalog_cli.command("check")
@_root
def check(root: Path) -> None:
    """Check all files of the base and of every office, without a database."""
    if _report(catalog.check(root)):
        raise click.exceptions.Exit(1)
    _say(msg("All files are good."))


@catalog_cli.command("publish")
@_root
@_office
def publish(root: Path, slug: str | None) -> None:
    """Publish what is new: everything or nothing."""
    tenant_id, folder = _owner(slug)
    try:
        answer = dispatch(PublishFolder(tenant_id=tenant_id, actor=SYSTEM, root=str(root), folder=folder))
    except DefinitionError as error:
        _report(error.problems)
        _say(msg("Nothing was published."), err=True)
        raise click.exceptions.Exit(1) from None
    except YikouError as error:
        _say(error.message, err=True, **error.params)
        raise click.exceptions.Exit(1) from None
    for one in answer["published"]:
        _say(msg("published  %(kind)s %(key)s, version %(version)s"), **one)
    for one in answer["kept"]:
        _say(msg("kept       %(kind)s %(key)s: a version published later stays in force"), **one)
    for one in answer["drift"]:
        _say(msg("drift      %(kind)s %(key)s: the base has changed since this version was made"), **one)
    _say(msg("%(new)s published, %(same)s unchanged, %(kept)s kept."), new=len(answer["published"]),
         same=len(answer["unchanged"]), kept=len(answer["kept"]))


@catalog_cli.command("list")
@_office
@click.option("--kind", help="Only this kind: process, decision, form, message ...")
def list_(slug: str | None, kind: str | None) -> None:
    """List what is in force."""
    tenant_id, _folder = _owner(slug)
    with database.current().read(tenant_id) as session:
        for entry in queries.listing(session, tenant_id, kind):
            owner = gettext(msg("own")) if slug and entry.own else gettext(msg("base"))
            click.echo(f"{entry.kind:<12} {entry.key:<40} {entry.version:>4}  {entry.hash[:12]}  "
                       f"{entry.published_at:%Y-%m-%d %H:%M}  {owner}")


@catalog_cli.command("export")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@_office
def export(target: Path, slug: str | None) -> None:
    """Write the definitions in force to files below TARGET, for review."""
    tenant_id, folder = _owner(slug)
    with database.current().read(tenant_id) as session:
        for path in catalog.export(session, tenant_id, target, folder):
            click.echo(path.relative_to(target).as_posix())


def _owner(slug: str | None) -> tuple[UUID, str]:
    """(tenant, folder) of the base or of an office; ends the command when there is no such office."""
    if slug is None:
        return BASE_TENANT_ID, "base"
    tenant = tenant_by_slug(slug)
    if tenant is None:
        _say(msg("There is no office called %(slug)s."), err=True, slug=slug)
        raise click.exceptions.Exit(1)
    return tenant.tenant_id, f"tenants/{tenant.slug}"


def _report(problems: Iterable[Problem]) -> bool:
    """Print `file:line element message` for each problem; whether one of them is an error."""
    problems = sorted(problems, key=lambda one: (one.file or "", one.line or 0))
    for problem in problems:
        level = gettext(msg("error")) if problem.severity == "error" else gettext(msg("warning"))
        click.echo(f"{problem.place()} {level}: {_text(problem.message, dict(problem.params))}", err=True)
    return any(problem.severity == "error" for problem in problems)


def _text(message: str, params: dict[str, object]) -> str:
    text = str(gettext(message))
    return text % params if params else text


def _say(message: str, *, err: bool = False, **params: object) -> None:
    click.echo(_text(message, params), err=err)
