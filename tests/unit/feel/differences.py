"""Where the second implementation (feelin 8.2.0) answers otherwise, and why ours stays. Clauses are those of DMN 1.5."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

N = None


@dataclass(frozen=True)
class Difference:
    """`text` and `reason` are patterns: what an expression holds, and why ours made something null; both where both are given.

    `example` is an expression, our answer as JSON, and the other's as it comes: a test checks that it still holds.
    """

    why: str
    example: tuple[str, Any, Any]
    text: str = ""
    reason: str = ""

    def explains(self, text: str, reasons: Sequence[str]) -> bool:
        """Whether a difference of answers to this text may come from this."""
        return re.search(self.text, text) is not None and (not self.reason or any(re.search(self.reason, one) for one in reasons))


DIFFERENCES = [
    Difference("10.3.1.2, rule 37: a number may have an exponent; the other reads 1e3 as 1.", ("1e3", 1000, {"number": "1"}), r"\de\d"),
    Difference("10.3.4.1: a text that is no number literal is null; the other takes the empty one as 0.",
               ('number("")', N, {"number": "0"}), reason="number: the text is no number"),
    Difference("10.3.2.13, multiplication: a duration times any number; the other knows months times whole numbers.",
               ('@"P1D" * 0.5', "PT12H", N), r'(@"-?P[^"]*"|duration\("[^"]*"\)) \* '),
    Difference("10.3.4.4 and 10.3.4.3: a position lies in [1..L] or [-L..-1], else the answer is null; the other stretches it.",
               ("sublist([1], 2)", N, []), reason=r"(position|length) is outside of the (list|text)"),
    Difference("10.3.4.4: remove takes negative positions; the other removes something else.",
               ("remove([57, 58, 59], -1)", [57, 58], [{"number": "57"}, {"number": "59"}]), r"remove\(.*, -1\)"),
    Difference("10.3.2.7: a range begins at or before its end, else it is null; the other keeps it, and turns it for `in`.",
               ("[3..1]", N, {"range": [{"number": "3"}, {"number": "1"}, True, True]}), reason="a range begins after its end"),
    Difference("10.3.2.4, equality: lists of unequal length are unequal; the other says null.", ("[1, 2] = [1]", False, N), r" !?= "),
    Difference("10.3.4.7: two ranges have a relation or have it not; the other says null for not.",
               ("during([52..93], [88..100])", False, N), r"(includes|during|starts|finishes|coincides|overlaps|meets|met by|before|after)\("),
    Difference("10.3.4.3: replace follows XPath, where $1 without a group is empty; the other keeps it as text.",
               ('replace("b", "[a-z]", "[$1]")', "[]", {"text": "[$1]"}), r"replace\(.*\$1"),
    Difference("10.3.2.3.6: a moment with a zone and one without cannot be compared.",
               ('@"2026-03-01T08:00:00" < @"2026-03-01T08:00:00Z"', N, False), reason="date and time [<>]=? date and time has no meaning"),
    Difference("10.3.2.13 and the conformance tests: a date and a days and time duration give a date.",
               ('@"2026-03-01" + @"PT36H"', "2026-03-02", {"date and time": "2026-03-02T12:00:00Z"}), r"[+-] (@|duration)"),
    Difference("10.3.4.6: years and months duration counts whole months; the other adds days, which the type cannot hold.",
               ('years and months duration(@"2023-02-28", @"2026-01-31")', "P2Y11M", {"duration": "P2Y11M3D"}), r"years and months duration\("),
    Difference("10.3.2.13, between: two comparisons and `and`: false wins over null, and a turned range holds nothing.",
               ("2 between 3 and 1", False, True), r" between "),
    Difference("10.3.4.4: median and mode sort numbers as numbers; the other by their texts.",
               ("median([9, 10, 100])", 10, {"number": "100"}), r"(median|mode)\("),
    Difference("10.3.2.13, in: null is a value, which a number does not equal; the other says null.", ("1 in null", False, N), r" in "),
    Difference("10.3.4.3: texts are counted in characters; the other counts from the end in halves of those beyond U+FFFF.",
               ('substring("y😀", -2)', "y😀", {"text": "😀"}), r"substring\(.*😀"),
    Difference("10.3.2.13, comparison: unlike types, booleans, null, lists have no order, so the answer is null.",
               ('true < "a"', N, False), reason=r"[<>]=? [a-z ]+ has no meaning|cannot be compared with the range"),
    Difference("10.3.2.7: a range keeps its brackets, also where an endpoint is null.",
               ("[null..2]", "[None..2]", {"range": [N, {"number": "2"}, False, True]}), r"\[.*\.\."),
    Difference("10.3.2.9: null is no list; the other takes it as an empty one, or as an item.",
               ("count(concatenate([1], null))", N, {"number": "2"}), reason="lists? is null|null cannot be iterated over"),
]
