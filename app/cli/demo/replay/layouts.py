"""Which columns and categories of a table of messages mean what: columns.yaml and categories.csv, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.cli.demo import tables
from app.kernel.errors import Invalid, msg

Cells = Mapping[str, str]
"""One row by our names (id, user, time, text, ...), not by the table's headers."""


@dataclass(frozen=True)
class Category:
    """One line of categories.csv: when `field` matches `pattern`, it is about `service`."""

    field: str
    match: str
    pattern: str
    service: str

    def fits(self, cells: Cells) -> bool:
        """Whether the row is meant."""
        value = cells.get(self.field, "")
        if self.match == "equals":
            return value == self.pattern
        return value.startswith(self.pattern) if self.match == "starts" else self.pattern in value


@dataclass(frozen=True)
class Layout:
    """One known kind of table. `columns`: our name -> header."""

    name: str
    required: Mapping[str, str]
    columns: Mapping[str, str]
    ignored: frozenset[str]
    times: tuple[str, ...]
    channel: str
    channels: Mapping[str, str] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[Category, ...] = ()

    def faults(self, header: list[str]) -> list[str]:
        """What keeps a header from being of this layout: missing and unknown columns."""
        known = set(self.columns.values()) | self.ignored
        return ([f"missing {name}" for name in self.required.values() if name not in header]
                + [f"unknown {name}" for name in header if name not in known])

    def cells(self, raw: Mapping[str, Any]) -> dict[str, str]:
        """A row by our names, trimmed; derived cells filled in."""
        found = {ours: str(raw.get(theirs) or "").strip() for ours, theirs in self.columns.items()}
        for ours, source in self.same_as.items():
            found.setdefault(ours, found.get(source, ""))
        return found

    def service(self, cells: Cells) -> str | None:
        """The service the first fitting line of the table names."""
        return next((line.service for line in self.categories if line.fits(cells)), None)


def layouts() -> list[Layout]:
    """All layouts in the order of the file."""
    return [_layout(entry) for entry in tables.document("columns.yaml")["layouts"]]


def layout_of(header: list[str]) -> Layout:
    """The layout of a table. Raises Invalid that says, for each layout, what is missing or unknown."""
    faults: list[str] = []
    for layout in layouts():
        found = layout.faults(header)
        if not found:
            return layout
        faults.append(f"{layout.name}: {', '.join(found)}")
    raise Invalid(msg("The columns of this table are not known. %(faults)s. What may stand there: %(file)s"),
                  faults="; ".join(faults), file="app/cli/demo/data/columns.yaml")


def _layout(entry: Mapping[str, Any]) -> Layout:
    categories = tuple(Category(row["field"], row["match"], row["pattern"], row["service"])
                       for row in tables.rows("categories.csv") if row["layout"] == entry["name"])
    return Layout(
        name=entry["name"], required=entry["required"], columns={**entry["required"], **entry.get("optional", {})},
        ignored=frozenset(entry.get("ignored", ())), times=tuple(entry["times"]), channel=entry["channel"],
        channels=entry.get("channels", {}), categories=categories,
        same_as={ours: entry[ours] for ours in ("text", "user") if ours in entry})
