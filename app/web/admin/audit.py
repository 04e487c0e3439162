"""The audit trail: what happened, in order, and whether its chain is whole."""

from __future__ import annotations

from flask import render_template, request

from app.auth import queries as auth
from app.kernel import sequencer
from app.kernel.events import REGISTRY
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.trail import extent, trail
from app.web.pages import reading

PER_PAGE = 100


@blueprint.get("/audit")
@access("audit.read")
def audit() -> str:
    """`check=1` walks the whole chain, which takes a while in an office with many events."""
    before, prefix = request.args.get("before", ""), request.args.get("type", "").strip()[:80]
    checked = request.args.get("check") == "1"
    with reading() as reader:
        numbered, waiting = extent(reader)
        rows = trail(reader, before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
                     prefix=prefix, limit=PER_PAGE + 1, left=waiting)
        broken = sequencer.broken_link(reader) if checked else None
        people = {person.user_id: person.name for person in auth.staff(reader)}
    shown = rows[:PER_PAGE]
    older = shown[-1].number if len(rows) > PER_PAGE else None
    rooms = sorted({name.partition(".")[0] for name in REGISTRY})
    return render_template("admin/audit.html", rows=shown, older=older, numbered=numbered, waiting=waiting,
                           checked=checked, broken=broken, people=people,
                           people_by_id={str(user_id): name for user_id, name in people.items()},
                           prefix=prefix, rooms=rooms)
