"""`flask instance migrate` and `migrations`: running processes to another version of their diagram, and back."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from app.cases import moving
from app.catalog import queries as catalog
from app.catalog.queries import Entry
from app.cli.instances import instance_cli
from app.cli.saying import office, say, stop, text
from app.kernel import bus, database
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError, msg
from app.workers import moving as worker

PIECE_SECONDS = 2.0
SUMMARY = msg("%(all)s cases: %(can)s can move, %(stay)s stay.")
DONE = msg("%(done)s of %(all)s done: %(moved)s moved, %(stayed)s stayed, %(failed)s failed.")


@instance_cli.command("migrate")
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
@click.option("--process", required=True, help="The process whose running cases go to another version.")
@click.option("--from", "old", required=True, metavar="VERSION", help="Its number, or the beginning of its hash.")
@click.option("--to", "new", required=True, metavar="VERSION", help="As --from.")
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="What takes the place of an element.")
@click.option("--at", multiple=True, metavar="ELEMENT", help="Only those that wait at one of these.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only cases handed in since this day, UTC.")
@click.option("--look", is_flag=True, help="Only tell what would happen; nothing at all is written.")
@click.option("--reason", required=True, help="Stands in the journal of each case.")
@click.option("--json", "as_json", is_flag=True, help="With --look: one JSON document for each case.")
def migrate(slug: str, process: str, old: str, new: str, pairs: tuple[str, ...], at: tuple[str, ...],
            since: datetime | None, look: bool, reason: str, as_json: bool) -> None:
    """Move all that can; those that stay are told with their reasons. Ends with 1 when a move failed."""
    tenant_id = office(slug)[0]
    try:
        before, after = _version(tenant_id, process, old), _version(tenant_id, process, new)
        chosen: dict[str, Any] = {"pairs": _pairs(pairs), "at": at,
                                  "submitted_from": since.replace(tzinfo=UTC) if since else None}
        if look:
            _look(tenant_id, process, before, after, chosen, as_json)
            return
        answer = bus.dispatch(moving.PlanMigration(tenant_id=tenant_id, actor=SYSTEM, process_id=process,
                                                   from_hash=before, to_hash=after, reason=reason, **chosen))
        _through(tenant_id, UUID(answer["run_id"]))
    except YikouError as error:
        stop(error)


@instance_cli.group("migrations", invoke_without_command=True)
@click.option("--tenant", "slug", help="The office, by the name in its address.")
@click.option("--process", default=None, help="Only of this process.")
@click.option("--stop", "stopped", type=click.UUID, help="No further case of this move goes on.")
@click.option("--start", "started", type=click.UUID, help="Go on with a move that was stopped, or looked at.")
@click.option("--back", type=click.UUID, help="Take this move back.")
@click.option("--reason", default="", help="With --back: stands in the journal of each case.")
@click.pass_context
def migrations(context: click.Context, slug: str | None, process: str | None, stopped: UUID | None,
               started: UUID | None, back: UUID | None, reason: str) -> None:
    """List moves of running cases; stop one, go on with one, take one back; pause and resume."""
    if context.invoked_subcommand is not None:
        return
    if slug is None:
        raise click.MissingParameter(param_hint="--tenant", param_type="option", ctx=context)
    tenant_id = office(slug)[0]
    try:
        if stopped is not None:
            bus.dispatch(moving.StopMigration(tenant_id=tenant_id, actor=SYSTEM, run_id=stopped))
        elif started is not None:
            _move(tenant_id, started)
        elif back is not None:
            answer = bus.dispatch(moving.PlanWayBack(tenant_id=tenant_id, actor=SYSTEM, run_id=back, reason=reason))
            _through(tenant_id, UUID(answer["run_id"]))
        else:
            _list(tenant_id, process)
    except YikouError as error:
        stop(error)


@migrations.command("pause")
@click.argument("run_id", type=click.UUID)
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
@click.option("--reason", required=True, help="Stands with the move and in the trail.")
def pause(run_id: UUID, slug: str, reason: str) -> None:
    """Nothing of the move goes on until it is resumed."""
    try:
        bus.dispatch(moving.PauseMigration(tenant_id=office(slug)[0], actor=SYSTEM, run_id=run_id, reason=reason))
    except YikouError as error:
        stop(error)


@migrations.command("resume")
@click.argument("run_id", type=click.UUID)
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
@click.option("--reason", required=True, help="Stands with the move and in the trail.")
def resume(run_id: UUID, slug: str, reason: str) -> None:
    """The move goes on where it was; workers carry it on."""
    try:
        bus.dispatch(moving.ResumeMigration(tenant_id=office(slug)[0], actor=SYSTEM, run_id=run_id, reason=reason))
    except YikouError as error:
        stop(error)


def _list(tenant_id: UUID, process: str | None) -> None:
    with database.current().read(tenant_id) as session:
        for one in moving.runs(session, SYSTEM, process):
            run = one.run
            click.echo(f"{run.id}  {run.process_id} {run.from_version} → {run.to_version}  {run.state}  "
                       f"{text(DONE, **_counts(one))}  {run.reason}")


def _counts(one: moving.RunView) -> dict[str, Any]:
    return {"done": one.done, "all": one.total, "moved": one.moved, "stayed": one.stayed, "failed": one.failed}


def _version(tenant_id: UUID, process: str, wanted: str) -> str:
    """The hash of a version; the office's own one goes before a shipped one of the same number."""
    with database.current().read(tenant_id) as session:
        known = catalog.history(session, tenant_id, "process", process)
    found: list[Entry] = sorted((one for one in known if str(one.version) == wanted or (
        len(wanted) >= 6 and one.hash.startswith(wanted))), key=lambda one: not one.own)
    if not found:
        raise click.BadParameter(text(msg("There is no version %(version)s of %(process)s."), version=wanted,
                                      process=process))
    return found[0].hash


