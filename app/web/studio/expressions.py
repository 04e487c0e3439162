"""What editors ask about expressions: which functions there are, and what is wrong with a text, with its place."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from app import dmn, feel
from app.kernel.errors import Invalid, msg
from app.web.access import access
from app.web.studio import blueprint
from app.web.studio.expression_words import BUILT_IN_WORDS, HOST_WORDS
from app.web.texts import t

LONGEST, MOST_NAMES, LONGEST_NAME = 10_000, 500, 100
LENT = {"process": feel.HOST_FUNCTIONS, "table": dmn.HOST_FUNCTIONS, "form": frozenset[str]()}
"""Who evaluates -> the functions that it lends."""
KINDS = {"expression": feel.compile_expression, "unary": feel.compile_unary_tests}


@blueprint.get("/feel")
@access("definition.read")
def expression_functions() -> Response:
    """Each way to call each function there, with name, parameters and a sentence; and the words of the language."""
    lent = LENT[_one_of(request.args.get("place", "process"), LENT)]
    own = [{"name": name, "params": [{"name": one} for one in parameters], "text": t(text)}
           for name, (parameters, text) in sorted(HOST_WORDS.items()) if name in lent]
    return jsonify(functions=own + [one for name in sorted(feel.BUILT_IN) for one in _ways(name)],
                   keywords=sorted(feel.KEYWORDS))


def _ways(name: str) -> list[dict[str, Any]]:
    """One for each signature: `date` is called with a text, with three numbers, with a date and time."""
    found = []
    for signature in feel.BUILT_IN[name].signatures:
        parameters = [{"name": one.name, "type": " | ".join(map(str, one.types)) if len(one.types) < 4 else "Any",
                       "optional": one.optional} for one in signature.parameters]
        found.append({"name": name, "params": parameters, "text": t(BUILT_IN_WORDS[name])})
    return found


@blueprint.post("/feel")
@access("definition.read")
def check_expression() -> Response:
    """The faults of one text; nothing is evaluated or stored."""
    sent = request.get_json()
    if not isinstance(sent, dict) or not set(sent) <= {"text", "kind", "place", "names"}:
        raise Invalid(msg("The form has fields that are not known here: %(names)s"),
                      names=", ".join(sorted(map(str, sent)))[:200] if isinstance(sent, dict) else "?")
    text, names = sent.get("text"), sent.get("names", [])
    if not isinstance(text, str) or len(text) > LONGEST:
        raise Invalid(msg("An expression is a text of at most %(limit)s characters."), limit=LONGEST)
    if not isinstance(names, list) or len(names) > MOST_NAMES or not all(_is_name(one) for one in names):
        raise Invalid(msg("Names of variables are at most %(limit)s texts."), limit=MOST_NAMES)
    read = KINDS[_one_of(sent.get("kind", "expression"), KINDS)]
    functions = LENT[_one_of(sent.get("place", "process"), LENT)]
    try:
        read(text, functions=functions, names=names)
    except feel.FeelSyntaxError as error:
        said = t(error.message, **error.params)
        return jsonify(problems=[{"line": error.line, "column": error.column, "text": said}])
    return jsonify(problems=[])


def _one_of(value: Any, known: dict[str, Any]) -> str:
    if not isinstance(value, str) or value not in known:
        raise Invalid(msg("%(value)s is not known here."), value=str(value)[:100])
    return value


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME
