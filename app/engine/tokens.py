# mypy: allow-subclassing-any
"""Tokens and levels: SpiffWorkflow's task and workflow, holding live tokens only. Variables live in scopes, not here.

A finished task is taken out at once and its successors hang under the root, so an instance never grows with its age.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.engine.library import BpmnSubWorkflow, BpmnWorkflow, Task, TaskState
from app.engine.ports import Hold

if TYPE_CHECKING:
    from app.engine.context import StepContext
    from app.engine.definition import ProcessDefinition
    from app.engine.specs.base import Behaviour


class Token(Task):
    """One live token. `internal_data` holds JSON only; `data` stays empty for ever."""

    id: UUID
    workflow: Level
    task_spec: Behaviour
    state: int
    internal_data: dict[str, Any]
    chosen: list[str] | None = None
    ends_loop: bool = False
    ends_scope: bool = False
    gathered: list[Any] | None = None

    @property
    def key(self) -> str:
        """The id as hex text."""
        return self.id.hex

    @property
    def alive(self) -> bool:
        """Whether the token is still part of its level."""
        return self.workflow.tasks.get(self.id) is self

    @property
    def context(self) -> StepContext:
        """The step that runs."""
        return self.workflow.instance.context

    @property
    def body(self) -> Token | None:
        """The multi-instance body this token is an instance of."""
        return self.parent if self.task_spec.instance_of_loop else None

    def scopes(self) -> list[dict[str, Any]]:
        """Variable scopes from the innermost to the instance's, the token's own local one included if it has one."""
        out: list[dict[str, Any]] = []
        token: Token = self
        while True:
            body = token.body
            for holder in (token, body):
                if holder is not None and "vars" in holder.internal_data:
                    out.append(holder.internal_data["vars"])
            level = token.workflow
            if level.owns_variables:
                out.append(level.variables)
                return out
            token = level.holder

    def view(self, values: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """All visible variables, `values` in front."""
        scopes = self.scopes()
        return ChainMap(dict(values), *scopes) if values else ChainMap(*scopes)

    def hold(self, problem: Hold) -> None:
        """Keep the cause with the token."""
        self.internal_data["incident"] = [problem.code, problem.message, problem.params]


class Level:
    """One running scope: the process, an embedded subprocess, or a called process."""

    tasks: dict[UUID, Token]
    data: dict[str, Any]
    spec: Any
    completed: bool
    definition: ProcessDefinition
    instance: Instance
    task_tree: Token
    owns_variables: bool = True

    @property
    def variables(self) -> dict[str, Any]:
        """The scope of a process or called process."""
        found: dict[str, Any] = self.data.setdefault("vars", {})
        return found

    @property
    def holder(self) -> Token:
        """The activity this level runs for."""
        raise LookupError("the process itself has no holder")

    def plant(self, root_id: UUID) -> None:
        """Make the root of an empty level."""
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED, id=root_id)

    def put(self, name: str, parent: Token | None = None, **internal: Any) -> Token:
        """A new token on the element spec `name`; it is entered by `task_spec._update`."""
        token = Token(
            self, self.spec.task_specs[name], parent or self.task_tree, TaskState.FUTURE, self.instance.next_id()
        )
        token.internal_data.update(internal)
        return token

    def tokens(self) -> list[Token]:
        """All tokens, armed listeners included."""
        return [t for t in self.tasks.values() if t is not self.task_tree]

    def live(self) -> bool:
        """Whether anything is left that keeps this scope open."""
        return any(t is not self.task_tree and not t.task_spec.listens for t in self.tasks.values())

    def drop(self, token: Token) -> None:
        """Take a token out; what hangs under it moves to the root."""
        for child in token.children:
            child.parent = self.task_tree
            self.task_tree._children.append(child.id)
        token._children = []
        parent = token.parent
        if parent is not None and token.id in parent._children:
            parent._children.remove(token.id)
        self.tasks.pop(token.id, None)

    def _task_completed_notify(self, token: Token) -> None:
        """Called by the library when a token has completed and its successors are entered."""
        if token is not self.task_tree:
            self.drop(token)

    def update_waiting_tasks(self) -> None:
        """The library's polling; our tokens wait for stimuli."""


class Instance(Level, BpmnWorkflow):
    """The whole process instance."""

    subprocesses: dict[UUID, Nested]

    def __init__(self, definition: ProcessDefinition, context: StepContext, seed: str) -> None:
        self.definition, self.context, self.seed, self.count = definition, context, seed, 0
        self.instance = self
        self.ready: deque[Token] = deque()
        self.watched: list[Token] = []
        self.pins = {definition.id: definition.hash}
        super().__init__(definition.spec, {}, script_engine=_NoScripts(), deserializing=True)

    def next_id(self) -> UUID:
        """Ids follow from the seed, so that a replay gives the same ones."""
        self.count += 1
        return self.context.token_id(self.seed, self.count)

    def levels(self) -> list[Level]:
        """This level and all nested ones, outer ones first."""
        return [self, *self.subprocesses.values()]

    def find(self, task_id: str) -> Token | None:
        """The live token with this id."""
        try:
            wanted = UUID(hex=task_id)
        except (ValueError, AttributeError, TypeError):
            return None
        return next(
            (
                level.tasks[wanted]
                for level in self.levels()
                if wanted in level.tasks and level.tasks[wanted] is not level.task_tree
            ),
            None,
        )


class Nested(Level, BpmnSubWorkflow):
    """An embedded subprocess or a called process."""

    def __init__(self, spec: Any, holder: Token, definition: ProcessDefinition, called: bool) -> None:
        self.definition, self.instance, self.owns_variables = definition, holder.workflow.instance, called
        self._holder = holder
        super().__init__(spec, holder.id, self.instance, deserializing=True)
        self.instance.subprocesses[holder.id] = self

    @property
    def holder(self) -> Token:
        """The call activity or subprocess token."""
        return self._holder

    def _calculate_depth(self) -> int:
        outer = self._holder.workflow
        return 1 + (outer.depth if isinstance(outer, Nested) else 0)


class _NoScripts:
    """Stands where the library keeps its Python evaluator, so that nothing can reach one."""
