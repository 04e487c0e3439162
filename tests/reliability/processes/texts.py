"""Event definitions and zeebe extensions as text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.reliability.processes.blocks import Event, Ex, feel

PUBLISH = '<zeebe:publishMessage correlationKey="=key" timeToLive="PT1H"/>'


def definition(event: Event) -> str:
    """The event definition."""
    if event.kind == "none":
        return ""
    if event.kind == "timer":
        text, tag = f"PT{event.minutes}M", "timeDuration"
        if event.rounds is not None:
            text, tag = f"R{event.rounds or ''}/{text}", "timeCycle"
        return f"<timerEventDefinition><{tag}>{text}</{tag}></timerEventDefinition>"
    if event.kind == "conditional":
        test = escape(feel(event.test or ("const", False)))
        return f"<conditionalEventDefinition><condition>{test}</condition></conditionalEventDefinition>"
    if event.kind == "compensation":
        of = f' activityRef="{event.activity}"' if event.activity else ""
        return f"<compensateEventDefinition{of}/>"
    if event.kind == "link":
        return f"<linkEventDefinition name={quoteattr(event.name)}/>"
    if event.kind in ("error", "escalation"):
        ref = f' {event.kind}Ref="{event.kind}_{event.code}"' if event.code else ""
        return f"<{event.kind}EventDefinition{ref}/>"
    if event.kind in ("message", "signal"):
        return f'<{event.kind}EventDefinition {event.kind}Ref="{event.kind}_{event.name}"/>'
    return f"<{event.kind}EventDefinition/>"


def mappings(inputs: dict[str, Ex], outputs: dict[str, Ex]) -> str:
    """zeebe:ioMapping."""
    rows = [f"<zeebe:input source={quoteattr(feel(ex))} target={quoteattr(name)}/>" for name, ex in inputs.items()]
    rows += [f"<zeebe:output source={quoteattr(feel(ex))} target={quoteattr(name)}/>" for name, ex in outputs.items()]
    return f"<zeebe:ioMapping>{''.join(rows)}</zeebe:ioMapping>" if rows else ""


def extended(inner: str) -> str:
    """extensionElements around what there is."""
    return f"<extensionElements>{inner}</extensionElements>" if inner else ""
