"""What moves an instance to another version of its diagrams, and what is said about it. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.engine.results import Element, StepResult
from app.kernel.errors import msg

if TYPE_CHECKING:
    from app.engine.definition import ProcessDefinition

WORDS: dict[str, str] = {
    "ended": msg("It has ended."),
    "version": msg("It does not run on this version of %(element)s."),
    "gone": msg("%(element)s is gone in the new version. Say which element takes its place."),
    "gone_stopped": msg("It has stopped at %(element)s, which is gone in the new version. Say which element takes its "
                        "place; what stopped it stays and can be tried again there."),
    "kind": msg("%(element)s is something else in the new version: %(new)s."),
    "scope": msg("%(element)s stands in another subprocess in the new version."),
    "loop": msg("%(element)s runs several times in one version and not in the other, or in another order."),
    "event": msg("%(element)s waits for another kind of event in the new version."),
    "gate": msg("%(element)s waits with others for whichever comes first, and in the new version they do not stand "
                "behind one event gateway."),
    "call": msg("%(element)s would call another process in the new version."),
    "flow": msg("A branch waits at %(element)s, and the way it came by is gone in the new version."),
    "join": msg("%(element)s would wait for ever for what comes from %(new)s."),
    "undo": msg("%(element)s could be undone, and in the new version it cannot."),
    "stuck": msg("Nothing could go on any more: %(element)s would wait for ever."),
    "differs": msg("The moved copy differs after it was saved and read again. Please report this."),
    "armed": msg("%(element)s is new and listens from now on."),
    "disarmed": msg("%(element)s is gone and listens no more."),
    "replaced": msg("%(element)s waits for something else now and begins anew."),
    "kept_due": msg("%(element)s keeps the date it had."),
    "kept_wait": msg("%(element)s goes on waiting for the message it waited for."),
    "kept_form": msg("%(element)s keeps the form it was opened with."),
    "goes_on": msg("It goes on at once at %(element)s."),
}
"""Why an instance stays, or what is worth knowing about one that moves, by code. `element` is an element's id.

`arming` (a new event cannot be set up) has the words of what went wrong there.
"""


@dataclass(frozen=True)
class Remark:
    """One reason or note. `message` is a message id, `params` fill it."""

    code: str
    element_id: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @staticmethod
    def of(code: str, element_id: str, **params: Any) -> Remark:
        """With the words of `code`."""
        return Remark(code, element_id, WORDS[code], {"element": element_id, **params})


@dataclass(frozen=True)
class Plan:
    """Where an instance goes. `versions`: process id -> (hash it must run on, the definition it goes to).

    `pairs`: (process id, element id) -> element id there; what has no pair keeps its id.
    """

    versions: Mapping[str, tuple[str, ProcessDefinition]]
    pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def target(self, process_id: str) -> ProcessDefinition | None:
        """The definition a process goes to; None when it stays as it is."""
        found = self.versions.get(process_id)
        return found[1] if found is not None else None

    def element(self, process_id: str, element_id: str) -> str:
        """The id of an element in the new version."""
        return self.pairs.get((process_id, element_id), element_id)


@dataclass(frozen=True)
class Migration:
    """What became of it. `reasons` empty: it moved, and `result` is what to store; else nothing changed.

    `at`: elements where it stands, of the processes that move. `renamed`: hex task id -> (process id, element before,
    element now) of entered elements whose id changed.
    """

    at: tuple[str, ...] = ()
    reasons: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    result: StepResult | None = None
    renamed: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def candidates(old: ProcessDefinition, new: ProcessDefinition) -> dict[str, tuple[Element, ...]]:
    """Elements of the old version that are gone or of another kind -> those of the new one that could take their place.

    Gateways and ends have no place to be taken: nothing waits there that a pair could keep, but a join's branches.
    """
    found: dict[str, tuple[Element, ...]] = {}
    for one in old.elements.values():
        there = new.elements.get(one.id)
        if one.type == "process" or (there is not None and there.type == one.type):
            continue
        found[one.id] = tuple(other for other in new.elements.values() if other.type == one.type)
    return found
