"""What a changed supervision rule would have done on past events, in which way it is to work, and a second look."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app import catalog, rules
from app.kernel.errors import Invalid
from app.studio import WAYS, Draft, queries
from app.web.admin import rule_runs
from app.web.admin.sent import text
from app.web.pages import reading
from app.web.sessions import the_office

FIELDS = ("way", "trial", *rule_runs.FIELDS)


class Busy(Invalid):
    """It would have fired so often that the person is asked once more."""


def sent() -> dict[str, str]:
    """What publishing a rule is told beside what every draft is."""
    return {"way": text("way") or WAYS[0], "trial": text("trial")}


def asks(kind: str, key: str) -> str:
    """Why a second confirmation of this very text is wanted; empty where none is."""
    if kind != rules.KIND or text("way") not in ("", WAYS[0]):
        return ""
    with reading() as reader:
        draft = queries.draft(reader, the_office().tenant_id, kind, key)
    return rule_runs.run(draft.data).asks if draft is not None and not rule_runs.confirmed(draft.data) else ""


def shown(reader: Session, draft: Draft, asked: str) -> dict[str, Any]:
    """For the page: the run where one was asked for, the way the file says, and the hash of what is on trial."""
    trial = catalog.live(reader, the_office().tenant_id, rules.SHADOW, draft.key)
    wanted = request.form.get("_action") == "look" or bool(asked)
    run = rule_runs.run(draft.data) if wanted else None
    own = "shadow" if b"\nmode: shadow" in draft.data else "live"
    return {"run": run, "ways": WAYS, "way": text("way") or own, "trial": trial.hash if trial is not None else "",
            "asks": asked, "mark": rule_runs.mark(draft.data), "days": rule_runs.chosen_days(),
            "all_days": rule_runs.DAYS}
