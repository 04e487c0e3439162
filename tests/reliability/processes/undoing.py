"""The oracle's compensation: what was completed is noted with its scope, and undone by its handlers all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reliability.processes.blocks import Block
from tests.reliability.processes.running import Activity, Level, Note, Scope, Then, Token, Values

if TYPE_CHECKING:
    from tests.reliability.processes.oracle import Oracle


class Undoing:
    """Part of the oracle."""

    def completed_in(self: Oracle, host: Activity, token: Token) -> None:
        """An activity has completed: note it if it can be undone."""
        if host.block and (host.block.undo or host.inner_notes):
            token.level.notes.append(Note(host.block, host.inner_notes))

    def note(self: Oracle, block: Block, inner: Level, level: Level) -> None:
        """An event subprocess has completed."""
        if inner.notes:
            level.notes.append(Note(block, [(inner.notes, dict(inner.scope.own))]))

    def undo(self: Oracle, wanted: str | None, token: Token, then: Then) -> None:
        """Start the handlers of what was completed in this scope, all at once, and wait for them. An event subprocess
        speaks for the scope around it too."""
        level, left = token.level, [0]

        def one_done() -> None:
            left[0] -= 1
            if left[0] == 0:
                self.later(token, then)
        begin: list[Then] = []
        while True:
            taken = [n for n in level.notes if wanted in (None, n.block.id)]
            level.notes = [n for n in level.notes if n not in taken]
            for one in taken:
                begin += self.handlers_of(one, level, one_done)
            if not level.handles or level.host is None:
                break
            level = level.host.level
        left[0] = len(begin)
        for one in begin:
            one()
        if not begin:
            then()

    def handlers_of(self: Oracle, note: Note, level: Level, over: Then) -> list[Then]:
        """What starts the handlers of one completed activity."""
        begin: list[Then] = []
        if note.block.undo:
            begin.append(lambda: self.handle(note.block.undo, level, over))  # type: ignore[arg-type]
        for notes, variables in note.inside:
            begin.append(lambda notes=notes, variables=variables: self.reopen(note.block, notes, variables, level, over))  # type: ignore[misc]
        return begin

    def handle(self: Oracle, handler: Block, level: Level, over: Then) -> None:
        """One handler runs in the scope of its activity."""
        token = self.new_token(level)
        host = Activity(token, level, handler)

        def done() -> None:
            self.end(token)
            over()
        self.once(handler, host, host, level.scope, done)

    def reopen(self: Oracle, block: Block, notes: list[Note], variables: Values, level: Level, over: Then) -> None:
        """A finished subprocess is opened again for the handlers inside."""
        token = self.new_token(level)
        host = Activity(token, level, block)

        def closed() -> None:
            self.end(token)
            over()
        inner = Level(host, Scope(level.scope, variables), host, closed)
        for one in notes:
            for begin in self.handlers_of(one, inner, lambda: None):
                begin()
