"""Errors and escalations on their way outwards: boundary events, then event subprocesses, scope by scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.tokens import Level, Token


def throw(token: Token, kind: str, code: str | None, values: Mapping[str, Any]) -> bool:
    """Whether anything caught it. The nearest catcher wins, a specific code before a catch-all."""
    node = token
    while True:
        level = node.workflow
        anchor = node.body or node
        attached = [t for t in level.tokens() if t.internal_data.get("host") == anchor.key]
        armed = [t for t in level.tokens() if t.task_spec.listens]
        catcher = _best(attached, kind, code) or _best(armed, kind, code)
        if catcher is not None:
            catcher.task_spec.caught(catcher, values)
            return True
        if level is level.instance:
            return False
        node = _holder(level)


def _holder(level: Level) -> Token:
    return level.holder


def _best(tokens: list[Token], kind: str, code: str | None) -> Token | None:
    hits = [
        t for t in tokens if t.task_spec.node.trigger.kind == kind and t.task_spec.node.trigger.code in (code, None)
    ]
    return min(hits, key=lambda t: t.task_spec.node.trigger.code is None, default=None)
