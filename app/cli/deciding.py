"""`flask decide ID --input JSON` and `flask feel "EXPR" --context JSON`: tables and expressions, tried by a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from app import catalog, dmn
from app import feel as language
from app.cli.explaining import explained
from app.cli.saying import an_office, office, say, stop, text
from app.kernel import clock, database, documents
from app.kernel.errors import Invalid, YikouError, msg
from app.tenancy import settings, zones

_EXPECTED = {
    "Expecting value": msg("a value"),
    "Expecting ',' delimiter": msg("a comma or the closing bracket"),
    "Expecting ':' delimiter": msg("a colon"),
    "Expecting property name enclosed in double quotes": msg("a name in quotation marks"),
    "Illegal trailing comma before end of": msg("no comma before the closing bracket"),
    "Unterminated string starting at": msg("the end of the text in quotation marks"),
    "Extra data": msg("nothing more"),
}
"""What the JSON reader says, and what it expected."""


@click.command("decide")
@click.argument("decision_id", metavar="ID")
@click.option("--input", "given", default="{}", metavar="JSON",
              help='The inputs by name: {"service": "LI01"}. Dates, times, durations as {"on": "@\\"2026-03-01\\""}.')
@an_office
@click.option("--explain", is_flag=True, help="Tell which rules matched, and what refused the next best.")
def decide(decision_id: str, given: str, slug: str | None, explain: bool) -> None:
    """Ask the decision ID as it is in force; the answer is JSON."""
    tenant_id, _folder = office(slug)
    try:
        inputs = read_values(given)
        with database.current().read(tenant_id) as session:
            _published, model = catalog.compiled(session, tenant_id, "decision", decision_id)
            result = dmn.decide(
                model, decision_id, inputs, now=_now(zones.zone_of(session, tenant_id)),
                functions={"setting": lambda name: settings.value(session, str(name))})
            trace = result.trace
    except YikouError as error:
        stop(error)
    click.echo(documents.dump(trace["value"], indent=2))
    _strangers(model, inputs)
    for line in explained(trace, text) if explain else ():
        click.echo(line, err=True)


@click.command("feel")
@click.argument("expression", metavar="EXPR")
@click.option("--context", "given", default="{}", metavar="JSON", help='The variables by name: {"amount": 3}.')
def feel(expression: str, given: str) -> None:
    """Evaluate the FEEL expression EXPR; the value is JSON."""
    try:
        variables = read_values(given)
        made = language.compile_expression(expression, names=list(variables))
        outcome = made.evaluate(variables, now=_now(ZoneInfo(zones.DEFAULT)))
        value = language.to_json(outcome.value)
    except language.FeelSyntaxError as error:
        _point_at(expression, error)
        raise click.exceptions.Exit(1) from None
    except YikouError as error:
        stop(error)
    click.echo(documents.dump(value, indent=2))
    for reason in outcome.reasons:
        say(msg("null, because: %(reason)s"), err=True, reason=reason)


def read_values(given: str) -> Mapping[str, Any]:
    """Values by name from a JSON object; numbers stay exact, texts that begin with @" are temporal literals.

    Raises Invalid with line, column and what was expected.
    """
    try:
        found = documents.load(given)
    except json.JSONDecodeError as error:
        expected = next((said for known, said in _EXPECTED.items() if error.msg.startswith(known)), error.msg)
        raise Invalid(msg("Line %(line)s, column %(column)s: this is no JSON. Expected here: %(expected)s."),
                      line=error.lineno, column=error.colno, expected=text(expected)) from None
    except RecursionError:
        raise Invalid(msg("A value is nested deeper than %(limit)s."), limit=64) from None
    if not isinstance(found, dict):
        raise Invalid(msg("Line %(line)s, column %(column)s: this is no JSON. Expected here: %(expected)s."),
                      line=1, column=1, expected=text(msg("an object of values by name")))
    return {name: _literal(value) for name, value in found.items()}


def _literal(value: Any) -> Any:
    if isinstance(value, list):
        return [_literal(item) for item in value]
    if isinstance(value, dict):
        return {name: _literal(item) for name, item in value.items()}
    if not (isinstance(value, str) and value.startswith('@"')):
        return value
    try:
        return language.read_temporal(value[2:].removesuffix('"'))
    except language.Failure:
        raise Invalid(msg("%(found)s is no date, time or duration."), found=value) from None


def _now(zone: ZoneInfo) -> datetime:
    return clock.now().astimezone(zone)


def _strangers(model: dmn.Model, inputs: Mapping[str, Any]) -> None:
    """Names that the decision does not ask for are most often slips of the keyboard."""
    known = sorted(each.name for each in model.inputs.values())
    for name in sorted(set(inputs) - set(known)) if known else ():
        say(msg("The decision knows no input %(name)s. It knows: %(known)s."), err=True, name=name,
            known=", ".join(known))


def _point_at(expression: str, error: language.FeelSyntaxError) -> None:
    """The fault with its place, and below it the line with a mark."""
    say(msg("Line %(line)s, column %(column)s: %(fault)s"), err=True, line=error.line, column=error.column,
        fault=text(error.message, **error.params))
    lines = expression.splitlines() or [""]
    line = lines[min(error.line, len(lines)) - 1]
    if len(line) <= 200:
        click.echo(f"  {line}\n  {' ' * (error.column - 1)}^", err=True)
