"""Where a person goes after finishing a task: on to the next one, never to a dead end."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.kernel.errors import msg
from app.web.context import can
from app.web.names import pick
from app.web.pages import reading
from app.web.sessions import actor
from app.web.texts import t


def after(answer: dict[str, Any]) -> Response:
    """The next task of the case, else the next one held, else the case with an offer, else the empty inbox."""
    if answer.get("stopped"):
        kept = msg("What you sent is kept, but the process stopped here. Somebody has been told and will look.")
        flash(t(kept), "warn")
        return redirect(url_for("staff.case", case_id=answer["case_id"]), 303)
    if answer.get("next_task_id"):
        flash(t(msg("Done.")))
        return redirect(url_for("staff.task", task_id=answer["next_task_id"]), 303)
    with reading() as reader:
        found = queries.next_task(reader, actor())
    if found.held is not None:
        flash(t(msg("Done. Next of your tasks: %(task)s, case %(number)s"), task=pick(found.held, "task_name"),
                number=found.held.case_number))
        return redirect(url_for("staff.task", task_id=found.held.task_id), 303)
    if found.offered is not None and can("case.read"):
        flash(t(msg("Done.")))
        return redirect(url_for("staff.case", case_id=answer["case_id"], after=1), 303)
    flash(t(msg("Done. Nothing else is waiting for you.")))
    return redirect(url_for("staff.inbox", scope="group"), 303)
