"""Tokens to a tree: operators by rank, what follows a value, names. The forms that begin with a word: `forms`."""

from __future__ import annotations

from app.feel import forms
from app.feel.cursor import DEEPEST, NAME_PARTS, NO_NAME, NO_VALUE, OTHER, Cursor
from app.feel.errors import FeelSyntaxError
from app.feel.tree import (
    Between,
    Call,
    Chain,
    Compared,
    Filter,
    In,
    InstanceOf,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Path,
    RangeLiteral,
    Tests,
)
from app.kernel.errors import msg

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_COMPARISON, _SUM = 3, 4
_RANKS = {"or": 1, "and": 2, "between": 3, "in": 3, **dict.fromkeys(COMPARISONS, 3),
          "+": _SUM, "-": _SUM, "*": 5, "/": 5, "**": 6}
_UNARY = 7


class Parser(Cursor):
    """One pass over one text."""

    # ---- whole texts
    def expression_text(self) -> Node:
        """The whole text as one expression."""
        node = self.nested()
        self._end()
        return node

    def tests_text(self) -> Tests:
        """The whole text as the cell of a decision table."""
        at = self.token.at
        if len(self.tokens) == 2 and self.take("-"):
            return Tests(at, (), False)
        negated = self._negated_tests() if self.texts[:2] == ["not", "("] and self.texts[-2] == ")" else None
        if negated is not None:
            return negated
        tests = Tests(at, self.tests(), False)
        self._end()
        return tests

    def _negated_tests(self) -> Tests | None:
        """`not(tests)`; None where it begins an expression, as in `not(a) and (b)`."""
        at, depth = self.token.at, self.depth
        try:
            self.at = 2
            tests = Tests(at, self.tests(), True)
            self.expect(")")
            self._end()
        except FeelSyntaxError:
            if self._closing(1) == len(self.tokens) - 2:
                raise
            self.retry(0)
            self.depth = depth
            return None
        return tests

    def _end(self) -> None:
        if self.token.kind != "end":
            self.fail(msg("The expression could end before %(found)s, which does not fit."))

    def _closing(self, opening: int) -> int:
        """Index of the token that closes the parenthesis at `opening`, or -1."""
        depth = 0
        for index in range(opening, len(self.tokens)):
            if self.tokens[index].kind == "symbol":
                depth += (self.texts[index] == "(") - (self.texts[index] == ")")
                if depth == 0:
                    return index
        return -1

    # ---- operators
    def nested(self, lowest: int = 0) -> Node:
        """An expression inside another one; counts the depth."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(msg("The expression is nested deeper than %(limit)s."), limit=DEEPEST)
        node = self.expression(lowest)
        self.depth -= 1
        return node

    def expression(self, lowest: int = 0) -> Node:
        """An expression whose operators are of the rank `lowest` or higher."""
        left, open_rank, rest = self._operand(), 0, list[tuple[str, Node]]()
        while True:
            operator, rank = self.token.text, self._rank()
            if rest and (rank != open_rank or operator in ("between", "in")):
                left, rest = Chain(left.at, left, tuple(rest)), []
            if rank == 0 or rank < lowest:
                return left
            self.at += 1
            if operator in ("between", "in"):
                left = self._between(left) if operator == "between" else self._in(left)
                continue
            open_rank = rank
            rest.append((operator, self.expression(rank + 1)))

    def _rank(self) -> int:
        return _RANKS.get(self.token.text, 0) if self.token.kind in ("symbol", "keyword") else 0

    def _between(self, value: Node) -> Node:
        low = self.expression(_SUM)
        self.expect("and")
        return Between(value.at, value, low, self.expression(_SUM))

    def _in(self, value: Node) -> Node:
        if not self.sees("("):
            return In(value.at, value, (self.test(_SUM),))
        at, opening = self.token.at, self.at
        self.at += 1
        tests = self.tests()
        if len(tests) == 1 and self.take(".."):
            return In(value.at, value, (self._range_end(at, tests[0], low_included=False),))
        self.expect(")")
        if len(tests) == 1 and self.sees(".", "[", "("):  # `(a).b`: it was an expression after all
            self.retry(opening)
            return In(value.at, value, (self.expression(_SUM),))
        return In(value.at, value, tests)

    def tests(self) -> tuple[Node, ...]:
        """Tests with commas between them."""
        found = [self.test()]
        while self.take(","):
            found.append(self.test())
        return tuple(found)

    def test(self, lowest: int = 0) -> Node:
        """One test: `< 5`, or an expression."""
        if not self.sees(*COMPARISONS):
            return self.nested(lowest)
        token = self.token
        self.at += 1
        return Compared(token.at, token.text, self.expression(_SUM))

    def _operand(self) -> Node:
        at, sign = self.token.at, 0
        while self.take("-"):
            sign += 1
        written_out = self.token.kind == "number"
        node = self._primary()
        if sign and written_out:
            node, sign = Negate(at, node), sign - 1  # the sign of a number written out belongs to it
        node = self._with_type_test(self._postfix(node))
        return Negate(at, node) if sign % 2 else (Negate(at, Negate(at, node)) if sign else node)

    def _with_type_test(self, node: Node) -> Node:
        while self.take("instance"):
            if self.token.text != "of":
                self.fail(OTHER, expected="of")
            self.at += 1
            node = InstanceOf(node.at, node, forms.type_of(self))
        return node

    # ---- what follows a value
    def _postfix(self, node: Node) -> Node:
        while True:
            if self.take("."):
                node = Path(node.at, node, self._member())
            elif self.take("["):
                node = Filter(node.at, node, self.nested())
                self.expect("]")
            elif self.sees("("):
                node = self._call(node)
            else:
                return node

    def _member(self) -> str:
        known = self.lexicon.longest(self.texts, self.at)
        if known is not None:
            self.at += known[0]
            return known[1]
        if self.token.kind not in ("name", "keyword"):
            self.fail(NO_NAME)
        self.at += 1
        return " ".join([self.texts[self.at - 1], *self.more_words()])

    def _call(self, callee: Node) -> Node:
        self.expect("(")
        positional: list[Node] = []
        named: list[tuple[str, Node]] = []
        while not self.sees(")"):
            name = self._argument_name()
            if name is not None:
                named.append((name, self.nested()))
            else:
                positional.append(self.nested())
            if named and positional:
                self.fail(msg("Arguments are given all by name or all by position."))
            if not self.take(","):
                break
        self.expect(")")
        return Call(callee.at, callee, tuple(positional), tuple(named))

    def _argument_name(self) -> str | None:
        """The name before a colon, if the tokens at hand are one."""
        if self.token.kind not in ("name", "keyword"):
            return None
        end = self.at
        while self.tokens[end].kind in ("name", "keyword", "number") or self.texts[end] in NAME_PARTS:
            end += 1
        return self.name_until(":") if self.texts[end] == ":" else None

    # ---- values and names
    def _primary(self) -> Node:
        token = self.token
        known = self._known_name()
        if known is not None:
            return known
        if token.kind in ("number", "string"):
            self.at += 1
            return Literal(token.at, token.value)
        if token.kind == "keyword":
            return forms.keyword_form(self)
        if self.sees("("):
            return self._parenthesis()
        if self.sees("[", "]"):
            return self._bracket()
        if self.sees("{"):
            return forms.context(self)
        if not self.sees("@"):
            self.fail(NO_VALUE)
        return forms.temporal(self)

    def _known_name(self) -> Node | None:
        token = self.token
        known = self.lexicon.longest(self.texts, self.at) if token.kind in ("name", "keyword") else None
        if token.kind != "name" and known is None:
            return None
        start = self.at
        self.at += 1
        words = [token.text, *self.more_words()] if token.kind == "name" else []
        if known is not None and known[0] >= len(words):
            self.at = start + known[0]
            return Name(token.at, known[1])
        return Name(token.at, " ".join(words))

    # ---- brackets
    def _parenthesis(self) -> Node:
        at = self.expect("(").at
        if self.sees(*COMPARISONS):
            node = self.test()
        else:
            node = self.nested()
            if self.take(".."):
                return self._range_end(at, node, low_included=False)
        self.expect(")")
        return node

    def _bracket(self) -> Node:
        opening = self.expect("[", "]")
        if opening.text == "[" and self.take("]"):
            return ListLiteral(opening.at, ())
        items = [self.nested()]
        if self.take(".."):
            return self._range_end(opening.at, items[0], low_included=opening.text == "[")
        while opening.text == "[" and self.take(","):
            items.append(self.nested())
        self.expect("]" if opening.text == "[" else "..")
        return ListLiteral(opening.at, tuple(items))

    def _range_end(self, at: int, low: Node, *, low_included: bool) -> Node:
        start, depth = self.at, self.depth
        try:
            high = self.nested(_SUM)
            closing = self.expect("]", ")", "[")
        except FeelSyntaxError:  # `..5[` is an open end, not the beginning of a filter
            self.retry(start)
            self.depth = depth
            high = self._open_end()
            closing = self.expect("[")
        return RangeLiteral(at, low, high, low_included, closing.text == "]")

    def _open_end(self) -> Node:
        at, negative = self.token.at, self.take("-")
        node = self._primary()
        while self.sees(".", "("):
            node = Path(node.at, node, self._member()) if self.take(".") else self._call(node)
        return Negate(at, node) if negative else node
