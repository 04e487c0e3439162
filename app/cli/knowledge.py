"""`flask knowledge import-services | retrain`: the catalogue and the suggestion, from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app import knowledge
from app.cli.saying import office, say
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Invalid, msg
from app.knowledge.commands import ImportServices
from app.tenancy.queries import tenants

knowledge_cli = AppGroup("knowledge", help="Service catalogue and suggestion.")
_office = click.option("--tenant", "slug", help="The office, by the name in its address.")


@knowledge_cli.command("import-services")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", "slug", required=True, help="The office, by the name in its address.")
def import_services(file: Path, slug: str) -> None:
    """Read services from the CSV FILE: everything or nothing."""
    text = file.read_text(encoding="utf-8-sig")
    try:
        answer = dispatch(ImportServices(tenant_id=office(slug)[0], actor=SYSTEM, csv_text=text))
    except Invalid as error:
        say(error.message, err=True, **error.params)
        for message, params in error.fields.get("csv", []):
            say(message, err=True, **params)
        raise click.exceptions.Exit(1) from None
    say(msg("%(made)s services made, %(changed)s changed."), **answer)


@knowledge_cli.command("retrain")
@_office
def retrain(slug: str | None) -> None:
    """Learn from closed cases what to suggest: of one office, or of all."""
    for tenant_id in [office(slug)[0]] if slug else [tenant.tenant_id for tenant in tenants()]:
        result = knowledge.retrain(tenant_id)
        if result.in_force:
            say(msg("%(cases)s cases, %(codes)s services: %(right)s %% of held-out cases right; from a confidence of "
                    "%(threshold)s on, as right as asked for."), cases=result.cases, codes=result.codes,
                right=round(100 * result.accuracy), threshold=round(result.threshold, 2))
        else:
            say(msg("%(cases)s closed cases of %(needed)s needed: suggestions still come from the catalogue."),
                cases=result.cases, needed=result.needed)
