"""The oracle's events in the flow: what is waited for, thrown, and how a scope ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reliability.processes.blocks import Block, Event, value
from tests.reliability.processes.running import Act, Scope, Then, Token, Values

if TYPE_CHECKING:
    from tests.reliability.processes.oracle import Oracle


class Happening:
    """Part of the oracle."""

    def run_catch(self: Oracle, block: Block, token: Token, then: Then) -> None:
        """Wait."""
        event = block.event
        assert event

        def caught(values: Values) -> None:
            wait.act.stop()
            token.level.scope.merge(mapped(values, event, token.level.scope))
            self.later(token, then)
        wait = self.listen(token, token.level, block.id, event, token.level.scope, caught)

    def run_link(self: Oracle, _block: Block, token: Token, then: Then) -> None:
        """Nothing but a flow."""
        self.later(token, then)

    def run_throw(self: Oracle, block: Block, token: Token, then: Then) -> None:
        """Throw and go on."""
        self.later(token, lambda: self.thrown(block, token, lambda: self.later(token, then)))

    def run_end(self: Oracle, block: Block, token: Token, _then: Then) -> None:
        """Throw and end."""
        def over() -> None:
            if block.event and block.event.kind == "terminate":
                around: Act = token
                while around.around is not token.level:
                    assert around.around
                    around = around.around
                token.level.clear(but=around)
                around.stop()
                self.one_less(token.level)
            else:
                self.end(token)
        self.later(token, lambda: self.thrown(block, token, over))

    def thrown(self: Oracle, block: Block, token: Token, then: Then) -> None:
        """What a throw or end event does; then its token goes on, if it still is."""
        event, level = block.event, token.level
        assert event
        local = {name: value(ex, level.scope.view()) for name, ex in event.inputs.items()}
        if event.kind == "compensation":
            self.undo(event.activity, token, then)
            return
        if event.kind == "message":
            self.told.append(("message", event.name, local))
        elif event.kind == "signal":
            self.told.append(("signal", event.name, local))
            for wait in [w for w in self.open() if w.kind == "signal" and w.name == event.name]:
                if wait.act.alive:
                    wait.on(local)
        elif event.kind == "escalation":
            self.throw(None, level, "escalation", event.code, {})
        elif event.kind == "error":
            assert self.throw(None, level, "error", event.code, {}), "nobody catches the error"
        if token.alive:
            then()


def mapped(values: Values, event: Event, scope: Scope) -> Values:
    """What an event brings into its scope."""
    if not event.outputs:
        return values
    view = {**scope.view(), **values}
    return {name: value(ex, view) for name, ex in event.outputs.items()}
