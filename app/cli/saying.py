"""What every command of the shell needs to talk: the shell's language, texts, and the office that is meant."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NoReturn
from uuid import UUID

import click
from flask_babel import force_locale, get_locale, gettext

from app.kernel.errors import Problem, YikouError, msg
from app.kernel.model import BASE_TENANT_ID
from app.tenancy.queries import tenant_by_slug

LANGUAGES = ("zh", "en")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

an_office = click.option("--tenant", "slug", help="The office, by the name in its address. Without it: the base.")


def language() -> str:
    """The shell's language where we speak it (the first of LC_ALL, LC_MESSAGES and LANG counts), else the app's."""
    named = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    return named[:2] if named[:2] in LANGUAGES else str(get_locale() or LANGUAGES[0])


def text(message: str, /, **params: object) -> str:
    """A message id and its parameters, in the shell's language."""
    with force_locale(language()):
        found = str(gettext(message))
    return found % params if params else found


def say(message: str, /, *, err: bool = False, **params: object) -> None:
    """Print a message; `err`: to the stream of errors."""
    click.echo(text(message, **params), err=err)


def stop(error: YikouError) -> NoReturn:
    """Print an error and end the command with exit code 1."""
    say(error.message, err=True, **error.params)
    raise click.exceptions.Exit(1)


def problems_told(problems: Iterable[Problem]) -> bool:
    """Print `file:line element message` for each problem; whether one of them is an error."""
    problems = sorted(problems, key=lambda one: (one.file or "", one.line or 0))
    for problem in problems:
        level = text(msg("error")) if problem.severity == "error" else text(msg("warning"))
        click.echo(f"{problem.place()} {level}: {problem.told(text)}", err=True)
    return any(problem.severity == "error" for problem in problems)


def office(slug: str | None) -> tuple[UUID, str]:
    """(tenant, folder) of an office, without a slug of the base; ends the command when there is no such office."""
    if slug is None:
        return BASE_TENANT_ID, "base"
    tenant = tenant_by_slug(slug)
    if tenant is None:
        say(msg("There is no office called %(slug)s."), err=True, slug=slug)
        raise click.exceptions.Exit(1)
    return tenant.tenant_id, f"tenants/{tenant.slug}"
