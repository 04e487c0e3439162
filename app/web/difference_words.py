"""Differences in words: what an element is called, what of it changed, and the texts before and after."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flask import Flask

from app import engine, forms
from app.kernel.differing import ADDED, CHANGED, MOVED, ORDER, REMOVED, Detail, Part, PartChange
from app.kernel.errors import DefinitionError, msg
from app.web.differences import Difference
from app.web.texts import locale, t

KINDS = {ADDED: msg("added"), REMOVED: msg("removed"), CHANGED: msg("changed"), MOVED: msg("moved elsewhere")}
SIGNS = {ADDED: "+", REMOVED: "−", CHANGED: "≠", MOVED: "↔"}
"""So that nothing hangs on colour."""
TAGS = {"added": "good", "removed": "bad", "changed": "warn", "moved": "brand"}
REFERENCES = frozenset({"sourceRef", "targetRef", "default", "attachedToRef", "scope", "members", "processRef",
                        "messageRef", "signalRef", "errorRef", "escalationRef"})
"""Last words of paths whose texts are ids of elements."""
DRAWN = {"sequenceFlow": msg("Flow"), "messageFlow": msg("Message flow"), "association": msg("Association"),
         "lane": msg("Lane"), "participant": msg("Pool"), "process": msg("Process"), "message": msg("Message"),
         "signal": msg("Signal"), "error": msg("Error"), "escalation": msg("Escalation"),
         "textAnnotation": msg("Note in the drawing"), "collaboration": msg("Collaboration"),
         "group": msg("Frame in the drawing"),
         "dataObjectReference": msg("Data object"), "dataObject": msg("Data object"),
         "dataStoreReference": msg("Data store"), "startEvent": msg("Start event"),
         "subProcess": msg("Subprocess")}
FIELDS = {"textfield": msg("Line of text"), "textarea": msg("Text field"), "number": msg("Field for a number"),
          "checkbox": msg("Checkbox"), "radio": msg("One of several"), "checklist": msg("Several of a list"),
          "taglist": msg("Several of a list"), "select": msg("Choice"), "datetime": msg("Date or time"),
          "filepicker": msg("File"), "text": msg("Text"), "html": msg("Text"), "image": msg("Picture"),
          "group": msg("Group of fields"), "dynamiclist": msg("List of rows"), "table": msg("Table"),
          "button": msg("Button"), "spacer": msg("Space"), "separator": msg("Line"), "expression": msg("Expression"),
          forms.FORM: msg("The form itself")}
PATHS = {
    "type": msg("Kind"), "name": msg("Name of it"), "scope": msg("Stands inside"),
    "members": msg("Elements in the lane"),
    "sourceRef": msg("Comes from"), "targetRef": msg("Leads to"), "default": msg("Default flow"),
    "attachedToRef": msg("Attached to"), "cancelActivity": msg("Interrupts"), "processRef": msg("Process"),
    "conditionExpression": msg("Condition"), "documentation": msg("Documentation"),
    "isExecutable": msg("Can be run"), "property name_en": msg("English name"), "input order": msg("Order of inputs"),
    "output order": msg("Order of outputs"), "formDefinition/formId": msg("Form"),
    "assignmentDefinition/candidateGroups": msg("Groups that may do it"),
    "assignmentDefinition/assignee": msg("Person"),
    "assignmentDefinition/candidateUsers": msg("People who may do it"),
    "priorityDefinition/priority": msg("Priority"), "taskSchedule/dueDate": msg("Due date"),
    "taskSchedule/followUpDate": msg("Follow-up date"), "calledElement/processId": msg("Called process"),
    "calledElement/propagateAllChildVariables": msg("Hands all variables back"),
    "calledElement/propagateAllParentVariables": msg("Hands all variables in"),
    "calledDecision/decisionId": msg("Decision"), "calledDecision/resultVariable": msg("Variable of the result"),
    "script/expression": msg("Expression"), "script/resultVariable": msg("Variable of the result"),
    "taskDefinition/type": msg("Kind of work"), "taskDefinition/retries": msg("Tries"),
    "timerEventDefinition/timeDuration": msg("Duration"), "timerEventDefinition/timeDate": msg("Date"),
    "timerEventDefinition/timeCycle": msg("Repeats"), "conditionalEventDefinition/condition": msg("Condition"),
    "messageEventDefinition/messageRef": msg("Message"), "signalEventDefinition/signalRef": msg("Signal"),
    "errorEventDefinition/errorRef": msg("Error"), "escalationEventDefinition/escalationRef": msg("Escalation"),
    "subscription/correlationKey": msg("Correlation key"), "errorCode": msg("Error code"),
    "multiInstanceLoopCharacteristics": msg("Multi-instance marker"),
    "multiInstanceLoopCharacteristics/isSequential": msg("One after the other"),
    "multiInstanceLoopCharacteristics/loopCharacteristics/inputCollection": msg("For each of"),
    "multiInstanceLoopCharacteristics/loopCharacteristics/inputElement": msg("Variable of each"),
    "multiInstanceLoopCharacteristics/loopCharacteristics/outputCollection": msg("Results in"),
    "multiInstanceLoopCharacteristics/loopCharacteristics/outputElement": msg("Result of each"),
    "multiInstanceLoopCharacteristics/completionCondition": msg("Ends when"), "text": msg("Text"),
    "label": msg("Label"), "key": msg("Key"), "path": msg("Path"), "description": msg("Description"),
    "defaultValue": msg("Default"), "readonly": msg("Only to read"), "disabled": msg("Switched off"),
    "valuesKey": msg("Choices from the variable"), "valuesExpression": msg("Choices by expression"),
    "values order": msg("Order of the choices"), "columns order": msg("Order of the columns"),
    "validate/required": msg("Must be filled in"), "validate/minLength": msg("Shortest"),
    "validate/maxLength": msg("Longest"), "validate/min": msg("Least"), "validate/max": msg("Most"),
    "validate/pattern": msg("Pattern"), "conditional/hide": msg("Hidden when"), "layout/columns": msg("Width"),
    "layout/row": msg("Row of the form"), "expression": msg("Expression"), "content": msg("Text"),
    "appearance/prefixAdorner": msg("Before the field"), "appearance/suffixAdorner": msg("Behind the field"),
    "properties/label_en": msg("Label in English"), "properties/text_en": msg("Text in English"),
    "properties/description_en": msg("Description in English"),
    "hit_policy": msg("Hit policy"), "allowed": msg("Allowed values"),
}
NAMED = (("property ", msg("Property %(name)s")), ("properties/", msg("Property %(name)s")),
         ("header ", msg("Header %(name)s")), ("input ", msg("Input %(name)s")), ("output ", msg("Output %(name)s")),
         ("values ", msg("Choice %(name)s")), ("columns ", msg("Column %(name)s")))


def install(app: Flask) -> None:
    """Names for templates."""
    app.jinja_env.globals.update(
        difference_name=part_name, difference_type=type_name, difference_path=path_name, difference_text=text,
        difference_kind=lambda kind: t(KINDS[kind]), difference_sign=SIGNS.get, difference_tag=TAGS.get)


@lru_cache(maxsize=16)
def _parts(kind: str, data: bytes) -> Mapping[str, Part]:
    try:
        return engine.diagram_parts(data) if kind == "process" else {}
    except DefinitionError:
        return {}


def _known(found: Difference, element_id: str) -> Part | None:
    old, new = (_parts(found.kind, data) for data in found.data)
    return new.get(element_id) or old.get(element_id)


def part_name(found: Difference, one: PartChange) -> str:
    """What a person calls it: its name, of a flow without one where it leads, else the id."""
    return _own_name(one) or element_name(found, one.id)


def _own_name(one: Part | PartChange) -> str:
    return (one.name_en if locale() == "en" else one.name_zh) or one.name_zh or one.name_en


def element_name(found: Difference, element_id: str) -> str:
    """The same of an id that a text speaks of."""
    part = _known(found, element_id)
    if part is None:
        return element_id
    ends = [part.facts.get(end, "") for end in ("sourceRef", "targetRef")]
    if not _own_name(part) and all(ends):
        return " → ".join(_plain(found, end) for end in ends)
    return _own_name(part) or element_id


def _plain(found: Difference, element_id: str) -> str:
    part = _known(found, element_id)
    return (_own_name(part) if part is not None else "") or element_id


def type_name(kind: str, tag: str) -> str:
    """The kind of an element or field in words."""
    if kind == "form":
        return t(FIELDS[tag]) if tag in FIELDS else tag
    known = DRAWN.get(tag) or engine.ELEMENTS.get(tag)
    return t(known) if known else tag


def path_name(path: str) -> str:
    """What of an element, in words; where there are none, as the file says it."""
    if path in PATHS:
        return t(PATHS[path])
    for beginning, said in NAMED:
        if path.startswith(beginning):
            return t(said, name=path.removeprefix(beginning))
    head, _, last = path.rpartition("/")
    return f"{path_name(head)}: {last}" if head in PATHS else path


def text(found: Difference, one: Detail, value: str) -> str:
    """A text before or after; ids of elements as their names."""
    last = one.path.rpartition("/")[2]
    if last == "type" and one.path == "type" and value:
        return type_name(found.kind, value)
    if last in REFERENCES and value:
        return ", ".join(element_name(found, each) for each in value.split("\n"))
    if last.endswith(f" {ORDER}"):
        return ", ".join(value.split("\n"))
    return value
