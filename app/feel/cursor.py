"""Walking over the tokens of one text, and reading names from them. Knows no grammar of expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NoReturn

from app.feel.errors import FeelSyntaxError
from app.feel.functions import BUILT_IN
from app.feel.lexer import Token, syntax_error, tokens_of
from app.feel.names import Lexicon, Names, names_by_first_part, plain
from app.feel.types import FeelType
from app.kernel.errors import msg

DEEPEST = 64
MOST_RETRIES = 100
RANGE_MEMBERS = ("start included", "end included")
OTHER = msg("Here %(found)s stands where %(expected)s is expected.")
NO_NAME = msg("Here %(found)s stands where a name is expected.")
NO_VALUE = msg("Here %(found)s stands where a value is expected.")
NO_TYPE = msg("Here %(found)s stands where the name of a type is expected.")
_AT_THE_END = {OTHER: msg("The expression ends where %(expected)s is expected."),
               NO_NAME: msg("The expression ends where a name is expected."),
               NO_VALUE: msg("The expression ends where a value is expected."),
               NO_TYPE: msg("The expression ends where the name of a type is expected.")}
NAME_PARTS = ("-", "+", "*", "/", ".", "'", "**")


class Cursor:
    """A place in the tokens of one text. `types` are named types besides the language's own."""

    def __init__(self, source: str, names: Iterable[str], types: Mapping[str, FeelType]) -> None:
        self.source, self.types = source, types
        self.tokens = tokens_of(source)
        self.texts = [token.text for token in self.tokens]
        self.at = self.depth = self.retries = 0
        self.lexicon = Lexicon(_language_names())
        self.lexicon.open((_parts(name), name) for name in names)

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.at]

    def sees(self, *texts: str) -> bool:
        """True when the token at hand is one of these symbols or keywords."""
        return self.token.text in texts and self.token.kind in ("symbol", "keyword")

    def take(self, *texts: str) -> bool:
        """Step over the token at hand if it is one of these."""
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def expect(self, *texts: str) -> Token:
        """Step over the token at hand, which must be one of these."""
        token = self.token
        if not self.take(*texts):
            self.fail(OTHER, expected=" | ".join(texts))
        return token

    def fail(self, message: str, **params: Any) -> NoReturn:
        """Raise the syntax error for the token at hand."""
        if self.token.kind == "end":
            raise syntax_error(self.source, self.token.at, _AT_THE_END.get(message, message), **params)
        raise syntax_error(self.source, self.token.at, message, **{"found": self.token.text, **params})

    def more_words(self) -> list[str]:
        """Names and whole numbers right after a name belong to it: nothing else could stand there."""
        words: list[str] = []
        while self.token.kind == "name" or (self.token.kind == "number" and self.token.text.isdigit()):
            words.append(self.token.text)
            self.at += 1
        return words

    def name_until(self, *stops: str) -> str:
        """A name being declared, up to one of the stops (which is left, except a colon)."""
        first = self.token
        if first.kind not in ("name", "keyword"):
            self.fail(NO_NAME)
        end = first.at
        while not self.sees(*stops):
            if self.token.kind not in ("name", "keyword", "number") and self.token.text not in NAME_PARTS:
                self.expect(*stops)
            end = self.token.at + len(self.token.text)
            self.at += 1
        self.take(":")
        return plain(self.source[first.at:end])

    def declare(self, *names: str) -> None:
        """Open a scope in which these names are known."""
        self.lexicon.open((_parts(name), name) for name in names)

    def retry(self, start: int) -> None:
        """Go back to the token `start` and read it otherwise; so often at most."""
        self.retries += 1
        if self.retries > MOST_RETRIES:
            self.fail(msg("The expression is nested deeper than %(limit)s."), limit=DEEPEST)
        self.at = start


@lru_cache(maxsize=1)
def _language_names() -> Names:
    """The names of the language itself."""
    return names_by_first_part((_parts(name), name) for name in (*BUILT_IN, *RANGE_MEMBERS))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    """The token texts of a known name; none for a name that no text could spell."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except FeelSyntaxError:
        return ()
