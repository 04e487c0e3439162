"""Short ways to write decision models in tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.dmn import DecisionResult, decide, load

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def model(body: str) -> bytes:
    """A whole file around some elements."""
    return (f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">\n'
            f"{body}</definitions>").encode()


def input_data(*names: str, kind: str = "") -> str:
    """Input data elements."""
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return "".join(f'<inputData id="{_id(n)}" name="{n}"><variable name="{n}"{typed}/></inputData>\n' for n in names)


def _id(name: str) -> str:
    """The id of the input data with this name: ids are plain, names need not be."""
    return "in_" + (name if name.isascii() else name.encode().hex())


def decision(ident: str, logic: str, *requires: str, kind: str = "") -> str:
    """A decision; `requires` are names of inputs, ids of decisions (`d_...`) or of functions (`f_...`)."""
    needs = ""
    for each in requires:
        if each.startswith("f_"):
            needs += f'<knowledgeRequirement><requiredKnowledge href="#{each}"/></knowledgeRequirement>'
        else:
            tag, target = ("requiredDecision", each) if each.startswith("d_") else ("requiredInput", _id(each))
            needs += f'<informationRequirement><{tag} href="#{target}"/></informationRequirement>'
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return (f'<decision id="{ident}" name="{ident}"><variable name="{ident}"{typed}/>{needs}\n{logic}\n</decision>\n')


def literal(text: str) -> str:
    """A boxed text."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(inputs: Sequence[str], outputs: Sequence[str], rules: Sequence[Sequence[str]], policy: str = "UNIQUE",
          more: str = "", values: Mapping[str, str] | None = None, defaults: Mapping[str, str] | None = None) -> str:
    """A decision table; a rule is its input and output cells one after the other."""
    columns = "".join(f'<input id="i{n}" label="{i}"><inputExpression><text>{escape(i)}</text></inputExpression>'
                      + _texts("inputValues", (values or {}).get(i)) + "</input>" for n, i in enumerate(inputs))
    columns += "".join(f'<output id="o{n}" name="{o}">' + _texts("outputValues", (values or {}).get(o))
                       + _texts("defaultOutputEntry", (defaults or {}).get(o)) + "</output>"
                       for n, o in enumerate(outputs))
    rows = ""
    for number, cells in enumerate(rules, 1):
        rows += f'<rule id="r{number}">' + "".join(
            _texts("inputEntry" if at < len(inputs) else "outputEntry", cell) for at, cell in enumerate(cells)
        ) + f"<annotationEntry><text>note {number}</text></annotationEntry></rule>\n"
    return f'<decisionTable id="t" hitPolicy="{policy}" {more}>{columns}\n{rows}</decisionTable>'


def _texts(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}><text>{escape(text)}</text></{tag}>"


def ask(body: str, ident: str, /, **inputs: Any) -> DecisionResult:
    """Load a model and ask one decision."""
    return decide(load(model(body), "test.dmn"), ident, inputs, now=NOW)
