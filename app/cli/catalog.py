"""`flask catalog check | publish | reload | profile | list | export | package`: definition files and the catalog."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup

from app import catalog, engine
from app.catalog import queries
from app.catalog.commands import PublishFolder
from app.cli.saying import an_office, office, problems_told, say, text
from app.config import ROOT
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, YikouError, msg
from app.offices import files
from app.studio import packages

catalog_cli = AppGroup("catalog", help="Check, publish, list and export processes, tables, forms and messages.")

_root = click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ROOT,
                     help="The folder that holds processes/, rules/ and forms/.")


@catalog_cli.command("check")
@_root
def check(root: Path) -> None:
    """Check all files of the base and of every office, without a database."""
    if problems_told(catalog.check(root)):
        raise click.exceptions.Exit(1)
    say(msg("All files are good."))


@catalog_cli.command("publish")
@_root
@an_office
def publish(root: Path, slug: str | None) -> None:
    """Publish what is new: everything or nothing."""
    if not _publish(root, *office(slug)):
        raise click.exceptions.Exit(1)


@catalog_cli.command("reload")
@_root
def reload(root: Path) -> None:
    """Put in force what is new in the base and in every office's folder: definitions, calendars, settings.

    One that is refused does not stop the others.
    """
    slugs = (None, *(one.partition("/")[2] for one in catalog.offices_of(root)))
    good = [_publish(root, *office(slug)) for slug in slugs]
    good += [_contents(root, *office(slug)) for slug in slugs if slug is not None]
    if not all(good):
        raise click.exceptions.Exit(1)


def _publish(root: Path, tenant_id: UUID, folder: str) -> bool:
    """False when it was refused; why is said."""
    try:
        answer = dispatch(PublishFolder(tenant_id=tenant_id, actor=SYSTEM, root=str(root), folder=folder))
    except DefinitionError as error:
        problems_told(error.problems)
        say(msg("Nothing was published."), err=True)
        return False
    except YikouError as error:
        say(error.message, err=True, **error.params)
        return False
    for one in answer["published"]:
        say(msg("published  %(kind)s %(key)s, version %(version)s"), **one)
    for one in answer["kept"]:
        say(msg("kept       %(kind)s %(key)s: a version published later stays in force"), **one)
    for one in answer["drift"]:
        say(msg("drift      %(kind)s %(key)s: the base has changed since this version was made"), **one)
    say(msg("%(new)s published, %(same)s unchanged, %(kept)s kept."), new=len(answer["published"]),
         same=len(answer["unchanged"]), kept=len(answer["kept"]))
    return True


def _contents(root: Path, tenant_id: UUID, folder: str) -> bool:
    """Calendars and settings; False when one was refused."""
    try:
        done, problems = files.put_in_force(tenant_id, root, folder)
    except YikouError as error:
        say(error.message, err=True, **error.params)
        return False
    for one in done:
        say(msg("in force   %(kind)s %(key)s"), kind=one.kind, key=one.key)
    return not problems_told(problems)


@catalog_cli.command("profile")
def profile() -> None:
    """Tell as Markdown which elements, events and extensions of BPMN run here, and what to use instead."""
    click.echo(engine.markdown(text), nl=False)


@catalog_cli.command("list")
@an_office
@click.option("--kind", help="Only this kind: process, decision, form, message ...")
def list_(slug: str | None, kind: str | None) -> None:
    """List what is in force."""
    tenant_id, _folder = office(slug)
    with database.current().read(tenant_id) as session:
        for entry in queries.listing(session, tenant_id, kind):
            owner = text(msg("own")) if slug and entry.own else text(msg("base"))
            click.echo(f"{entry.kind:<12} {entry.key:<40} {entry.version:>4}  {entry.hash[:12]}  "
                       f"{entry.published_at:%Y-%m-%d %H:%M}  {owner}")


@catalog_cli.command("export")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@an_office
def export(target: Path, slug: str | None) -> None:
    """Write the definitions in force to files below TARGET, for review."""
    tenant_id, folder = office(slug)
    with database.current().read(tenant_id) as session:
        for path in catalog.export(session, tenant_id, target, folder):
            click.echo(path.relative_to(target).as_posix())


@catalog_cli.command("package")
@click.argument("key")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
@an_office
def package(key: str, target: Path | None, slug: str | None) -> None:
    """Write the process KEY with all it needs into one ZIP file, TARGET or KEY.zip."""
    tenant_id, _folder = office(slug)
    try:
        with database.current().read(tenant_id) as session:
            queries.effective(session, tenant_id, "process", key)
            files_of = packages.closure(key, catalog.surroundings(session, tenant_id)[0])
    except YikouError as error:
        say(error.message, err=True, **error.params)
        raise click.exceptions.Exit(1) from None
    path = target or Path(f"{key}.zip")
    path.write_bytes(packages.pack(files_of))
    say(msg("%(file)s: %(count)s definitions"), file=path, count=len(files_of))
