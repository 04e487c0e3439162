"""Built-in functions on contexts."""

from __future__ import annotations

from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in


@built_in("get value(m: context, key: string)")
def get_value(run: Any, context: dict[str, Any], key: str) -> Any:
    """The value of a key, null if there is none."""
    return context.get(key)


@built_in("get entries(m: context)")
def get_entries(run: Any, context: dict[str, Any]) -> list[dict[str, Any]]:
    """A list of {key, value}."""
    return [{"key": key, "value": value} for key, value in context.items()]


@built_in("context(entries: list<context>)")
def context(run: Any, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """A context from a list of {key, value}; a key may come once."""
    made: dict[str, Any] = {}
    for entry in entries:
        if entry is None or not isinstance(entry.get("key"), str) or "value" not in entry or entry["key"] in made:
            raise Failure("an entry needs a key of its own and a value")
        made[entry["key"]] = entry["value"]
    return made


@built_in("context put(context: context, key: string, value: Any)",
          "context put(context: context, keys: list<string>, value: Any)")
def context_put(run: Any, base: dict[str, Any], key: str | list[str], value: Any) -> dict[str, Any]:
    """With an entry added or replaced, in the depth given by a list of keys."""
    keys = [key] if isinstance(key, str) else key
    if not keys or not all(isinstance(part, str) for part in keys):
        raise Failure("a key is missing")
    run.meter.step(len(base))
    if len(keys) == 1:
        return {**base, keys[0]: value}
    inner = base.get(keys[0])
    if not isinstance(inner, dict):
        raise Failure(f"{keys[0]} is no context")
    return {**base, keys[0]: context_put(run, inner, keys[1:], value)}


@built_in("context merge(contexts: list<context>)")
def context_merge(run: Any, contexts: list[dict[str, Any]]) -> dict[str, Any]:
    """All entries; later ones replace earlier ones."""
    made: dict[str, Any] = {}
    for each in contexts:
        if each is None:
            raise Failure("one of the contexts is null")
        made.update(each)
    return made
