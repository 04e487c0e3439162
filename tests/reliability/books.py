"""All rows of a database, so that two runs can be compared: what one has less is lost, what it has more was doubled.

Ids, hashes, keys and tokens are drawn anew in each run, so they are masked; numbers, times, words and codes must agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from os.path import commonprefix

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from app.engine.state_format import dump_document
from app.engine.state_history import PACKED, unpack
from app.kernel.model import Base

Books = dict[str, Counter[str]]
LEFT_OUT = frozenset({"lease", "demand_run", "passage_run", "passage_day", "definition_version", "definition_live",
                      "text_model"})
"""Who looks after what just now, when a worker last looked and what it counted then: nothing of what was done; definitions."""
DRAWN_COLUMNS = frozenset({"rule_position.memory_mb", "search_document.row"})
DRAWN = re.compile(r"(?<=Draw': )\d+|(?<=Draw', 'value': )\d+|(?<='draw': )\d+|(?<=\"draw\":)\d+|"
                   r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?:[0-9a-f]{32})?|"
                   r"""(?<="token":")[^"]+|(?<='token': ')[^']+|(?<="#)[A-Za-z0-9_-]{20,}""")


@dataclass(frozen=True)
class Difference:
    """Rows that a run lacks, and rows that it has too many; each as (table, masked row)."""

    lost: tuple[tuple[str, str], ...]
    doubled: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled)

    def __str__(self) -> str:
        lines = [f"{word} {table}: {row[:600]}" for word, rows in (("lost", self.lost), ("doubled", self.doubled))
                 for table, row in rows[:6]]
        return "\n".join([*self._changed(), *lines])

    def _changed(self) -> list[str]:
        """Where rows differ from the most alike of the other run."""
        found = []
        for table, row in self.lost[:20]:
            alike = [(len(commonprefix([row, other])), other) for name, other in self.doubled if name == table]
            if alike:
                at, other = max(alike)
                found.append(f"changed {table}: {row[max(0, at - 60):at + 60]!r} -> {other[max(0, at - 20):at + 60]!r}")
        return found


def read(engine: Engine, *, masked: bool = True, without: Collection[str] = ()) -> Books:
    """Every table's rows as a bag of texts. Not `masked`: to see whether anything at all has changed.

    `without`: columns, as "table.column", that may differ between the runs that are compared.
    """
    found: Books = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            columns = [column for column in table.columns if str(column) not in DRAWN_COLUMNS.union(without)]
            rows = [repr(tuple(map(_opened, row))) for row in connection.execute(select(*columns))]
            found[table.name] = Counter(DRAWN.sub("#", row) if masked else row for row in rows)
        connection.rollback()
    return found


def _opened(value: object) -> object:
    """An instance's state as it is inside its deflated bytes."""
    return dump_document(unpack(value)) if isinstance(value, bytes) and value[:1] == PACKED else value


def compare(expected: Books, found: Books) -> Difference:
    """What `found` lacks and what it has beyond."""
    lost = [(table, row) for table, rows in expected.items() for row in (rows - found[table]).elements()]
    doubled = [(table, row) for table, rows in found.items() for row in (rows - expected[table]).elements()]
    return Difference(tuple(lost), tuple(doubled))


def kind_of(engine: Engine) -> str:
    """The name under which figures tell of this database."""
    return "sqlite" if make_url(engine.url).get_backend_name() == "sqlite" else "postgres"
