"""Decision models (DMN 1.3 to 1.5): loaded from files, asked with inputs, answers with a trace of what matched.

**Load** (`load` raises, `read` and `lint` list the problems). A file that is not understood as a whole is refused: each
`Problem` of the `DefinitionError` names file, line, element and, within it, decision, row, column, position.

    >>> from app.dmn import decide, lint, load
    >>> from app.kernel.errors import DefinitionError
    >>> text = '''<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">
    ... <inputData id="in_days" name="days"><variable name="days" typeRef="number"/></inputData>
    ... <decision id="urgency" name="Urgency"><variable name="urgency" typeRef="string"/>
    ... <informationRequirement><requiredInput href="#in_days"/></informationRequirement>
    ... <decisionTable id="t" hitPolicy="FIRST">
    ... <input id="i" label="Days left"><inputExpression><text>days</text></inputExpression></input>
    ... <output id="o" name="urgency"/>
    ... <rule id="r1"><inputEntry><text>&lt; 0</text></inputEntry><outputEntry><text>"late"</text></outputEntry></rule>
    ... <rule id="r2"><inputEntry><text>[0..2]</text></inputEntry><outputEntry><text>"soon"</text></outputEntry></rule>
    ... <rule id="r3"><inputEntry><text>-</text></inputEntry><outputEntry><text>"normal"</text></outputEntry></rule>
    ... </decisionTable></decision></definitions>'''
    >>> model = load(text.encode(), "urgency.dmn")

**Ask.** `inputs` are Python values by the names of the model's input data (see `app.feel` for the types); one that is
missing is null. `now` is aware and is what `now()` and `today()` tell. `value` is a value of the language.

    >>> from datetime import UTC, datetime
    >>> found = decide(model, "urgency", {"days": 1}, now=datetime(2026, 3, 2, tzinfo=UTC))
    >>> found.value
    'soon'

**The trace** is made when it is first read; it is JSON-able. Rows count from 1, as in the editor.

    >>> (table,) = found.trace["tables"]
    >>> table["decision"], table["hit_policy"], table["inputs"]
    ('urgency', 'FIRST', [{'label': 'Days left', 'value': 1}])
    >>> table["matched"]
    [{'rule': 'r2', 'row': 2, 'outputs': {'urgency': 'soon'}, 'annotations': []}]
    >>> table["refused"]
    {'rule': 'r1', 'row': 1, 'label': 'Days left', 'cell': '< 0', 'value': 1}

**Faults.** An unknown decision is `NotFound`; a question that costs more than its `Budget` (1,000,000 steps, for all
required decisions together) is `BudgetExceeded`. Everything else makes null, and the trace has the reason: two rules
of a table with the hit policy UNIQUE, a value that does not fit its type, no rule and no default.

    >>> decide(model, "urgency", {"days": "1"}, now=datetime(2026, 3, 2, tzinfo=UTC)).trace["reasons"][0]
    'days: string does not fit the type number'
    >>> decide(model, "nothing", {}, now=datetime(2026, 3, 2, tzinfo=UTC))
    Traceback (most recent call last):
    app.kernel.errors.NotFound: There is no decision nothing.

**Change.** `sheets` gives the tables of a file as rows of texts, `written` puts rows back and leaves the rest of the
file alone, `changes` tells two versions apart; `effects` asks both the same `questions`. `ask_all` tries scenarios.
`needed` tells which inputs an answer depends on, `literals` the texts that a file may answer of its own accord.

    >>> from dataclasses import replace
    >>> from app.dmn import sheets, written
    >>> (sheet,) = sheets(text.encode(), "urgency.dmn")
    >>> rows = [replace(sheet.rows[0], cells=("< 1", *sheet.rows[0].cells[1:])), *sheet.rows[1:]]
    >>> data, _ = written(text.encode(), "urgency.dmn", {sheet.id: rows})
    >>> decide(load(data, "urgency.dmn"), "urgency", {"days": 0.5}, now=datetime(2026, 3, 2, tzinfo=UTC)).value
    'late'
    >>> broken, _ = written(text.encode(), "urgency.dmn", {sheet.id: [replace(rows[0], cells=("< (", '"late"', ""))]})
    >>> (problem,) = lint(broken, "urgency.dmn")
    >>> problem.place()
    'urgency.dmn:9 r1'
    >>> problem.text()
    'decision urgency, row 1, column 1 (Days left), position 4: The expression ends where a value is expected.'

**Where the standard says it**: requirements and their elements 6.3 (decision .7, knowledge .9, service .10); types and
boxed expressions 7.3 and 10.2.1; decision tables 8.3, hit policies 8.2.10, default outputs 8.2.11; services 10.4.
`evaluate` is the door of the conformance tests.
"""

from app.dmn.comparing import Effect, effects, questions
from app.dmn.conformance import evaluate
from app.dmn.contradictions import Contradiction, settled
from app.dmn.deciding import Asking, DecisionResult, decide
from app.dmn.editing import Column, Row, Sheet, literals, sheets, titles, written
from app.dmn.linting import lint
from app.dmn.loading import load, read
from app.dmn.model import Decision, InputData, Model
from app.dmn.needs import needed
from app.dmn.ruling import Subject, ruled
from app.dmn.scenarios import ask_all
from app.dmn.table_changes import Change, ColumnChange, SheetChange, changes, table_changes, without_tables

__all__ = ["Asking", "Change", "Column", "ColumnChange", "Contradiction", "Decision", "DecisionResult", "Effect",
           "InputData", "Model", "Row", "Sheet", "SheetChange", "Subject", "ask_all", "changes", "decide", "effects",
           "evaluate", "lint", "literals", "load", "needed", "questions", "read", "ruled", "settled", "sheets",
           "table_changes", "titles", "without_tables", "written"]
