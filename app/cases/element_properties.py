"""Which element properties of a diagram mean something here, and what they may say where that is a short list.

A test holds this against the code that reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.listener import COLUMNS, CONTACT_CHANNELS, PHASES

ANY = "any"


@dataclass(frozen=True)
class ElementProperty:
    """`values`: what it may say, empty where that is free or an expression. `of`: the element type it counts at."""

    name: str
    values: tuple[str, ...] = ()
    of: str = ANY


_PLAIN = ("deadline.start", "deadline.budget", "deadline.pause", "deadline.stop", "deadline.extend", "deadline.by",
          "deadline.interrupt", "commitment.give", "entry.kind", "entry.body", "entry.reached",
          "appointment.on", "appointment.part", "appointment.note", "appointment.price", "appointment.state",
          "visit.decision", "visit.reason", "case.score", "matter.groups", "matter.nature", "outcome", "name_en")
KNOWN: tuple[ElementProperty, ...] = (
    ElementProperty("phase", PHASES), ElementProperty("entry.visibility", ("staff", "public")),
    ElementProperty("entry.channel", CONTACT_CHANNELS), ElementProperty("commitment.keep", ("=true",)),
    ElementProperty("assign.exclude", of="userTask"),
    *(ElementProperty(name) for name in _PLAIN), *(ElementProperty(f"case.{name}") for name in COLUMNS))
