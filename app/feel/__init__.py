"""The expression language (FEEL of DMN 1.5), everywhere: conditions, timers, mappings, cells, visibility, rules.

**Compile once, evaluate often.** `compile_expression` takes an expression, `compile_unary_tests` the cell of a decision
table, whose tested value is the variable `?`. Both give an `Expression`, which threads may share.

    >>> from app.feel import compile_expression, compile_unary_tests, to_json
    >>> fee = compile_expression("if days left < 0 then amount * 1.05 else amount", names=["days left"])
    >>> sorted(fee.names)
    ['amount', 'days left']
    >>> fee.evaluate({"days left": -1, "amount": 20}).value
    Decimal('21.00')
    >>> compile_unary_tests("[1..5], > 100").evaluate({"?": 3}).value
    True

**Values** (clause 10.3.2.3 of the standard). `from_python` brings them in, `to_json` out:

| of the language | in Python | by `to_json` |
|---|---|---|
| number | `Decimal`, 34 digits, half even; int and float (by its shortest text) go in | int or `Decimal` |
| string, boolean, null | `str`, `bool`, `None` | the same |
| date, time, date and time | `FeelDate`, `FeelTime`, `FeelDateTime`; Python's own go in | text, as `2026-03-01` |
| days and time duration | `DaysTimeDuration`, whole nanoseconds; `timedelta` goes in | text, as `P1DT2H` |
| years and months duration | `YearsMonthsDuration`, whole months | text, as `P1Y2M` |
| list, context | `list`, `dict` with texts as keys, in order | the same |
| range, function | `Range`, `FunctionValue` | text as written, null |

    >>> made = compile_expression('{due: start + @"P1M", third: 1 / 3, span: [1..3]}')
    >>> from datetime import date
    >>> document = to_json(made.evaluate({"start": date(2026, 1, 31)}).value)
    >>> document["due"], document["span"]
    ('2026-02-28', '[1..3]')
    >>> document["third"]
    Decimal('0.3333333333333333333333333333333333')

**Faults.** A text that is no expression raises `FeelSyntaxError` when it is compiled, with `line` and `column` from 1,
and a message id with `params` (`found`, `expected`). What goes wrong later makes null, as the standard asks, and the
`Outcome` says why. Only `BudgetExceeded` is raised by an evaluation: too many steps, calls too deep, too long a list or
text, or too many seconds; `Budget` holds the limits.

    >>> try:
    ...     compile_expression("amount >\\n  )")
    ... except FeelSyntaxError as error:
    ...     error.line, error.column, error.params["found"]
    (2, 3, ')')
    >>> compile_expression('1 + "a"').evaluate({})
    Outcome(value=None, reasons=('number + string has no meaning',))
    >>> compile_expression("for i in 1..1000000 return i").evaluate({})
    Traceback (most recent call last):
    app.feel.errors.BudgetExceeded: A list has more than 10000 items.

**The world outside.** Nothing of Python can be reached. `now` (aware; else the clock of `kernel`) is the moment of
`now()` and `today()`, in its own zone. `functions` are the host's: whoever evaluates lends them by name.

    >>> from datetime import UTC, datetime
    >>> late = compile_expression('today() > setting("until")', functions=["setting"])
    >>> lent = {"setting": lambda name: date(2026, 3, 1)}
    >>> late.evaluate({}, now=datetime(2026, 3, 2, tzinfo=UTC), functions=lent).value
    True

**Where the standard says it**: grammar 10.3.1; semantics 10.3.2 (values and types .3, filters .5); built-in functions
10.3.4; unary tests 7.3.2. Own, beside it: names may hold letters of any script and are looked up with single blanks
between their parts; regular expressions are those of RE2, which end in linear time; functions in Java or PMML are
refused.
"""

from app.feel.budget import Budget
from app.feel.errors import BudgetExceeded, Failure, FeelError, FeelSyntaxError
from app.feel.exchange import from_python, range_text, to_json
from app.feel.expression import HOST_FUNCTIONS, Expression, Outcome, compile_expression, compile_unary_tests, new_run
from app.feel.functions import BUILT_IN
from app.feel.landmarks import Landmarks, landmarks
from app.feel.lexer import KEYWORDS
from app.feel.numbers import number_text
from app.feel.operators import same
from app.feel.running import Run
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration, read_temporal
from app.feel.types import FeelType, coerce
from app.feel.values import FunctionValue, Range, type_name

__all__ = [
    "BUILT_IN", "HOST_FUNCTIONS", "KEYWORDS",
    "Budget", "BudgetExceeded", "DaysTimeDuration", "Expression", "Failure", "FeelDate", "FeelDateTime",
    "FeelError", "FeelSyntaxError", "FeelTime", "FeelType", "FunctionValue", "Landmarks", "Outcome", "Range", "Run",
    "YearsMonthsDuration", "coerce", "compile_expression", "compile_unary_tests", "from_python", "landmarks", "new_run",
    "number_text", "range_text", "read_temporal", "same", "to_json", "type_name",
]
