"""Diagrams as short text, and a host that saves and restores after every step."""
from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from app.engine import (
    CompleteJob,
    CompleteTask,
    DecisionAnswer,
    DeliverMessage,
    FireTimer,
    Retry,
    Start,
    StepBudget,
    ThrowJobError,
    load,
    run,
)
from app.engine.context import StepContext
from app.engine.state import restore, save
from app.kernel.errors import NotFound

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
        'id="defs" targetNamespace="t">')
_flows = itertools.count()


def ext(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>" if inner else ""


def io(inputs: dict | None = None, outputs: dict | None = None) -> str:
    rows = [f"<zeebe:input source={quoteattr(s)} target={quoteattr(t)}/>" for t, s in (inputs or {}).items()]
    rows += [f"<zeebe:output source={quoteattr(s)} target={quoteattr(t)}/>" for t, s in (outputs or {}).items()]
    return f"<zeebe:ioMapping>{''.join(rows)}</zeebe:ioMapping>"


def props(**values: str) -> str:
    rows = "".join(f"<zeebe:property name={quoteattr(k.replace('__', '.'))} value={quoteattr(v)}/>" for k, v in values.items())
    return f"<zeebe:properties>{rows}</zeebe:properties>"


def user(name: str, extra: str = "", body: str = "", form: str = "f") -> str:
    return (f'<userTask id="{name}" name="{name}">' + ext(f'<zeebe:userTask/><zeebe:formDefinition formId="{form}"/>{extra}')
            + body + "</userTask>")


def script(name: str, expression: str, variable: str, extra: str = "") -> str:
    return (f'<scriptTask id="{name}">' + ext(f"<zeebe:script expression={quoteattr(expression)} "
            f'resultVariable="{variable}"/>{extra}') + "</scriptTask>")


def service(name: str, kind: str = "work", extra: str = "", body: str = "") -> str:
    return f'<serviceTask id="{name}">' + ext(f'<zeebe:taskDefinition type="{kind}"/>{extra}') + body + "</serviceTask>"


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def boundary(name: str, host: str, definition: str, cancel: bool = True, extra: str = "") -> str:
    return (f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{str(cancel).lower()}">' + ext(extra)
            + definition + "</boundaryEvent>")


def loop(items: str, item: str = "item", sequential: bool = False, condition: str = "", **attrs: str) -> str:
    more = "".join(f" {k}={quoteattr(v)}" for k, v in attrs.items())
    done = f"<completionCondition>{condition}</completionCondition>" if condition else ""
    return (f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
            + ext(f"<zeebe:loopCharacteristics inputCollection={quoteattr(items)} inputElement=\"{item}\"{more}/>")
            + done + "</multiInstanceLoopCharacteristics>")


def flows(text: str) -> str:
    """`a>b`, `a>b:=condition` (underscores are spaces), `a>b*` default: also set default="..." by `gate`."""
    out = []
    for part in text.split():
        ends, _, test = part.partition(":")
        a, b = ends.rstrip("*").split(">")
        ident = f"d_{a}" if ends.endswith("*") else f"flow{next(_flows)}"
        inner = f"<conditionExpression>{test.replace('_', ' ').replace('<', '&lt;')}</conditionExpression>" if test else ""
        out.append(f'<sequenceFlow id="{ident}" sourceRef="{a}" targetRef="{b}">{inner}</sequenceFlow>')
    return "".join(out)


def gate(name: str, kind: str = "exclusive", default: bool = False) -> str:
    tag = "eventBasedGateway" if kind == "event" else f"{kind}Gateway"
    return f'<{tag} id="{name}"' + (f' default="d_{name}"' if default else "") + "/>"


def start(name: str = "s") -> str:
    return f'<startEvent id="{name}"/>'


def end(name: str = "e", definition: str = "", extra: str = "") -> str:
    return f'<endEvent id="{name}">{ext(extra)}{definition}</endEvent>'


def sub(name: str, body: str, event: bool = False, extra: str = "") -> str:
    return f'<subProcess id="{name}"' + (' triggeredByEvent="true"' if event else "") + f">{ext(extra)}{body}</subProcess>"


def message(name: str, key: str = "=key") -> str:
    return (f'<message id="msg_{name}" name="{name}">' + ext(f"<zeebe:subscription correlationKey={quoteattr(key)}/>")
            + "</message>")


def process(body: str, name: str = "p", top: str = "", extra: str = "") -> bytes:
    return (HEAD + top + f'<process id="{name}" name="{name}" isExecutable="true">' + ext(extra) + body
            + "</process></definitions>").encode()


MESSAGE = '<messageEventDefinition messageRef="msg_{}"/>'.format
ERROR = '<errorEventDefinition errorRef="err_{}"/>'.format
ESCALATION = '<escalationEventDefinition escalationRef="esc_{}"/>'.format


def errors(*codes: str) -> str:
    return "".join(f'<error id="err_{c}" name="{c}" errorCode="{c}"/>' for c in codes)


def escalations(*codes: str) -> str:
    return "".join(f'<escalation id="esc_{c}" name="{c}" escalationCode="{c}"/>' for c in codes)


class TestPorts:
    """A host in memory."""
    __test__ = False

    def __init__(self, *files: bytes) -> None:
        self.definitions = [load(f, "test.bpmn") for f in files]
        self.functions: dict = {}
        self.clocks: dict = {}
        self.decisions: dict = {}
        self.log: list = []

    def process(self, process_id: str):
        for d in reversed(self.definitions):
            if d.id == process_id:
                return d
        raise NotFound("no process %(id)s", id=process_id)

    def process_by_hash(self, definition_hash: str):
        return next(d for d in self.definitions if d.hash == definition_hash)

    def decide(self, decision_id, variables):
        if decision_id not in self.decisions:
            raise NotFound("no decision %(id)s", id=decision_id)
        return DecisionAnswer(self.decisions[decision_id](variables), "hash", 3, {"rows": [1]})

    def deadline(self, name):
        return self.clocks.get(name)

    def entered(self, element, properties, variables) -> None:
        self.log.append(("entered", element.id, properties, dict(variables)))

    def left(self, element, properties, variables, how) -> None:
        self.log.append((how, element.id, properties, dict(variables)))


class Case:
    """One instance; every step goes through bytes twice and checks the promises that always hold."""

    def __init__(self, *files: bytes, ports: TestPorts | None = None, budget: StepBudget | None = None, begin: bool = True,
                 **variables) -> None:
        self.ports, self.now, self.budget = ports or TestPorts(*files), NOW, budget or StepBudget()
        self.messages: list = []
        self.steps: list = []
        self.ended: list = []
        self.state: bytes | None = None
        if begin:
            self.do(Start(self.ports.definitions[0].id, variables, seed="test"))

    def do(self, stimulus):
        self.result = r = run(self.state, stimulus, now=self.now, ports=self.ports, budget=self.budget)
        again = restore(r.state, StepContext(self.now, self.ports, self.budget))
        assert save(again) == r.state, "save, restore, save gives the same bytes"
        assert not any(t.data for level in again.levels() for t in level.tasks.values()), "tokens carry no data"
        assert r.completed is again.completed
        if r.completed:
            assert not r.open_tasks and not r.jobs and not r.timers and not r.subscriptions and not r.incidents
        self.state = r.state
        self.messages += r.messages
        self.steps += [(s.element_id, s.how) for s in r.steps]
        self.ended += [e for e, _ in r.ended]
        return r

    @property
    def names(self) -> list[str]:
        return sorted(t.element_id for t in self.result.open_tasks)

    @property
    def vars(self):
        return self.result.variables

    @property
    def done(self) -> bool:
        return self.result.completed

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(i.element_id, i.code) for i in self.result.incidents]

    def task(self, name: str, nth: int = 0):
        return [t for t in self.result.open_tasks if t.element_id == name][nth]

    def complete(self, name: str, nth: int = 0, **variables):
        return self.do(CompleteTask(self.task(name, nth).task_id, variables))

    def job(self, name: str, nth: int = 0):
        return [t for t in self.result.jobs if t.element_id == name][nth]

    def work(self, name: str, nth: int = 0, **variables):
        return self.do(CompleteJob(self.job(name, nth).task_id, variables))

    def fail(self, name: str, code: str, **variables):
        return self.do(ThrowJobError(self.job(name).task_id, code, variables))

    def timer(self, name: str):
        return next(t for t in self.result.timers if t.element_id == name)

    def fire(self, name: str):
        return self.do(FireTimer(self.timer(name).task_id))

    def wait(self, **delta):
        self.now += timedelta(**delta)

    def deliver(self, name: str, **variables):
        found = next(s for s in self.result.subscriptions if s.name == name)
        return self.do(DeliverMessage(found.task_id, found.name, found.key, variables))

    def retry(self, **variables):
        return self.do(Retry(variables))
