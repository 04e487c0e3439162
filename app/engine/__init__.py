"""The engine: Camunda 8 style BPMN in, pure steps out. The only importer of SpiffWorkflow; knows nothing of cases."""

from app.engine.budgets import of as step_budget
from app.engine.comparing import compare
from app.engine.comparing import parts as diagram_parts
from app.engine.dataflow import (
    Known,
    Origin,
    Place,
    Variable,
    given_at_start,
    given_by_job,
    given_by_message,
    known_at,
    variables,
)
from app.engine.dataflow import entries as dataflow_entries
from app.engine.dataflow import reads_decisions as dataflow_reads_decisions
from app.engine.dataflow import reads_forms as dataflow_reads_forms
from app.engine.dataflow import tells_types as dataflow_tells_types
from app.engine.definition import ProcessDefinition, StartTrigger, load
from app.engine.lint import lint
from app.engine.migrating import go_back, migrate
from app.engine.migration_plan import Migration, Plan, Remark, candidates
from app.engine.modifying import Changeable, changeable
from app.engine.ports import BudgetSpent, DecisionAnswer, Ports, StepBudget
from app.engine.profile import ELEMENTS, EVENTS, ProfileRow, extensions, markdown, profile
from app.engine.referring import References, references
from app.engine.rehearsal import Played, plain, play
from app.engine.replay import Done, Replayed, replay
from app.engine.results import (
    SIGNAL_WORD,
    DecisionTaken,
    Element,
    Incident,
    Job,
    Message,
    OpenTask,
    SignalThrown,
    StepResult,
    Subscription,
    Timer,
    TraceStep,
    signal_key,
)
from app.engine.scenarios import Deed, Scenario, scenarios
from app.engine.scopes import Scope, scopes
from app.engine.stage import START as SCENARIO_START
from app.engine.step import run
from app.engine.stimuli import (
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Modify,
    Retry,
    Start,
    Stimulus,
    ThrowJobError,
)
from app.engine.timers import Due, due_since, next_due
from app.engine.using import Use, uses

__all__ = [
    "ELEMENTS",
    "Known",
    "Origin",
    "Place",
    "References",
    "references",
    "Variable",
    "dataflow_entries",
    "dataflow_reads_decisions",
    "dataflow_reads_forms",
    "dataflow_tells_types",
    "given_at_start",
    "given_by_job",
    "given_by_message",
    "known_at",
    "variables",
    "EVENTS",
    "ProfileRow",
    "extensions",
    "markdown",
    "profile",
    "BudgetSpent",
    "Changeable",
    "CompleteJob",
    "CompleteTask",
    "DecisionAnswer",
    "DecisionTaken",
    "Deed",
    "DeliverMessage",
    "Done",
    "Due",
    "Element",
    "FireTimer",
    "Incident",
    "Job",
    "Message",
    "Migration",
    "Modify",
    "OpenTask",
    "Plan",
    "Played",
    "Ports",
    "ProcessDefinition",
    "Remark",
    "Replayed",
    "Retry",
    "SIGNAL_WORD",
    "Scenario",
    "Scope",
    "SignalThrown",
    "Start",
    "StartTrigger",
    "StepBudget",
    "StepResult",
    "Stimulus",
    "Subscription",
    "ThrowJobError",
    "Timer",
    "TraceStep",
    "candidates",
    "changeable",
    "plain", "SCENARIO_START", "compare", "diagram_parts",
    "due_since",
    "go_back",
    "lint",
    "load",
    "migrate",
    "next_due",
    "play",
    "replay",
    "run",
    "scenarios",
    "scopes",
    "signal_key",
    "step_budget", "Use", "uses",
]
