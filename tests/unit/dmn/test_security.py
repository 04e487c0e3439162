"""Python in every text of a decision model: refused when it is loaded, or a value that does nothing."""

from xml.sax.saxutils import escape

import pytest

from app.dmn import decide, lint, load
from app.kernel.errors import DefinitionError
from tests.unit.dmn.making import NOW, decision, input_data, literal, model, table
from tests.unit.feel.escapes import ESCAPES, watching

X = input_data("x")
COMMANDS = ["__import__('os').system('touch owned')", '__import__("os").system("touch owned")', "().__class__.__bases__[0].__subclasses__()",
            'open("/etc/passwd").read()', "exec('import os')", "(lambda: 1)()", *ESCAPES]


def places(text: str) -> dict[str, str]:
    """The logic of a decision for each place of a text."""
    cells = [("-", "1")]
    one = table(["x"], ["out"], cells, "FIRST")
    return {
        "input cell": table(["x"], ["out"], [(text, "1"), *cells], "FIRST"), "output cell": table(["x"], ["out"], [("-", text)], "FIRST"),
        "input expression": one.replace("<text>x</text>", f"<text>{escape(text)}</text>"), "default": table(["x"], ["out"], [("1", "2")], defaults={"out": text}),
        "allowed values": table(["x"], ["out"], cells, values={"x": text}), "allowed outputs": table(["x"], ["out"], cells, values={"out": text}),
        "expression": literal(text), "context entry": f'<context><contextEntry><variable name="a"/>{literal(text)}</contextEntry></context>',
        "list": f"<list>{literal(text)}</list>", "function": f"<functionDefinition>{literal(text)}</functionDefinition>",
        "python": one.replace("<decisionTable ", '<decisionTable expressionLanguage="python" '),
        "condition": f"<conditional><if>{literal(text)}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>",
    }


@pytest.mark.parametrize("place", places("1"))
def test_security_01_python_in_a_decision_is_refused_or_means_nothing(place: str) -> None:
    """The seventh place of the list is a table's output cell; the others are where a model may hold a text."""
    refused = 0
    load(model(X + decision("d_a", literal("x"), "x")), "f.dmn")
    for text in COMMANDS:
        data = model(X + decision("d_a", places(text)[place], "x"))
        with watching() as seen:
            assert lint(data, "f.dmn") is not None
            try:
                found = decide(load(data, "f.dmn"), "d_a", {"x": 1}, now=NOW)
                assert found.trace["value"] in (None, 1, 2, [None], {"a": None}), (text, found.value)
            except DefinitionError as error:
                refused += 1
                assert all(problem.line and problem.element for problem in error.problems)
        assert not seen, (text, seen)
    assert refused > len(COMMANDS) // 2 or place == "python"
