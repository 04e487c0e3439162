"""What can be done to a process instance, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Start:
    """Begin at the start event `element`, by default at the one without a trigger.

    `variables` are the process's own; `values` came with the trigger and pass the event's output mappings. `seed` (hex
    text) fixes the ids of a replay; random when absent.
    """

    process_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    seed: str | None = None
    element: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompleteTask:
    """A person has done a user task."""

    task_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompleteJob:
    """A worker has done a job."""

    task_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ThrowJobError:
    """A worker reports a business error that the diagram may catch."""

    task_id: str
    code: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FireTimer:
    """A timer's time has come."""

    task_id: str


@dataclass(frozen=True)
class DeliverMessage:
    """A message for one open subscription."""

    task_id: str
    name: str
    key: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Retry:
    """Try all incidents again, after writing `variables` into the instance (an operator's repair)."""

    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Modify:
    """A person changes the instance: `variables` of the process are written, a token is put on each element of
    `activate`, the tokens of `cancel` (task ids) are taken away with what they own.
    """

    cancel: tuple[str, ...] = ()
    activate: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


Stimulus = Start | CompleteTask | CompleteJob | ThrowJobError | FireTimer | DeliverMessage | Retry | Modify
