"""What of BPMN and of Camunda 8's extensions runs here, as tables made from what reader, builder and linter go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.engine.build import KINDS
from app.engine.lint.structure import CONDITIONAL_START, EVENT_STARTS, ROOT_STARTS
from app.engine.reading import REFUSED, STANDARD_LOOP
from app.engine.reading_events import INSTEAD, NO_FILTER, WHERE
from app.engine.reading_events import KINDS as EVENT_KINDS
from app.engine.reading_extensions import ALLOWED, EVERY
from app.engine.reading_extensions import INSTEAD as EXTENSIONS_INSTEAD
from app.kernel.errors import msg

ELEMENTS = {
    "task": msg("Task"), "manualTask": msg("Manual task"), "userTask": msg("User task"),
    "serviceTask": msg("Service task"), "sendTask": msg("Send task"), "receiveTask": msg("Receive task"),
    "scriptTask": msg("Script task"), "businessRuleTask": msg("Business rule task"),
    "callActivity": msg("Call activity"), "subProcess": msg("Subprocess"),
    "adHocSubProcess": msg("Ad-hoc subprocess"), "transaction": msg("Transaction"),
    "exclusiveGateway": msg("Exclusive gateway"), "parallelGateway": msg("Parallel gateway"),
    "inclusiveGateway": msg("Inclusive gateway"), "eventBasedGateway": msg("Event gateway"),
    "complexGateway": msg("Complex gateway"), "callChoreography": msg("Choreography call"),
    "startEvent": msg("Start event of a process"),
    "eventSubProcess": msg("Start event of an event subprocess"),
    "intermediateCatchEvent": msg("Intermediate catch event"),
    "intermediateThrowEvent": msg("Intermediate throw event"), "boundaryEvent": msg("Boundary event"),
    "endEvent": msg("End event"), "multiInstanceLoopCharacteristics": msg("Multi-instance marker"),
    "standardLoopCharacteristics": msg("Standard loop marker"), "isForCompensation": msg("Compensation marker"),
}
EVENTS = {
    "none": msg("None"), "message": msg("Message"), "timer": msg("Timer"), "error": msg("Error"),
    "escalation": msg("Escalation"), "signal": msg("Signal"), "conditional": msg("Condition"),
    "compensation": msg("Compensation"), "link": msg("Link"), "terminate": msg("Terminate"),
    "cancel": msg("Cancel"),
}
DRAWN = {
    "startEvent": ("none", "message", "timer", "signal", "conditional"),
    "eventSubProcess": ("message", "timer", "error", "escalation", "signal", "conditional", "compensation"),
    "intermediateCatchEvent": ("message", "timer", "signal", "conditional", "link"),
    "intermediateThrowEvent": ("none", "message", "escalation", "signal", "compensation", "link"),
    "boundaryEvent": ("message", "timer", "error", "escalation", "signal", "conditional", "compensation", "cancel"),
    "endEvent": ("none", "message", "error", "escalation", "signal", "compensation", "terminate", "cancel"),
}
"""Which events BPMN draws where."""
NOTES = {
    ("adHocSubProcess", ""): msg("Starts the elements that a list names; variables follow the ordinary scopes. "
                               "No worker steers it."),
    ("eventBasedGateway", ""): msg("Leads to messages, timers, signals and conditions; the first wins."),
    ("isForCompensation", ""): msg("An association leads to it from the compensation event of its activity."),
    ("multiInstanceLoopCharacteristics", ""): msg("Once for each item of a list; results keep its order."),
    ("startEvent", "none"): msg("The only one that a subprocess may have; at most one in a process."),
    ("startEvent", "message"): msg("Where nobody waits for the message; one open instance for each key. Its name is "
                                   "plain text."),
    ("startEvent", "timer"): msg("Date, ISO 8601 cycle or cron text, as plain text; what was missed is one start."),
    ("startEvent", "signal"): msg("Each signal of this name begins one instance. Its name is plain text."),
    ("", "timer"): msg("Date, duration, ISO 8601 cycle or cron text of six fields, in the zone of the office."),
    ("", "signal"): msg("Heard by everything in the office that waits for it at that moment."),
    ("", "conditional"): msg("Asked when its scope opens and when a variable in it changes."),
    ("", "compensation"): msg("Handlers start at once, one for each completion, and the event waits for them."),
}
ELSEWHERE = {"loopCharacteristics": ("multiInstanceLoopCharacteristics",), "subscription": ("message",)}
"""Extensions that stand at no flow node."""


@dataclass(frozen=True)
class ProfileRow:
    """An element, with the event at it or empty; `note` is a message id: how it runs, or what to use instead."""

    element: str
    event: str
    runs: bool
    note: str = ""


def profile() -> list[ProfileRow]:
    """Elements, markers, then events by place."""
    rows = [ProfileRow(name, "", True, NOTES.get((name, ""), "")) for name in KINDS if name not in DRAWN]
    rows += [ProfileRow(name, "", False, text) for name, text in REFUSED.items()]
    rows += [ProfileRow(name, "", True, NOTES[name, ""])
             for name in ("multiInstanceLoopCharacteristics", "isForCompensation")]
    rows.append(ProfileRow("standardLoopCharacteristics", "", False, STANDARD_LOOP))
    return [*rows, *_events()]


def _events() -> Iterator[ProfileRow]:
    tags = {kind: tag for tag, kind in EVENT_KINDS.items()}
    for place, kinds in DRAWN.items():
        for kind in kinds:
            if place == "startEvent":
                runs, why = kind in ROOT_STARTS, CONDITIONAL_START
            elif place == "eventSubProcess":
                runs, why = kind in EVENT_STARTS, INSTEAD[tags[kind]] if kind not in EVENT_STARTS else ""
            else:
                runs, why = kind == "none" or kind in WHERE[place], INSTEAD.get(f"{kind}EventDefinition", "")
            yield ProfileRow(place, kind, runs, NOTES.get((place, kind), NOTES.get(("", kind), "")) if runs else why)


def extensions() -> list[tuple[str, tuple[str, ...], str]]:
    """(zeebe extension, elements where it counts or empty for none, note as message id), by name."""
    names = sorted({name for allowed in ALLOWED.values() for name in allowed} - EVERY)
    found = [(name, tuple(sorted(place for place in ALLOWED if name in ALLOWED[place])), "") for name in names]
    every = [(name, tuple(KINDS), "") for name in sorted(EVERY)]
    other = [(name, places, "") for name, places in ELSEWHERE.items()]
    refused = [*EXTENSIONS_INSTEAD.items(), ("conditionalFilter", NO_FILTER)]
    return [*every, *found, *other, *((name, (), why) for name, why in refused)]


def markdown(say: Callable[[str], str]) -> str:
    """Both tables for a file; `say` translates a message id."""
    yes, no = say(msg("runs")), say(msg("refused"))
    lines = [f"# {say(msg('What diagrams may contain'))}", "",
             f"| {say(msg('Element'))} | BPMN | {say(msg('Event'))} | | {say(msg('Remark'))} |",
             "|---|---|---|---|---|"]
    lines += [f"| {say(ELEMENTS[row.element])} | `{row.element}` | {say(EVENTS[row.event]) if row.event else ''} | "
              f"{yes if row.runs else no} | {say(row.note) if row.note else ''} |" for row in profile()]
    lines += ["", f"| {say(msg('Extension'))} | | {say(msg('Elements'))} | {say(msg('Remark'))} |", "|---|---|---|---|"]
    for name, places, note in extensions():
        where = say(msg("all")) if len(places) == len(KINDS) else ", ".join(f"`{place}`" for place in places)
        lines.append(f"| `zeebe:{name}` | {yes if places else no} | {where} | {say(note) if note else ''} |")
    return "\n".join(lines) + "\n"
