"""`flask insight`: figures that are counted ahead, counted anew."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from app.cli.saying import office, say, stop
from app.insight.commands import CountPassages, ForgetPassages
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError, msg

insight_cli = AppGroup("insight", help="Figures that are counted ahead.")


@insight_cli.command("rebuild")
@click.argument("slug")
@with_appcontext
def rebuild(slug: str) -> None:
    """Count anew what went through the diagrams of the office SLUG, day by day: after a change of its past."""
    tenant_id, _folder = office(slug)
    days, more = 0, True
    try:
        dispatch(ForgetPassages(tenant_id=tenant_id, actor=SYSTEM))
        while more:
            answer = dispatch(CountPassages(tenant_id=tenant_id, actor=SYSTEM))
            days, more = days + int(answer["days"]), bool(answer["more"])
    except YikouError as error:
        stop(error)
    say(msg("%(days)s days are counted."), days=days)
