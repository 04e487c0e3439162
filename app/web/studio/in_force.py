"""What came into force: since when, by whom, why; which cases go over to it; and the way back to an earlier version."""

from __future__ import annotations

from flask import render_template

from app.auth import queries as auth
from app.cases import moving
from app.cases import queries as cases
from app.catalog import queries
from app.kernel.errors import NotFound, msg
from app.studio import drafts
from app.web.access import access
from app.web.admin import definitions
from app.web.admin.moving_cases import origins
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint
from app.web.studio.names import called

EARLIER = 5


@blueprint.get(f"/published/<any({', '.join(drafts.KINDS)}):kind>/<key>")
@access("definition.read")
def in_force(kind: str, key: str) -> str:
    """Raises NotFound where nothing is in force."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        versions = queries.history(reader, tenant_id, kind, key)
        live = definitions.in_force(versions)
        if live is None:
            raise NotFound(msg("There is no such version."))
        since = queries.in_force_since(reader, live)
        name = called(kind, key, queries.version(reader, tenant_id, live.id).data)
        others = [one for one in versions if one.hash != live.hash][:EARLIER]
        people = auth.names(reader, {one.published_by for one in versions if one.published_by is not None})
        process = kind == "process"
        open_cases = cases.open_by_version(reader, key, (one.hash for one in versions)) if process else {}
        runs = moving.runs(reader, actor(), key, 10) if process else []
        own = origins(reader, (one.run for one in runs))
        draft = drafts.draft(reader, tenant_id, kind, key)
    return render_template("studio/in_force.html", kind=kind, key=key, name=name, live=live, since=since, others=others,
                           people=people, open_cases=open_cases, runs=runs, own=own, draft=draft)
