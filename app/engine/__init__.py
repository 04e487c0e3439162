"""The engine: Camunda 8 style BPMN in, pure steps out. The only importer of SpiffWorkflow; knows nothing of cases."""

from app.engine.definition import ProcessDefinition, load
from app.engine.lint import lint
from app.engine.ports import BudgetSpent, DecisionAnswer, Ports, StepBudget
from app.engine.results import (
    DecisionTaken,
    Element,
    Incident,
    Job,
    Message,
    OpenTask,
    StepResult,
    Subscription,
    Timer,
    TraceStep,
)
from app.engine.step import run
from app.engine.stimuli import (
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Retry,
    Start,
    Stimulus,
    ThrowJobError,
)

__all__ = [
    "BudgetSpent",
    "CompleteJob",
    "CompleteTask",
    "DecisionAnswer",
    "DecisionTaken",
    "DeliverMessage",
    "Element",
    "FireTimer",
    "Incident",
    "Job",
    "Message",
    "OpenTask",
    "Ports",
    "ProcessDefinition",
    "Retry",
    "Start",
    "StepBudget",
    "StepResult",
    "Stimulus",
    "Subscription",
    "ThrowJobError",
    "Timer",
    "TraceStep",
    "lint",
    "load",
    "run",
]