def _pairs(given: Iterable[str]) -> dict[str, str]:
    found = {}
    for one in given:
        before, mark, after = one.partition("=")
        if not (before and mark and after):
            raise click.BadParameter(text(msg("%(given)s is no pair OLD=NEW."), given=one), param_hint="--map")
        found[before] = after
    return found


def _look(tenant_id: UUID, process: str, before: str, after: str, chosen: dict[str, Any], as_json: bool) -> None:
    counts: Counter[str] = Counter()
    with database.current().read(tenant_id) as session:
        for number, item in moving.look(session, tenant_id, process, before, after, **chosen):
            counts[item.verdict] += 1
            if as_json:
                click.echo(json.dumps({"number": number, "at": item.at.split(","), "verdict": item.verdict,
                                       "remarks": [one[:2] for one in item.remarks]}))
            else:
                click.echo("  ".join([number, item.verdict, item.at, *(_told(one) for one in item.remarks)]))
    if not as_json:
        say(SUMMARY, all=counts.total(), can=counts["can"], stay=counts["stays"])


def _told(remark: list[Any]) -> str:
    said = text(remark[2], **remark[3])
    return said if not remark[1] or remark[1] in said else f"{remark[1]}: {said}"


def _through(tenant_id: UUID, run_id: UUID) -> None:
    """Look and move in this process; a worker that takes part does no harm."""
    worker.carry_on(tenant_id, run_id, moving.LOOKING, float("inf"))
    with database.current().read(tenant_id) as session:
        seen = moving.run_view(session, SYSTEM, run_id)
    say(SUMMARY, all=seen.total, can=seen.can, stay=seen.stay)
    _move(tenant_id, run_id)


def _move(tenant_id: UUID, run_id: UUID) -> None:
    click.echo(str(run_id))
    bus.dispatch(moving.StartMigration(tenant_id=tenant_id, actor=SYSTEM, run_id=run_id))
    while True:
        worker.carry_on(tenant_id, run_id, moving.RUNNING, time.monotonic() + PIECE_SECONDS)
        with database.current().read(tenant_id) as session:
            seen = moving.run_view(session, SYSTEM, run_id)
        say(DONE, **_counts(seen))
        if seen.run.state != moving.RUNNING:
            break
    for group in seen.groups:
        if group.outcome != "moved" and group.remark is not None:
            click.echo(f"{group.count}  {', '.join(group.at)}  {_told(list(group.remark))}")
    if seen.failed:
        raise click.exceptions.Exit(1)
