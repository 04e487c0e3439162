"""`flask instance stopped|retry|resolve|skip`: what stopped, by filter: tried again, done by hand, or left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from app.cases import queries
from app.cases.commands import RetryIncident, SettleDelivery, SettleIncident
from app.cases.queries import Stopped, StoppedFilter
from app.cli.instances import instance_cli, told
from app.cli.saying import office, say, text
from app.kernel import database
from app.kernel.bus import dispatch, rehearse
from app.kernel.commands import SYSTEM, Command
from app.kernel.errors import YikouError, msg

MOST = 10_000
F = Callable[..., None]


def _narrowed(function: F) -> F:
    """NUMBER... or filters."""
    for option in (click.option("--tenant", "slug", required=True, help="The office, by the name in its address."),
                   click.option("--kind", type=click.Choice(["", "incident", "delivery"]), default="",
                                help="Only incidents of processes, or only events that a receiver failed to take."),
                   click.option("--process", default="", help="Only of this process."),
                   click.option("--at", default="", help="Only at this element, or of this receiver."),
                   click.option("--code", default="", help="Only with this code."),
                   click.argument("numbers", nargs=-1, metavar="[NUMBER]...")):
        function = option(function)
    return function


def _settling(function: F) -> F:
    for option in (click.option("--reason", required=True, help="Stands in the journal of each case."),
                   click.option("--set", "values", default="{}", metavar="JSON", help="Variables to write."),
                   click.option("--look", is_flag=True, help="Only tell where each would stand then.")):
        function = option(function)
    return function


@instance_cli.command("stopped")
@_narrowed
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def stopped(as_json: bool, **narrowed: Any) -> None:
    """What stopped and waits for a person."""
    for one in _found(**narrowed)[1]:
        if as_json:
            click.echo(json.dumps({"kind": one.kind, "id": str(one.id), "number": one.number, "at": one.at,
                                   "code": one.code, "since": one.since.isoformat()}))
        else:
            click.echo("  ".join([one.number or str(one.id), one.kind, one.at, one.code]))


@instance_cli.command("retry")
@_narrowed
@_settling
def retry(**given: Any) -> None:
    """Try them once more, after writing variables."""
    _settle("retry", **given)


@instance_cli.command("resolve")
@_narrowed
@_settling
@click.option("--error", "error_code", default="", metavar="CODE", help="Throw this error in place of the job.")
def resolve(**given: Any) -> None:
    """Somebody did it by hand: go on, a job with the given values."""
    _settle("resolve", **given)


@instance_cli.command("skip")
@_narrowed
@_settling
def skip(**given: Any) -> None:
    """Leave it out and go on without it."""
    _settle("skip", **given)


def _found(slug: str, **narrowed: Any) -> tuple[UUID, list[Stopped]]:
    tenant_id = office(slug)[0]
    with database.current().read(tenant_id) as session:
        return tenant_id, queries.stopped(session, SYSTEM, StoppedFilter(**narrowed), MOST)


def _settle(way: str, reason: str, values: str, look: bool, error_code: str = "", **narrowed: Any) -> None:
    """One transaction each; what fails is told and does not keep the others. Exit code 1 when one failed."""
    try:
        variables = json.loads(values)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--set") from None
    if not any(narrowed[name] for name in ("numbers", "kind", "process", "at", "code")):
        say(msg("Please name cases, or narrow them with --kind, --process, --at or --code."), err=True)
        raise click.exceptions.Exit(1)
    tenant_id, found = _found(**narrowed)
    failed = 0
    for one in found:
        command = _command(tenant_id, one, way, reason, variables, error_code)
        name = one.number or str(one.id)
        try:
            if look:
                click.echo(f"{name}  {_look(command, one)}")
            else:
                dispatch(command)
                click.echo(name)
        except YikouError as error:
            failed += 1
            say(msg("%(number)s: %(problem)s"), err=True, number=name, problem=text(error.message, **error.params))
    say(msg("%(done)s of %(all)s"), err=True, done=len(found) - failed, all=len(found))
    if failed:
        raise click.exceptions.Exit(1)


def _look(command: Command, one: Stopped) -> str:
    case_id = one.case_id
    if case_id is None:
        rehearse(command, lambda _session: None)
        return ""
    return told(rehearse(command, lambda session: queries.standing_of(session, case_id)))


def _command(tenant_id: UUID, one: Stopped, way: str, reason: str, variables: dict[str, Any], error: str) -> Command:
    who: dict[str, Any] = {"tenant_id": tenant_id, "actor": SYSTEM}
    if one.kind == queries.DELIVERY:
        return SettleDelivery(**who, delivery_id=one.id, way=way, reason=reason)
    if way == "retry":
        return RetryIncident(**who, incident_id=one.id, variables=variables)
    return SettleIncident(**who, incident_id=one.id, way=way, reason=reason, variables=variables, error_code=error)
