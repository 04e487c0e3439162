"""What a person can do in a walk: each kind of deed, checked and applied.

A deed is a JSON object, named by its first key as in scenarios: `do`, `job`, `fire`, `wait`, `send`, `signal`, `retry`.
Where several tokens wait at one element, `nth` says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from app import catalog, forms
from app.cases import sources
from app.cases.connectors.notifying import AUDIENCES, ROOT_ONLY
from app.cases.queries.rehearsing import entered
from app.cases.walking.run import Run
from app.cases.walking.views import Move, WantedNotice
from app.deadlines import Budget
from app.engine import (
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    Job,
    Message,
    OpenTask,
    Retry,
    Subscription,
    ThrowJobError,
    Timer,
    signal_key,
)
from app.kernel.errors import Invalid, msg

PERSON = re.compile(r"\w{1,20}")
LONGEST_WAIT = timedelta(days=3_660)
DID_BEFORE = msg("Person %(person)s did this: %(elements)s. So somebody else has to do this task. Choose another "
                 "person.")
FAILED = msg("The job %(type)s failed as often as it may: nobody answered.")
T = TypeVar("T", OpenTask, Job, Timer)
Deed = Mapping[str, Any]
Check = Callable[[], None]


def apply(run: Run, move: Move, deed: Deed, in_time: Check) -> None:
    """Raises Invalid for a deed that does not fit, with the messages of each field of a form."""
    kind = next((name for name in DEEDS if name in deed), None)
    if kind is None:
        raise Invalid(msg("There is no such step of a walk."))
    DEEDS[kind](run, move, deed, in_time)


def _chosen(found: Sequence[T], deed: Deed, name: str) -> T:
    """The item that waits at the element. Raises Invalid with what waits instead."""
    here, nth = [one for one in found if one.element_id == deed[name]], deed.get("nth", 0)
    if not isinstance(nth, int) or not 0 <= nth < len(here):
        raise Invalid(msg("%(target)s is not open, but %(open)s"), target=str(deed[name])[:100],
                      open=", ".join(sorted({one.element_id for one in found})) or "-")
    return here[nth]


def _do(run: Run, move: Move, deed: Deed, _in_time: Check) -> None:
    task = _chosen(run.result.open_tasks, deed, "do")
    group, by = str(deed.get("as") or ""), str(deed.get("by") or "")
    if group and group not in task.groups:
        raise Invalid(msg("%(group)s may not do this task; these may: %(groups)s"), group=group[:100],
                      groups=", ".join(task.groups) or "-")
    _not_barred(run, task, group, by)
    move.values = filled(run, task, deed.get("with") or {}, told=bool(deed.get("told")))
    run.step(move, CompleteTask(task.task_id, move.values), by, task)


def _not_barred(run: Run, task: OpenTask, group: str, by: str) -> None:
    """As for a real task (`assign.exclude`). Raises Invalid with the reason."""
    if by and not PERSON.fullmatch(by):
        raise Invalid(msg("There is no person %(person)s in a walk."), person=by[:40])
    if run.may_do(task, group, by):
        return
    did = run.why_not(task, by)
    if did:
        raise Invalid(DID_BEFORE, person=by, elements=", ".join(did))
    raise Invalid(msg("People of the unit of %(group)s may not do this task. Choose another group."), group=group)


def filled(run: Run, task: OpenTask, raw: Mapping[str, Any], *, told: bool = False) -> dict[str, Any]:
    """What the form hands on, checked as for a real task. `told`: what is left alone keeps what the form is prefilled
    with, as in a scenario. Raises Invalid."""
    if task.form_id is None:
        if raw:
            raise Invalid(msg("This task has no form."))
        return {}
    moment = run.moment
    _published, form = catalog.compiled(moment.session, moment.tenant_id, "form", task.form_id)
    raw = entered(form, raw, task.variables) if told else raw
    found = forms.validate(form, dict(raw), variables=task.variables, now=run.local_now,
                           options_sources=sources.options(moment.session, "zh"))
    if not found.ok:
        raise Invalid(msg("Please check what is marked."), fields=found.errors)
    return found.data


def _job(run: Run, move: Move, deed: Deed, in_time: Check) -> None:
    job = _chosen(run.result.jobs, deed, "job")
    move.job_type = job.type
    if deed.get("down"):
        run.silent.discard(job.task_id)
        run.down[job.task_id] = (FAILED, {"type": job.type})
        return
    if deed.get("silent"):
        run.silent.add(job.task_id)
        if not deed.get("told"):  # a scenario says itself what happens then
            _until_something_happens(run, move, job, in_time)
        return
    run.down.pop(job.task_id, None)
    run.silent.discard(job.task_id)
    if deed.get("error"):
        run.step(move, ThrowJobError(job.task_id, str(deed["error"]), _values(deed)))
        return
    note_notice(run, move, job)
    run.step(move, CompleteJob(job.task_id, _values(deed)))


def _until_something_happens(run: Run, move: Move, job: Job, in_time: Check) -> None:
    """Nobody answers: to the timer at the edge of the job, else to the next timer, else to the next limit of a clock.
    Where there is none of them, nothing ever happens, and no time passes."""
    dated = [(due, at, one) for at, one in enumerate(run.result.timers) if (due := run.due(one)) is not None]
    edge = [each for each in dated if run.at_edge_of(each[2].element_id, job.element_id)]
    if dated:
        _until(run, move, min(edge or dated, key=lambda each: each[:2])[2], in_time)
        return
    limits = [due for name in run.book.names() if (due := run.book.fires_at(f"{name}.due_at")) is not None
              and due > run.moment.now]
    if limits:
        run.move_to(min(limits))


def note_notice(run: Run, move: Move, job: Job) -> None:
    """Who would be told by a job `notify`; nothing for other jobs. Raises Invalid, as the real job does."""
    if job.type != "notify":
        return
    template, audience = job.headers.get("template"), job.headers.get("to")
    group = job.variables.get("group")
    if not template or audience not in AUDIENCES or (audience == "group" and not isinstance(group, str)):
        raise Invalid(msg("A notification needs a template and somebody to tell."))
    params = {name: value for name, value in job.variables.items() if name not in ROOT_ONLY}
    number = run.result.variables.get("number")
    move.notices.append(WantedNotice(job.element_id, template, str(audience), group if audience == "group" else None,
                                     {"number": number, **params}, run.moment.now))


def _fire(run: Run, move: Move, deed: Deed, in_time: Check) -> None:
    """To the moment of a timer. What is due before it comes before it."""
    _until(run, move, _chosen(run.result.timers, deed, "fire"), in_time)


def _until(run: Run, move: Move, timer: Timer, in_time: Check) -> None:
    """Raises Invalid for a timer whose clock does not run."""
    at = run.due(timer)
    if at is None:
        raise Invalid(msg("%(element)s has no date: its clock does not run."), element=timer.element_id)
    while (first := run.next_timer(at)) is not None:
        in_time()
        run.fire(move, first)
        if first.task_id == timer.task_id:
            return


def _wait(run: Run, move: Move, deed: Deed, in_time: Check) -> None:
    """Time passes; timers go off when they are due."""
    until = Budget.parse(deed["wait"] or {}).due(run.book.calendar, run.moment.now)
    if until - run.moment.now > LONGEST_WAIT:
        raise Invalid(msg("At most %(days)s days in one go."), days=LONGEST_WAIT.days)
    while (timer := run.next_timer(until)) is not None:
        in_time()
        run.fire(move, timer)
        if run.result.completed:
            break
    run.move_to(until)


def _send(run: Run, move: Move, deed: Deed, _in_time: Check) -> None:
    name, key = str(deed["send"]), deed.get("key")
    waiting = _heard(run, name, key)
    if waiting is not None:
        run.step(move, DeliverMessage(waiting.task_id, waiting.name, waiting.key, _values(deed)))
    elif key:
        run.posted.append(Message("", name, str(key), _values(deed)))
    else:
        raise Invalid(msg("nothing waits for the message %(target)s"), target=name[:100])


def _heard(run: Run, name: str, key: Any) -> Subscription | None:
    return next((one for one in run.result.subscriptions if one.name == name and one.key != signal_key(one.task_id)
                 and key in (None, "", one.key)), None)


def _signal(run: Run, move: Move, deed: Deed, in_time: Check) -> None:
    """Everybody who waits for it now hears it."""
    name = str(deed["signal"])
    listening = [one for one in run.result.subscriptions if (one.name, one.key) == (name, signal_key(one.task_id))]
    if not listening:
        raise Invalid(msg("nothing waits for the signal %(target)s"), target=name[:100])
    for one in listening:
        in_time()
        if any(each.task_id == one.task_id for each in run.result.subscriptions):
            run.step(move, DeliverMessage(one.task_id, one.name, one.key, _values(deed)))


def _retry(run: Run, move: Move, _deed: Deed, _in_time: Check) -> None:
    run.step(move, Retry())


def _values(deed: Deed) -> dict[str, Any]:
    values = deed.get("with") or {}
    if not isinstance(values, Mapping):
        raise Invalid(msg("The variables are no object."))
    return dict(values)


DEEDS: dict[str, Callable[[Run, Move, Deed, Check], None]] = {
    "do": _do, "job": _job, "fire": _fire, "wait": _wait, "send": _send, "signal": _signal, "retry": _retry}
