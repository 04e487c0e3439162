"""`flask backup`, `flask restore` and `flask release`: the whole installation in one file, and back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app import backups
from app.backups.commands import NoteBackup, ReleaseOffice
from app.cli.saying import office, say, stop
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.tenancy.queries import tenants

A_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup", help="Write everything into the file TARGET while the offices work on.")
@click.argument("target", type=A_FILE)
@click.option("--verify", is_flag=True, help="Only read the backup TARGET through and say whether it is whole.")
@with_appcontext
def backup(target: Path, verify: bool) -> None:
    """Exit code 1 when there is no whole backup."""
    try:
        if verify:
            with backups.checking.opened(target) as found:
                _tell(found.manifest)
            return
        made = backups.archives.write(target.resolve())
        with backups.checking.opened(target) as found:
            _tell(found.manifest)
    except YikouError as error:
        stop(error)
    total = _rows(made.manifest)
    for one in tenants():
        dispatch(NoteBackup(tenant_id=one.tenant_id, actor=SYSTEM, rows=total, files=made.manifest["files"],
                            sha256=made.sha256))
    click.echo(f"{made.sha256}  {made.size}  {target}")


def _rows(manifest: dict[str, Any]) -> int:
    return sum(one["rows"] for one in manifest["tables"])


def _tell(manifest: dict[str, Any]) -> None:
    say(msg("A whole backup of %(made_at)s, release %(version)s, schema %(migration)s, %(database)s: %(rows)s rows, "
            "%(files)s files."), made_at=manifest["made_at"], version=manifest["version"],
        migration=manifest["migration"], database=manifest["database"], rows=_rows(manifest), files=manifest["files"])
    for name in manifest["missing_files"]:
        say(msg("The store has lost the file %(name)s."), err=True, name=name)


@click.command("restore", help="Fill the database and the files from the backup SOURCE. Stop web and workers first.")
@click.argument("source", type=A_FILE)
@click.option("--replace", is_flag=True, help="Give up what is in the database now.")
@click.option("--hold", is_flag=True, help="Offices do nothing and send nothing until `flask release`.")
@click.option("--erased", "later", type=A_FILE, multiple=True,
              help="A later backup, or the erased.jsonl of another machine: who was erased until then is erased again. "
                   "May be given several times.")
@with_appcontext
def restore(source: Path, replace: bool, hold: bool, later: tuple[Path, ...]) -> None:
    """Nothing is touched before all of the backup was read through; exit code 1 when nothing was done."""
    try:
        lines = [line for path in later for line in _erased(path)]
        with backups.checking.opened(source) as found:
            _restore(found, replace, hold, lines)
    except YikouError as error:
        stop(error)


def _erased(path: Path) -> list[backups.erasures.Line]:
    """Raises what `opened` raises, and Invalid for a file without a line of such a list."""
    if path.is_file() and not zipfile.is_zipfile(path):
        with path.open("rb") as lines:
            found = list(backups.erasures.parsed(lines))
        if not found:
            raise Invalid(msg("%(file)s is neither a backup nor a list of erased people."), file=path.name)
        return found
    with backups.checking.opened(path) as other:
        return other.erased()


def _restore(found: backups.checking.Backup, replace: bool, hold: bool, lines: list[backups.erasures.Line]) -> None:
    _tell(found.manifest)
    done = backups.restoring.restore(found, replace=replace, hold=hold, erased=lines)
    say(msg("Restored %(offices)s offices, %(rows)s rows and %(files)s files; the schema is %(migration)s now."),
        offices=done.offices, rows=done.rows, files=done.files, migration=done.migration)
    if done.erased or done.waiting:
        say(msg("Erased again: %(erased)s people; %(waiting)s follow when their open requests have ended."),
            erased=done.erased, waiting=done.waiting)
    if hold:
        say(msg("All offices are held. Look at them, then let them work: flask release"))


@click.command("release", help="Let offices work that a restore holds: the office SLUG, or all of them.")
@click.argument("slug", required=False)
@with_appcontext
def release(slug: str | None) -> None:
    """Offices whose subscription is suspended stay as they are."""
    wanted = [office(slug)[0]] if slug else [one.tenant_id for one in tenants()]
    released = 0
    for tenant_id in wanted:
        try:
            dispatch(ReleaseOffice(tenant_id=tenant_id, actor=SYSTEM))
            released += 1
        except Conflict as error:
            if slug:
                stop(error)
    say(msg("Offices that work again: %(count)s"), count=released)
