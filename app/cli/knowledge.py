"""`flask knowledge import-services | retrain`: the catalogue and the suggestion, from the command line."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup
from flask_babel import gettext

from app import knowledge
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Invalid, msg
from app.knowledge.commands import ImportServices
from app.tenancy.queries import tenant_by_slug, tenants

knowledge_cli = AppGroup("knowledge", help="Service catalogue and suggestion.")
_office = click.option("--tenant", "slug", help="The office, by the name in its address.")


@knowledge_cli.command("import-services")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
def import_services(file: Path, slug: str) -> None:
    """Read services from the CSV FILE: everything or nothing."""
    text = file.read_text(encoding="utf-8-sig")
    try:
        answer = dispatch(ImportServices(tenant_id=_tenant(slug), actor=SYSTEM, csv_text=text))
    except Invalid as error:
        _say(error.message, err=True, **error.params)
        for message, params in error.fields.get("csv", []):
            _say(message, err=True, **params)
        raise click.exceptions.Exit(1) from None
    _say(msg("%(made)s services made, %(changed)s changed."), **answer)


@knowledge_cli.command("retrain")
@_office
def retrain(slug: str | None) -> None:
    """Learn from closed cases what to suggest: of one office, or of all."""
    for tenant_id in [_tenant(slug)] if slug else [tenant.tenant_id for tenant in tenants()]:
        result = knowledge.retrain(tenant_id)
        if result.in_force:
            _say(msg("%(cases)s cases, %(codes)s services: %(right)s %% of held-out cases right; from a confidence of "
                     "%(threshold)s on, as right as asked for."), cases=result.cases, codes=result.codes,
                 right=round(100 * result.accuracy), threshold=round(result.threshold, 2))
        else:
            _say(msg("%(cases)s closed cases of %(needed)s needed: suggestions still come from the catalogue."),
                 cases=result.cases, needed=result.needed)


def _tenant(slug: str) -> UUID:
    tenant = tenant_by_slug(slug)
    if tenant is None:
        _say(msg("There is no office called %(slug)s."), err=True, slug=slug)
        raise click.exceptions.Exit(1)
    return tenant.tenant_id


def _say(message: str, *, err: bool = False, **params: object) -> None:
    text = str(gettext(message))
    click.echo(text % params if params else text, err=err)
