"""The compact, versioned byte format of an instance: JSON with exact decimals, the diagram named by its hash."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.engine.context import StepContext
from app.engine.library import TaskState
from app.engine.state_format import dump_document
from app.engine.state_history import FORMAT, unpack
from app.engine.state_history import packed as packed
from app.engine.tokens import Instance, Level, Nested, Token
from app.kernel.errors import Conflict, msg

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED | TaskState.ERROR


def _level_rows(level: Level) -> list[Any]:
    rows: list[Any] = []
    places: dict[str, int] = {}
    for token in level.tokens():
        parent = token.parent
        up = 0 if parent is None or parent is level.task_tree else places[parent.key]
        rows.append([token.key, token.task_spec.name, token.state, up, token.internal_data])
        places[token.key] = len(rows)
    return rows


def save(instance: Instance) -> bytes:
    """The whole instance as bytes."""
    return packed(plain(instance))


def plain(instance: Instance) -> bytes:
    """The bytes as they are before they are deflated: their number is what the instance holds.

    Token data must be empty. Of an instance that has ended the variables stay, and no token.
    """
    levels: list[Any] = []
    for level in instance.levels():
        if any(token.data for token in level.tasks.values()):
            raise AssertionError("tokens carry no data")
        levels.append(_level(level))
        if instance.completed:
            levels = [[*levels[0][:6], []]]
            break
    state = {"v": FORMAT, "seed": instance.seed, "n": instance.count, "pins": instance.pins, "levels": levels}
    rounds = {} if instance.completed else {
        str(at): level.data["rounds"] for at, level in enumerate(instance.levels()) if "rounds" in level.data}
    return dump_document(state | {"rounds": rounds} if rounds else state)


def _level(level: Level) -> list[Any]:
    return [
        level.holder.key if isinstance(level, Nested) else 0,
        level.definition.id,
        level.spec.name,
        level.task_tree.id.hex,
        int(level.completed),
        level.data.get("vars") if level.owns_variables else 0,
        _level_rows(level),
        *([level.data["undo"]] if "undo" in level.data else []),
    ]


def restore(data: bytes, context: StepContext) -> Instance:
    """The instance again, bound to the pinned definitions. Raises Conflict for an unknown format, NotFound for a
    definition that is gone."""
    state = unpack(data)
    root = state["levels"][0]
    definition = context.ports.process_by_hash(state["pins"][root[1]])
    instance = Instance(definition, context, state["seed"])
    instance.count, instance.pins = state["n"], dict(state["pins"])
    _fill(instance, root)
    for row in state["levels"][1:]:
        holder = instance.find(row[0])
        if holder is None:
            raise Conflict(msg("The stored state is damaged."))
        called = row[5] != 0
        owner = context.ports.process_by_hash(instance.pins[row[1]]) if called else holder.workflow.definition
        _fill(Nested(owner.specs[row[2]], holder, owner, called), row)
    levels = instance.levels()
    for at, counted in state.get("rounds", {}).items():
        levels[int(at)].data["rounds"] = counted
    return instance


def _fill(level: Level, row: list[Any]) -> None:
    level.plant(UUID(hex=row[3]))
    level.completed = bool(row[4])
    if level.owns_variables:
        level.data["vars"] = row[5]
    if len(row) > 7:
        level.data["undo"] = row[7]
    made: list[Token] = [level.task_tree]
    for key, name, state, up, internal in row[6]:
        token = Token(level, level.spec.task_specs[name], made[up], state, UUID(hex=key))
        token.internal_data = internal
        if "seen" in internal:
            level.instance.watched.append(token)
        made.append(token)
