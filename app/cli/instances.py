"""`flask instance ...`: running processes from the shell: list, show, suspend, resume, move; many at once by filter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from app.cases import queries
from app.cases.commands import ModifyCase, ResumeCase, SuspendCase
from app.cases.queries import Effect, Running
from app.cli.saying import office, say, text
from app.kernel import database
from app.kernel.bus import dispatch, rehearse
from app.kernel.commands import SYSTEM, Command
from app.kernel.errors import YikouError, msg

instance_cli = AppGroup("instance", help="Running processes: list, suspend, resume, move; to another version.")
F = Callable[..., None]


def _chosen(function: F) -> F:
    """NUMBER... or filters; at least one of them."""
    for option in (click.option("--tenant", "slug", required=True, help="The office, by the name in its address."),
                   click.option("--process", default="", help="Only of this process."),
                   click.option("--at", default="", help="Only those that wait or have stopped at this element."),
                   click.option("--stopped", is_flag=True, help="Only those with an incident."),
                   click.argument("numbers", nargs=-1, metavar="[NUMBER]...")):
        function = option(function)
    return function


_reason = click.option("--reason", required=True, help="Stands in the journal of each case.")


@instance_cli.command("list")
@_chosen
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def list_running(slug: str, numbers: tuple[str, ...], process: str, at: str, stopped: bool, as_json: bool) -> None:
    """Processes that have not ended, and where they stand."""
    for one in _found(slug, numbers=numbers, process=process, at=at, stopped=stopped):
        if as_json:
            click.echo(json.dumps({"number": one.number, "process": one.process_id, "suspended": one.suspended,
                                   "incidents": one.incidents, "elements": list(one.elements)}))
        else:
            marks = [text(msg("suspended"))] * one.suspended + [text(msg("stopped"))] * bool(one.incidents)
            click.echo("  ".join([one.number, one.process_id, ", ".join(one.elements), *marks]))


@instance_cli.command("suspend")
@_chosen
@_reason
def suspend(slug: str, numbers: tuple[str, ...], process: str, at: str, stopped: bool, reason: str) -> None:
    """Nothing moves them until they are resumed."""
    _each(_some(slug, numbers, process, at, stopped, suspended=False),
          lambda one: SuspendCase(tenant_id=office(slug)[0], actor=SYSTEM, case_id=one.case_id, reason=reason))


@instance_cli.command("resume")
@_chosen
@_reason
def resume(slug: str, numbers: tuple[str, ...], process: str, at: str, stopped: bool, reason: str) -> None:
    """They go on; what came due meanwhile is due now."""
    _each(_some(slug, numbers, process, at, stopped, suspended=True),
          lambda one: ResumeCase(tenant_id=office(slug)[0], actor=SYSTEM, case_id=one.case_id, reason=reason))


@instance_cli.command("move")
@_chosen
@_reason
@click.option("--cancel", "elements", multiple=True, metavar="ELEMENT", help="Take the tokens there away.")
@click.option("--to", "places", multiple=True, metavar="ELEMENT", help="Put a token there.")
@click.option("--set", "values", default="{}", metavar="JSON", help="Variables to write.")
@click.option("--look", is_flag=True, help="Only tell where each would stand then.")
def move(slug: str, numbers: tuple[str, ...], process: str, at: str, stopped: bool, reason: str,
         elements: tuple[str, ...], places: tuple[str, ...], values: str, look: bool) -> None:
    """Take tokens away and put new ones, in one step each."""
    tenant_id = office(slug)[0]
    try:
        variables = json.loads(values)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--set") from None

    def command(one: Running) -> ModifyCase:
        return ModifyCase(tenant_id=tenant_id, actor=SYSTEM, case_id=one.case_id, reason=reason, activate=places,
                          cancel=_tokens(tenant_id, one.case_id, elements), variables=variables)

    found = _some(slug, numbers, process, at, stopped, suspended=False)
    _each(found, command, look=look)


def _tokens(tenant_id: UUID, case_id: UUID, elements: tuple[str, ...]) -> tuple[str, ...]:
    with database.current().read(tenant_id) as session:
        page = queries.process_page(session, SYSTEM, case_id)
    return tuple(one.task_id for one in page.tokens if one.element.id in elements)


def _found(slug: str, **narrowed: Any) -> list[Running]:
    with database.current().read(office(slug)[0]) as session:
        return queries.running(session, **narrowed)


def _some(slug: str, numbers: tuple[str, ...], process: str, at: str, stopped: bool, suspended: bool) -> list[Running]:
    """Refuses to mean everything by saying nothing."""
    if not (numbers or process or at or stopped):
        say(msg("Please name cases, or narrow them with --process, --at or --stopped."), err=True)
        raise click.exceptions.Exit(1)
    found = _found(slug, numbers=numbers, process=process, at=at, stopped=stopped, suspended=suspended)
    missing = sorted(set(numbers) - {one.number for one in found})
    if missing:
        say(msg("Not among those that this can be done to: %(numbers)s"), err=True, numbers=", ".join(missing))
        raise click.exceptions.Exit(1)
    return found


def _each(found: list[Running], command: Callable[[Running], Command], look: bool = False) -> None:
    """One transaction each; what fails is told and does not keep the others. Exit code 1 when one failed."""
    failed = 0
    for one in found:
        try:
            if look:
                click.echo(f"{one.number}  {told(_effect(command(one), one.case_id))}")
            else:
                dispatch(command(one))
                click.echo(one.number)
        except YikouError as error:
            failed += 1
            problem = text(error.message, **error.params)
            say(msg("%(number)s: %(problem)s"), err=True, number=one.number, problem=problem)
    say(msg("%(done)s of %(all)s"), err=True, done=len(found) - failed, all=len(found))
    if failed:
        raise click.exceptions.Exit(1)


def _effect(command: Command, case_id: UUID) -> Effect:
    return rehearse(command, lambda session: queries.standing_of(session, case_id))


def told(effect: Effect) -> str:
    """In one line where a process would stand."""
    tasks = ", ".join(zh for zh, _en in effect.tasks)
    return "; ".join(filter(None, [tasks, ", ".join(effect.timers), ", ".join(effect.incidents)]))
