# mypy: allow-subclassing-any
"""Tasks: those that people or workers do, and those the engine does at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.engine.library import defaults
from app.engine.ports import Hold
from app.engine.results import DecisionTaken
from app.engine.specs.base import Behaviour
from app.engine.timers import TimerError, owned_clock, parse_date
from app.engine.tokens import Token
from app.kernel.errors import YikouError, msg

DEFAULT_PRIORITY, DEFAULT_RETRIES = 50, 3


class PassTask(Behaviour, defaults.NoneTask):
    """A plain or manual task: drawn work without a form passes at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class UserTask(Behaviour, defaults.UserTask):
    """Waits for a person. What the task list needs is evaluated on entry and kept with the token."""

    def prepare(self, token: Token) -> None:
        """Raises Hold when an expression fails or has the wrong type."""
        context, view, ext = token.context, token.view(), self.node.extensions
        opened: dict[str, Any] = {}
        form = ext.get("formDefinition", "formId")
        if form:
            opened["form"] = context.need(form, view, (str,), "formId")
        groups = ext.get("assignmentDefinition", "candidateGroups")
        if groups:
            opened["groups"] = _groups(context.need(groups, view, (str, list), "candidateGroups"))
        assignee = ext.get("assignmentDefinition", "assignee")
        if assignee:
            opened["assignee"] = context.need(assignee, view, (str, type(None)), "assignee")
        due = ext.get("taskSchedule", "dueDate")
        if due and owned_clock(due) is None:        # a legal clock's date is read whenever the task is shown
            opened["due"] = _date(context.need(due, view, (str, type(None)), "dueDate"))
        priority = ext.get("priorityDefinition", "priority")
        if priority:
            opened["priority"] = _whole(context.value(priority, view), "priority", DEFAULT_PRIORITY)
        token.internal_data["open"] = opened

    def announced(self, token: Token, properties: dict[str, Any]) -> None:
        """Keep the properties as they were on entry."""
        if properties:
            token.internal_data["open"]["properties"] = properties


class JobTask(Behaviour, defaults.ManualTask):
    """Waits for a worker that completes the job or throws an error from it."""

    def prepare(self, token: Token) -> None:
        """Raises Hold when type or retries have the wrong type."""
        context, view, ext = token.context, token.view(), self.node.extensions
        kind = context.need(ext.get("taskDefinition", "type") or "", view, (str,), "type")
        retries = context.value(ext.get("taskDefinition", "retries") or str(DEFAULT_RETRIES), view)
        token.internal_data["job"] = [kind, _whole(retries, "retries", DEFAULT_RETRIES)]


class ScriptTask(PassTask):
    """A FEEL expression into a variable."""

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold when the expression fails."""
        script = self.node.extensions.single["script"]
        return {script["resultVariable"]: token.context.value(script["expression"], token.view())}


class RuleTask(PassTask):
    """Asks a decision through the host."""

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold when the decision cannot answer."""
        context, view, called = token.context, token.view(), self.node.extensions.single["calledDecision"]
        decision = context.need(called["decisionId"], view, (str,), "decisionId")
        try:
            answer = context.ports.decide(decision, view)
        except YikouError as error:
            raise Hold("decision", error.message, **error.params) from error
        value = context.stored(answer.value)
        context.decisions.append(DecisionTaken(token.key, self.element.id, decision, answer.hash, answer.version, value,
                                               answer.trace))
        return {called["resultVariable"]: value}


def _groups(value: Any) -> list[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not all(isinstance(name, str) for name in names):
        raise Hold("type", msg("The candidateGroups hold a value that is no text."))
    return [name.strip() for name in names if name.strip()]


def _date(value: str | None) -> str | None:
    try:
        return None if value is None else parse_date(value).isoformat()
    except TimerError as error:
        raise Hold("timer", error.message, **error.params) from error


def _whole(value: Any, what: str, default: int) -> int:
    if value is None:
        return default
    try:
        number = Decimal(str(value).strip())
        if number == int(number):
            return int(number)
    except (ArithmeticError, ValueError):
        pass
    raise Hold("type", msg("%(what)s is no whole number: %(value)s."), what=what, value=str(value)[:60])
