"""The expression language (FEEL of DMN 1.5), everywhere: conditions, timers, mappings, cells, visibility, rules."""

from app.feel.budget import Budget
from app.feel.errors import BudgetExceeded, Failure, FeelError, FeelSyntaxError
from app.feel.exchange import from_python, range_text, to_json
from app.feel.expression import Expression, Outcome, compile_expression, compile_unary_tests, new_run
from app.feel.functions import BUILT_IN
from app.feel.operators import same
from app.feel.running import Run
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration, read_temporal
from app.feel.types import FeelType, coerce
from app.feel.values import FunctionValue, Range, type_name

__all__ = [
    "BUILT_IN", "Budget", "BudgetExceeded", "DaysTimeDuration", "Expression", "Failure", "FeelDate", "FeelDateTime",
    "FeelError", "FeelSyntaxError", "FeelTime", "FeelType", "FunctionValue", "Outcome", "Range", "Run",
    "YearsMonthsDuration", "coerce", "compile_expression", "compile_unary_tests", "from_python", "new_run",
    "range_text", "read_temporal", "same", "to_json", "type_name",
]
