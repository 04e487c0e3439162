"""What residents write in a year, read from the year's tables: texts by service and season, places, names."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.cli.demo import tables

FOLDER = tables.FOLDER / "year"
MONTHS = 12


@dataclass(frozen=True)
class Text:
    """One text; `months` are the weights of the twelve months in which it is written."""

    service: str
    words: str
    months: tuple[float, ...]

    @property
    def locale(self) -> str:
        """`en` for a text without Chinese characters."""
        return "en" if all(one < "\u3400" for one in self.words) else "zh"


@dataclass(frozen=True)
class Spot:
    """A building, its compound and its committee."""

    code: str
    building: str
    compound: str
    committee: str


@cache
def document(name: str) -> dict[str, Any]:
    """A file of the year's folder."""
    return tables.document(name, FOLDER)


@cache
def calendar() -> dict[str, Any]:
    """Seasons, volume by month, weekdays and channels."""
    return document("texts.yaml")


@cache
def all_texts() -> tuple[Text, ...]:
    """Every text with the weight of its service, spread over the service's texts."""
    seasons, found = calendar()["seasons"], []
    for service, row in calendar()["services"].items():
        share = float(row["weight"]) / len(row["texts"])
        for line in row["texts"]:
            season, bar, words = line.partition("|")
            season, words = (season, words) if bar else ("all", line)
            weights = [float(one) for one in seasons[season]]
            scale = share * MONTHS / sum(weights)
            found.append(Text(service, words, tuple(one * scale for one in weights)))
    return tuple(found)


@cache
def spots() -> tuple[Spot, ...]:
    """All buildings of places.csv."""
    rows = {row["code"]: row for row in tables.rows("places.csv")}
    found = []
    for row in rows.values():
        if row["kind"] == "building":
            compound = rows[row["parent_code"]]
            found.append(Spot(row["code"], row["name"], compound["name"], rows[compound["parent_code"]]["name"]))
    return tuple(found)


def of_month(chance: random.Random, month: int) -> Text:
    """One text that fits a month (1 to 12)."""
    texts = all_texts()
    return chance.choices(texts, [text.months[month - 1] for text in texts])[0]


def filled(words: str, spot: Spot, chance: random.Random) -> str:
    """The text with the places' names and small numbers put in."""
    return words.format(building=spot.building, compound=spot.compound, committee=spot.committee,
                        floor=chance.randint(2, 6), hour=chance.choice((10, 11, 12)))
