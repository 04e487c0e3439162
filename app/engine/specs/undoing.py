"""Compensation: what was completed and can be undone is noted with its scope; a throw event starts the handlers.

A note is `{"of": activity, "by": handler or None, "in": [[notes inside, variables], ...]}`; the last for subprocesses,
once for each instance. Notes wait in `level.data["undo"]`; those of a finished subprocess move outwards with it.
"""

from __future__ import annotations

from typing import Any

from app.engine.library import TaskState
from app.engine.tokens import Level, Nested, Token

Note = dict[str, Any]


def remember(token: Token) -> None:
    """An activity has completed that can be undone, itself or inside."""
    spec = token.task_spec
    token.workflow.data.setdefault("undo", []).append(
        {"of": spec.element.id, "by": spec.undone_by, "in": token.internal_data.get("undone", [])})


def keep_inside(token: Token, level: Nested) -> None:
    """A subprocess takes over the notes of its inner level, with the variables that its handlers will see."""
    notes = level.data.get("undo")
    if notes:
        token.internal_data["undone"] = [[notes, dict(token.internal_data.get("vars") or {})]]


def undo(token: Token) -> bool:
    """Start the handlers of what was completed in the scope; an event subprocess speaks for the scope around it too.

    False: there is nothing to wait for.
    """
    level, wanted, started = token.workflow, token.task_spec.node.trigger.activity, 0
    while True:
        notes: list[Note] = level.data.pop("undo", [])
        rest = [note for note in notes if wanted not in (None, note["of"])]
        if rest:
            level.data["undo"] = rest
        started += sum(_begin(level, note, token.key) for note in notes if wanted in (None, note["of"]))
        if not isinstance(level, Nested) or not level.holder.task_spec.node.event_subprocess:
            break
        level = level.holder.workflow
    if started:
        token.internal_data["undoing"] = started
        token._set_state(TaskState.STARTED)
    return started > 0


def _begin(level: Level, note: Note, thrower: str) -> int:
    """Start one note's handlers; how many things will be reported to the thrower (its key, or empty)."""
    count = 0
    if note["by"] is not None:
        handler = level.put(note["by"], undo=thrower)
        handler.task_spec._update(handler)
        count += 1
    for notes, variables in note["in"]:
        name = f"{note['of']}#" if f"{note['of']}#" in level.spec.task_specs else note["of"]
        holder = level.put(name, undo=thrower, again=1, vars=dict(variables))
        holder._set_state(TaskState.STARTED)
        inner = Nested(holder.task_spec.inner, holder, level.definition, False)
        inner.plant(level.instance.next_id())
        for inside in notes:
            _begin(inner, inside, "")
        count += 1
    return count


def handled(token: Token) -> None:
    """One handler, or a finished subprocess opened again, is done; the last lets the throw event go on."""
    thrower = token.workflow.instance.find(token.internal_data["undo"])
    if thrower is not None and "undoing" in thrower.internal_data:
        thrower.internal_data["undoing"] -= 1
        if thrower.internal_data["undoing"] == 0:
            thrower._ready()
