"""`flask message publish`: tell a process that waits what has not come, or begin one."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from app.cases import starts
from app.cli.saying import office, say, stop
from app.kernel import bus
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError, msg

message_cli = AppGroup("message", help="Messages to processes.")


@message_cli.command("publish")
@click.argument("name")
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
@click.option("--key", default="", help="Whose message it is; empty for a process that begins by it.")
@click.option("--variables", default="{}", metavar="JSON", help="What it brings.")
@click.option("--reason", required=True, help="Stands in the journal of each case that waits for it.")
def publish(name: str, slug: str, key: str, variables: str, reason: str) -> None:
    """Send the message NAME."""
    try:
        values = json.loads(variables)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--variables") from None
    if not isinstance(values, dict):
        raise click.BadParameter("{...}", param_hint="--variables")
    try:
        answer = bus.dispatch(starts.SendMessage(tenant_id=office(slug)[0], actor=SYSTEM, name=name, message_key=key,
                                                 variables=values, reason=reason))
    except YikouError as error:
        stop(error)
    say(msg("Waited for it: %(count)s"), count=answer["reached"])
