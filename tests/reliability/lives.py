"""Lives of requests, step by step: every kind of command that moves a case, each able to be sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.cases.commands import (
    AddNote,
    AnswerQuestion,
    AssignTask,
    ClaimTask,
    CompleteTask,
    DelegateTask,
    DeliverToCase,
    FireDueTimer,
    InstructCase,
    JoinCases,
    KeepDraft,
    LogContact,
    ModifyCase,
    NoteJobFailure,
    NoteTimerFailure,
    RateCase,
    ReleaseTask,
    ResumeCase,
    RetryIncident,
    RunJob,
    SubmitCase,
    SuspendCase,
    TakeInCase,
    UndoJoin,
    WithdrawCase,
)
from app.cases.messaging import publish
from app.cases.model import Case
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor, Command
from app.kernel.unit_of_work import UnitOfWork, transact
from app.workers import kinds
from app.workers.loop import until_idle
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, REPLY, on_to_handling

Act = Callable[[], Any]
WITHDREW = "resident_withdrew"
WORDS: dict[str, Any] = {"text": "垃圾三天没清。Litter for three days.", "name": "王女士", "phone": "13900000001",
                         "module": "CS", "service": "CS01"}


@dataclass(frozen=True)
class Step:
    """`make` looks at the office and gives the act; the act is what may be interrupted, and sent again."""

    name: str
    make: Callable[[Office], Act]
    harmed: bool = True
    """Whether the harness interrupts it; False for steps that only lead on."""


def command(name: str, build: Callable[[Office], Command]) -> Step:
    """A command as it comes from an edge."""

    def make(office: Office) -> Act:
        made = build(office)
        return lambda: dispatch(made)

    return Step(name, make)


def _handed_in(name: str, build: Callable[[Office], Command]) -> Step:
    def make(office: Office) -> Act:
        made = build(office)

        def act() -> Any:
            answer = dispatch(made)
            office.case_id, office.token, office.number = UUID(answer["case_id"]), answer["token"], answer["number"]
            return answer

        return act

    return Step(name, make)


def work(name: str) -> Step:
    """Everything that is due, by a worker: events numbered, deliveries, jobs, timers, messages.

    Events are looked for among all: a play is older than the office in which it is played, and so are its events.
    """

    def act() -> int:
        kinds._thorough.clear()
        return until_idle()

    return Step(name, lambda _office: act)


def led(name: str, lead: Callable[[Office], Any]) -> Step:
    """On to the next interesting place, undisturbed."""
    return Step(name, lambda office: lambda: lead(office), harmed=False)


def by(kind: type[Command], group: str, key: str, /, **more: Any) -> Callable[[Office], Command]:
    """A command of one of `group` on the case; values that can be called are asked of the office first."""

    def build(office: Office) -> Command:
        values = {name: value(office) if callable(value) else value for name, value in more.items()}
        actor: Actor = {"guest": GUEST, "system": SYSTEM}.get(group) or office.who(group)
        return kind(tenant_id=office.tenant_id, actor=actor, key=key, **values)

    return build


def task(element_id: str) -> Callable[[Office], UUID]:
    """The id of an open task."""
    return lambda office: office.tasks()[element_id].id


def case(office: Office) -> UUID:
    """The case at hand."""
    return office.case_id


def token(office: Office) -> str:
    """Its personal link."""
    return str(office.token)


def _colleague(group: str, other_than: str) -> Callable[[Office], UUID | None]:
    """Another person of a group."""
    def find(office: Office) -> UUID | None:
        return next(actor.user_id for actor in office.demo.actors.values()
                    if group in actor.groups and actor.user_id != office.who(other_than).user_id)
    return find


def _job(office: Office) -> UUID:
    return min(row.id for row in office.rows(JobRow, JobRow.state == "pending"))


def _timer(office: Office) -> UUID:
    found: UUID = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].id
    return found


def _incident(office: Office) -> UUID:
    return max(row.id for row in office.rows(IncidentRow) if row.resolved_at is None)


HANDLER, CLERK, CHIEF = "handler@LRS", "intake_clerk", "supervisor"

NORMAL: tuple[Step, ...] = (
    _handed_in("submit", by(SubmitCase, "guest", "k1", **WORDS)),
    command("run_job", lambda office: RunJob(tenant_id=office.tenant_id, actor=SYSTEM, job_id=_job(office))),
    work("work_after_submit"),
    command("claim", by(ClaimTask, CLERK, "k2", task_id=task("task_intake"))),
    command("release", by(ReleaseTask, CLERK, "k3", task_id=task("task_intake"))),
    command("keep_draft", by(KeepDraft, CLERK, "k4", task_id=task("task_intake"), data={"course": "三天 three days"})),
    command("complete", by(CompleteTask, CLERK, "k5", task_id=task("task_intake"), data=INTAKE)),
    work("work_after_intake"),
    led("to_handling", on_to_handling),
    command("claim_handle", by(ClaimTask, HANDLER, "k6", task_id=task("task_handle"))),
    command("delegate", by(DelegateTask, HANDLER, "k7", task_id=task("task_handle"), note="你来 yours",
                           user_id=_colleague(HANDLER, HANDLER))),
    command("assign", by(AssignTask, CHIEF, "k8", task_id=task("task_handle"), reason="急 urgent",
                         user_id=lambda office: office.who(HANDLER).user_id)),
    command("note", by(AddNote, HANDLER, "k9", case_id=case, text="已到现场 on site")),
    command("contact", by(LogContact, HANDLER, "k10", case_id=case, channel="phone", reached=True, text="说好了 agreed",
                          tell_resident=True)),
    command("instruct", by(InstructCase, CHIEF, "k11", case_id=case, text="今天办完 today please")),
    command("suspend", by(SuspendCase, CHIEF, "k12", case_id=case, reason="查 look into it")),
    command("resume", by(ResumeCase, CHIEF, "k13", case_id=case, reason="好 done")),
    command("ask", by(CompleteTask, HANDLER, "k14", task_id=task("task_handle"),
                      data={"action": "ask_resident", "question": "几号楼? Which block?"})),
    work("work_after_question"),
    command("correlate_answer", by(AnswerQuestion, "guest", "k15", token=token, text="三号 block 3")),
    work("work_after_answer"),
    command("complete_reply", by(CompleteTask, HANDLER, "k16", task_id=task("task_handle"), data=REPLY)),
    work("work_after_reply"),
    led("review", lambda office: office.do("task_review", reply=REPLY["reply"], review_approved="yes")),
    command("rate", by(RateCase, "guest", "k17", token=token, rating=5, solved="yes", comment="很快 quick")),
    work("work_after_rating"),
)


def _publish(office: Office) -> Act:
    """A message for the first case, as another case would leave it."""
    def send(uow: UnitOfWork) -> None:
        publish(uow, WITHDREW, str(_first(office).id), {"reason": "no"})

    return lambda: transact(office.tenant_id, SYSTEM, send)


def _second(office: Office) -> None:
    """A second request, at its intake; the first stays known as `first`."""
    office.first = office.case()  # type: ignore[attr-defined]
    office.submit()
    office.work()


def _first(office: Office) -> Case:
    found: Case = office.first  # type: ignore[attr-defined]
    return found


def _token_of(element_id: str) -> Callable[[Office], tuple[str, ...]]:
    """What `ModifyCase` cancels: a task's token has the task's id."""
    return lambda office: (office.tasks()[element_id].id.hex,)


TROUBLED: tuple[Step, ...] = (
    _handed_in("take_in", by(TakeInCase, CLERK, "m1", **WORDS, kind="complaint", channel="phone")),
    work("work_after_desk"),
    led("to_handling", on_to_handling),
    led("second", _second),
    command("modify", by(ModifyCase, CHIEF, "m4", case_id=case, reason="改 moved",
                         cancel=_token_of("task_intake"), activate=("task_intake",))),
    work("work_after_modify"),
    led("intake_again", lambda office: office.do("task_intake", **INTAKE)),
    command("join", by(JoinCases, CLERK, "m2", number=lambda office: office.number,
                       earlier_number=lambda office: _first(office).number)),
    work("work_after_join"),
    command("undo_join", by(UndoJoin, CHIEF, "m3", case_id=case)),
    work("work_after_undo"),
    led("late", lambda office: office.clock.advance(timedelta(days=9))),
    command("note_timer_failure", lambda office: NoteTimerFailure(
        tenant_id=office.tenant_id, actor=SYSTEM, timer_id=_timer(office), error="broken")),
    command("retry_timer", by(RetryIncident, CHIEF, "m5", incident_id=_incident)),
    command("fire_timer", lambda office: FireDueTimer(tenant_id=office.tenant_id, actor=SYSTEM,
                                                      timer_id=_timer(office))),
    command("note_job_failure", by(NoteJobFailure, "system", "m7", job_id=_job, error="no line")),
    led("later", lambda office: office.clock.advance(timedelta(minutes=20))),
    work("work_on_timers"),
    led("message", lambda office: _publish(office)()),
    command("deliver", lambda office: DeliverToCase(tenant_id=office.tenant_id, actor=SYSTEM, name=WITHDREW,
                                                    message_key=str(_first(office).id))),
    command("withdraw", by(WithdrawCase, "guest", "m6", token=token, reason="算了 never mind")),
    work("work_after_withdrawal"),
)

LIVES: dict[str, tuple[Step, ...]] = {"normal": NORMAL, "troubled": TROUBLED}
