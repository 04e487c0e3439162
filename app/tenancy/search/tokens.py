"""Texts to tokens that both databases take as they are: ASCII only, a pair of Han characters being one token.

Trigram indexes do not find Chinese words of two characters, and full-text parsers do not split Chinese at all.
"""

from __future__ import annotations

import re
import unicodedata

RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|[0-9]+")
SHORTEST_LATIN, MOST = 2, 1500


def tokens(text: str) -> list[str]:
    """Distinct tokens in order: pairs of Han characters (and the last one of a run), Latin words, numbers."""
    found: dict[str, None] = {}
    for run in RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] >= "\u3400":
            found.update(dict.fromkeys(_han(run[i : i + 2]) for i in range(len(run))))
        elif len(run) >= SHORTEST_LATIN or run.isdigit():
            found[f"w{run[:40]}"] = None
    return list(found)[:MOST]


def wanted(query: str) -> list[tuple[str, bool]]:
    """(token, only its beginning) of what a person typed; a lone character asks for all pairs that begin with it."""
    found: dict[tuple[str, bool], None] = {}
    for run in RUN.findall(unicodedata.normalize("NFKC", query[:400]).lower()):
        if run[0] < "\u3400":
            if len(run) >= SHORTEST_LATIN or run.isdigit():
                found[f"w{run[:40]}", len(run) > 2] = None
        elif len(run) == 1:
            found[_han(run), True] = None
        else:
            found.update({(_han(run[i : i + 2]), False): None for i in range(len(run) - 1)})
    return list(found)[:24]


def _han(characters: str) -> str:
    return "x" + "".join(f"{ord(one):04x}" for one in characters)
