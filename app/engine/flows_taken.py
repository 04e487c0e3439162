"""Which sequence flows were taken, told by the trace of a step."""

from __future__ import annotations

from app.engine.definition import ProcessDefinition
from app.engine.results import TraceStep


def flows_after(definition: ProcessDefinition, step: TraceStep,
                later: tuple[TraceStep, ...]) -> set[tuple[str, str]]:
    """The flows by which a completed element handed on; to an event that happened, its gateway's flow too."""
    found: set[tuple[str, str]] = set()
    entered = {one.element_id for one in later[:1] if one.how == "entered"}
    for specs in definition.specs.values():
        for spec in specs.task_specs.values():
            flows, element = getattr(spec, "flows", ()), getattr(spec, "element", None)
            if element is None:
                continue
            if element.type == "eventBasedGateway":
                found |= {(definition.id, flow.id) for flow in flows if flow.target == step.element_id}
            elif element.id == step.element_id:
                every = len(flows) == 1 or element.type == "parallelGateway"
                found |= {(definition.id, flow.id) for flow in flows if every or flow.target in entered}
    return found
