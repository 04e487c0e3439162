"""Writes the statements of docs/citus.md from the tables that the models declare.

`python scripts/citus.py` rewrites the parts between the marks; a test compares them, so they cannot grow old."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
DOCUMENT = ROOT / "docs" / "citus.md"
ANCHOR = "process_instance"
"""The table that all others lie beside."""

INSTALLATION: dict[str, tuple[str, str]] = {
    "tenant": ("reference", "An office is found by host or path before its id is known: `host` and `slug` are unique "
                            "over all offices, and every node joins with it. Written when an office is made or its "
                            "settings change."),
    "installation_secret": ("reference", "One row that every node may be asked for. Written by a migration only."),
    "lease": ("local", "Written by every worker twice a second, joined with nothing: it stays on the coordinator."),
}
"""Tables of no office: name -> kind and reason."""

BASE = "Offices read the base's rows beside their own in one statement; few rows, written when something is published."
CLAIMS: dict[str, str] = {
    "ix_buffered_message_expires_at": "retention: messages of all offices that nobody came for",
    "ix_migration_run_state": "moves of cases of all offices that are to go on",
    "ix_notice_push_state_run_at": "notices of all offices that are to be told",
    "ix_office_export_due_at": "exports of all offices that are to be made or removed",
    "ix_office_term_due_at": "subscriptions of all offices with a date that has come",
    "ix_process_start_run_at": "processes of all offices that begin at a time",
    "ix_rule_due_due_at": "waits of supervision rules of all offices that are over",
}
"""Indexes that do not begin with the tenant -> what looks over all offices. The piece that is found is then locked and
done in a transaction of its office."""


def tables() -> dict[str, Any]:
    """Every table of the models by name, the ones that others refer to first."""
    import app
    from app.kernel.model import Base

    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    return {table.name: table for table in Base.metadata.sorted_tables}


def shared_with_base() -> set[str]:
    """Tables whose rows of the base every office reads."""
    tables()
    from app.kernel.model import Base, SharedWithBase

    return {mapper.local_table.name for mapper in Base.registry.mappers  # type: ignore[attr-defined]
            if issubclass(mapper.class_, SharedWithBase)}


def kinds() -> dict[str, str]:
    """Table -> distributed, reference or local, in the order in which they are made so."""
    found = tables()
    shared = shared_with_base()
    kind = {name: INSTALLATION[name][0] if name in INSTALLATION else "reference" if name in shared else "distributed"
            for name in found}
    order = ("local", "reference", "distributed")
    names = sorted(found, key=lambda name: (order.index(kind[name]), name != ANCHOR and kind[name] == "distributed",
                                            list(found).index(name)))
    return {name: kind[name] for name in names}


def statements() -> str:
    """All of them, each on a line."""
    lines = []
    for name, kind in kinds().items():
        if kind == "local":
            lines.append(f"SELECT citus_add_local_table_to_metadata('{name}');")
        elif kind == "reference":
            lines.append(f"SELECT create_reference_table('{name}');")
        else:
            beside = f", colocate_with => '{ANCHOR}'" if name != ANCHOR else ", shard_count => 64"
            quoted = f'"{name}"' if name == "user" else name
            lines.append(f"SELECT create_distributed_table('{quoted}', 'tenant_id'{beside});")
    return "\n".join(lines)


def parts() -> dict[str, str]:
    """What stands between the marks, by the name of the mark."""
    shared = sorted(shared_with_base())
    rows = [f"| `{name}` | {kind} | {why} |" for name, (kind, why) in INSTALLATION.items()]
    rows += [f"| `{name}` | reference | {BASE} |" for name in shared]
    claims = [f"| `{name}` | {why} |" for name, why in CLAIMS.items()]
    return {
        "installation": "\n".join(["| table | kind | why |", "|---|---|---|", *rows]),
        "statements": f"```sql\n{statements()}\n```",
        "claims": "\n".join(["| index | who looks |", "|---|---|", *claims]),
    }


def written(text: str) -> str:
    """The document with its generated parts made anew. KeyError for a mark that nobody knows."""
    found = parts()
    return re.sub(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{found[m[2]]}\n{m[3]}", text,
                  flags=re.DOTALL)


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
