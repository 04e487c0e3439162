"""Blocks as BPMN files with zeebe extensions, as an editor would save them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from tests.reliability.processes.blocks import Block, Catcher, Diagram, Event, Ex, Process, feel
from tests.reliability.processes.texts import PUBLISH, definition, extended, mappings

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs" targetNamespace="random">\n')
TAGS = {"task": "task", "manual": "manualTask", "user": "userTask", "script": "scriptTask", "rule": "businessRuleTask",
        "send": "sendTask", "receive": "receiveTask", "sub": "subProcess", "call": "callActivity",
        "adhoc": "adHocSubProcess"}
Ends = tuple[str, str | None]
"""First element of a block, and the last; None when nothing follows."""


def write(diagram: Diagram) -> list[bytes]:
    """One file for each process."""
    return [Writer(one).file() for one in diagram.processes]


class Writer:
    """Writes one process."""

    def __init__(self, process: Process) -> None:
        self.process, self.numbers = process, count(1)
        self.events: dict[tuple[str, str], None] = {}
        self.out: list[str] = []

    def file(self) -> bytes:
        """The whole file; what it declares comes first."""
        body = self.scope(self.process.body, self.process.handlers, self.process.id)
        top = "".join(self.declared(kind, name) for kind, name in self.events)
        return (f'{HEAD}{top}<process id="{self.process.id}" name="{self.process.id}" isExecutable="true">\n'
                f"{body}</process>\n</definitions>\n").encode()

    def declared(self, kind: str, name: str) -> str:
        """A message, signal, error or escalation."""
        code = f' {kind}Code="{name}"' if kind in ("error", "escalation") else ""
        inner = extended('<zeebe:subscription correlationKey="=key"/>') if kind == "message" else ""
        return f'<{kind} id="{kind}_{name}" name="{name}"{code}>{inner}</{kind}>\n'

    def trigger(self, event: Event) -> str:
        """The definition, and a note of what it refers to."""
        name = event.name if event.kind in ("message", "signal") else event.code
        if name and event.kind in ("message", "signal", "error", "escalation"):
            self.events[event.kind, name] = None
        return definition(event)

    def scope(self, body: Block, handlers: list[Catcher], name: str, start: str = "") -> str:
        """The inside of a process or subprocess."""
        kept, self.out = self.out, []
        first, last = self.block(body)
        self.out.append(start or f'<startEvent id="{name}_start"/>\n')
        self.flow(f"{name}_start", first)
        if last is not None:
            self.out.append(f'<endEvent id="{name}_end"/>\n')
            self.flow(last, f"{name}_end")
        for one in handlers:
            stop = "" if one.interrupting else ' isInterrupting="false"'
            begin = (f'<startEvent id="{one.id}_start"{stop}>{extended(mappings({}, one.event.outputs))}'
                     f"{self.trigger(one.event)}</startEvent>\n")
            inner = self.scope(one.path, [], one.id, begin)
            self.out.append(f'<subProcess id="{one.id}" triggeredByEvent="true">\n{inner}</subProcess>\n')
        made, self.out = "".join(self.out), kept
        return made

    def flow(self, source: str, target: str, test: Ex | None = None, name: str = "") -> None:
        """A sequence flow."""
        inner = f"<conditionExpression>{escape(feel(test))}</conditionExpression>" if test else ""
        name = name or f"{self.process.id}_f{next(self.numbers)}"
        self.out.append(f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>\n')

    def gate(self, name: str, kind: str, default: str = "") -> None:
        """A gateway."""
        more = f' default="{default}"' if default else ""
        self.out.append(f'<{kind}Gateway id="{name}"{more}/>\n')

    def block(self, block: Block) -> Ends:
        """Write a block."""
        special = getattr(self, f"write_{block.kind}", None)
        ends: Ends = special(block) if special else self.activity(block)
        return ends

    # ---- what has flows inside
    def write_seq(self, block: Block) -> Ends:
        """One after the other."""
        first, last = self.block(block.parts[0])
        for part in block.parts[1:]:
            begin, end = self.block(part)
            if last is not None:
                self.flow(last, begin)
            last = end
        return first, last

    def joined(self, name: str, kind: str, ends: Iterable[str | None]) -> str | None:
        """A joining gateway, if anything arrives."""
        arriving = [one for one in ends if one is not None]
        if not arriving:
            return None
        self.gate(name, kind)
        for one in arriving:
            self.flow(one, name)
        return name

    def fork(self, block: Block, kind: str) -> Ends:
        """A gateway, a branch for each part, and a gateway that joins them. With tests the last branch is the default."""
        tests, default = block.at.get("tests", []), f"{block.id}_else" if block.at.get("tests") else ""
        self.gate(block.id, kind, default)
        lasts = []
        for at, part in enumerate(block.parts):
            first, last = self.block(part)
            chosen = at < len(tests)
            self.flow(block.id, first, tests[at] if chosen else None, default if default and not chosen else "")
            lasts.append(last)
        return block.id, self.joined(f"{block.id}_join", kind, lasts)

    def write_xor(self, block: Block) -> Ends:
        """Exclusive."""
        return self.fork(block, "exclusive")

    def write_par(self, block: Block) -> Ends:
        """Parallel."""
        return self.fork(block, "parallel")

    def write_inc(self, block: Block) -> Ends:
        """Inclusive."""
        return self.fork(block, "inclusive")

    def write_again(self, block: Block) -> Ends:
        """Back to the begin while the test holds."""
        self.gate(block.id, "exclusive")
        first, last = self.block(block.parts[0])
        self.flow(block.id, first)
        self.gate(f"{block.id}_back", "exclusive", f"{block.id}_on")
        self.flow(str(last), f"{block.id}_back")
        self.flow(f"{block.id}_back", block.id, block.at["test"])
        self.out.append(f'<intermediateThrowEvent id="{block.id}_done"/>\n')
        self.flow(f"{block.id}_back", f"{block.id}_done", name=f"{block.id}_on")
        return block.id, f"{block.id}_done"

    def write_race(self, block: Block) -> Ends:
        """An event gateway; each part begins with a catch event."""
        self.gate(block.id, "eventBased")
        lasts = []
        for part in block.parts:
            first, last = self.block(part)
            self.flow(block.id, first)
            lasts.append(last)
        return block.id, self.joined(f"{block.id}_join", "exclusive", lasts)

    # ---- events
    def write_catch(self, block: Block) -> Ends:
        """An intermediate catch event."""
        assert block.event
        self.out.append(f'<intermediateCatchEvent id="{block.id}">{extended(mappings({}, block.event.outputs))}'
                        f"{self.trigger(block.event)}</intermediateCatchEvent>\n")
        return block.id, block.id

    def write_throw(self, block: Block) -> Ends:
        """An intermediate throw event."""
        assert block.event
        more = PUBLISH if block.event.kind == "message" else ""
        self.out.append(f'<intermediateThrowEvent id="{block.id}">{extended(more + mappings(block.event.inputs, {}))}'
                        f"{self.trigger(block.event)}</intermediateThrowEvent>\n")
        return block.id, block.id

    def write_link(self, block: Block) -> Ends:
        """Both halves of a link."""
        event = definition(Event("link", block.id))
        self.out.append(f'<intermediateThrowEvent id="{block.id}">{event}</intermediateThrowEvent>\n'
                        f'<intermediateCatchEvent id="{block.id}_in">{event}</intermediateCatchEvent>\n')
        return block.id, f"{block.id}_in"

    def write_end(self, block: Block) -> Ends:
        """An end event."""
        assert block.event
        more = PUBLISH if block.event.kind == "message" else ""
        self.out.append(f'<endEvent id="{block.id}">{extended(more + mappings(block.event.inputs, {}))}'
                        f"{self.trigger(block.event)}</endEvent>\n")
        return block.id, None

    # ---- activities
    def activity(self, block: Block) -> Ends:
        """An activity, its boundary events and their paths, and its compensation handler."""
        self.element(block)
        if block.undo:
            self.element(block.undo)
            self.out.append(f'<boundaryEvent id="{block.id}_undo" attachedToRef="{block.id}"><compensateEventDefinition/>'
                            f'</boundaryEvent>\n<association id="{block.id}_to" sourceRef="{block.id}_undo" '
                            f'targetRef="{block.undo.id}"/>\n')
        lasts: list[str | None] = [block.id]
        for one in block.boundaries:
            stop = str(one.interrupting).lower()
            self.out.append(f'<boundaryEvent id="{one.id}" attachedToRef="{block.id}" cancelActivity="{stop}">'
                            f"{extended(mappings({}, one.event.outputs))}{self.trigger(one.event)}</boundaryEvent>\n")
            first, last = self.block(one.path)
            self.flow(one.id, first)
            if one.interrupting:
                lasts.append(last)
            elif last is not None:
                self.out.append(f'<endEvent id="{one.id}_end"/>\n')
                self.flow(last, f"{one.id}_end")
        return block.id, self.joined(f"{block.id}_merge", "exclusive", lasts) if len(lasts) > 1 else block.id

    def element(self, block: Block) -> None:
        """The activity itself."""
        tag = block.at.get("tag") or TAGS[block.kind]
        more = ' isForCompensation="true"' if block.at.get("undoes") else ""
        if block.kind == "adhoc":
            more += f' cancelRemainingInstances="{str(block.at["cancels"]).lower()}"'
        if block.kind == "receive":
            more += self.referred(block)
        inner = self.inside(block)
        if tag == "intermediateThrowEvent":
            inner += "<messageEventDefinition/>"
        if tag == "sendTask" and block.kind == "send":
            more += self.referred(block)
        extra = extended(self.extensions(block) + mappings(block.inputs, block.outputs))
        self.out.append(f'<{tag} id="{block.id}" name="{block.id}"{more}>{extra}{self.loop(block)}{inner}</{tag}>\n')

    def referred(self, block: Block) -> str:
        """The attribute of tasks that name a message."""
        assert block.event
        self.events["message", block.event.name] = None
        return f' messageRef="message_{block.event.name}"'

    def inside(self, block: Block) -> str:
        """What stands inside of a subprocess."""
        if block.kind == "sub":
            return self.scope(block.parts[0], block.handlers, block.id)
        if block.kind != "adhoc":
            return ""
        kept, self.out = self.out, []
        for part in block.parts:
            self.block(part)
        made, self.out = "".join(self.out), kept
        stop = block.at.get("stop")
        return made + (f"<completionCondition>{escape(feel(stop))}</completionCondition>\n" if stop else "")

    def extensions(self, block: Block) -> str:
        """The zeebe elements of an activity."""
        at = block.at
        if block.kind == "user":
            return ('<zeebe:userTask/><zeebe:formDefinition formId="f"/>'
                    '<zeebe:assignmentDefinition candidateGroups="clerks"/>')
        if block.kind == "job":
            return '<zeebe:taskDefinition type="work" retries="2"/><zeebe:taskHeaders><zeebe:header key="h" value="1"/></zeebe:taskHeaders>'
        if block.kind == "script":
            return f'<zeebe:script expression={quoteattr(feel(at["is"]))} resultVariable="{at["to"]}"/>'
        if block.kind == "rule":
            return f'<zeebe:calledDecision decisionId="twice" resultVariable="{at["to"]}"/>'
        if block.kind == "send":
            return PUBLISH
        if block.kind == "call":
            flags = "".join(f' {name}="false"' for name in ("propagateAllParentVariables", "propagateAllChildVariables")
                            if not at[name])
            return f'<zeebe:calledElement processId="{at["process"]}"{flags}/>'
        if block.kind == "adhoc":
            names = ", ".join(f'"{name}"' for name in at["active"])
            more = f' outputCollection="{at["output"]}" outputElement={quoteattr(feel(at["element"]))}' if at.get("output") else ""
            return f"<zeebe:adHoc activeElementsCollection={quoteattr(f'=[{names}]')}{more}/>"
        return ""

    def loop(self, block: Block) -> str:
        """The multi-instance marker."""
        loop = block.loop
        if loop is None:
            return ""
        more = (f' outputCollection="{loop.output}" outputElement={quoteattr(feel(loop.element))}'
                if loop.output and loop.element else "")
        stop = f"<completionCondition>{escape(feel(loop.stop))}</completionCondition>" if loop.stop else ""
        return (f'<multiInstanceLoopCharacteristics isSequential="{str(loop.sequential).lower()}">'
                + extended(f"<zeebe:loopCharacteristics inputCollection={quoteattr(feel(loop.items))} "
                           f'inputElement="{loop.item}"{more}/>') + f"{stop}</multiInstanceLoopCharacteristics>")
