"""Decision models (DMN 1.3 to 1.5): loaded from files, asked with inputs, answers with a trace of what matched."""

from app.dmn.comparing import Effect, effects, questions
from app.dmn.conformance import evaluate
from app.dmn.deciding import Asking, DecisionResult, decide
from app.dmn.editing import Change, Row, Sheet, changes, sheets, titles, written
from app.dmn.linting import lint
from app.dmn.loading import load, read
from app.dmn.model import Decision, InputData, Model

__all__ = ["Asking", "Change", "Decision", "DecisionResult", "Effect", "InputData", "Model", "Row", "Sheet", "changes",
           "decide", "effects", "evaluate", "lint", "load", "questions", "read", "sheets", "titles", "written"]
