"""Gathers every text of the application and keeps the Chinese catalogue in step: new ones empty, gone ones removed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "app" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
FIRST_DAY = datetime(2026, 11, 23, tzinfo=UTC)
"""Written as the date of every catalogue, so that running this again without new texts changes nothing."""


def texts() -> dict[str, set[str]]:
    """Message id -> flags, of all Python files and templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, set[str]] = {}
    keywords = {**DEFAULT_KEYWORDS, "msg": None}
    for _file, _line, message, _comments, _context in extract_from_dir(str(ROOT), methods, options, keywords):
        if isinstance(message, str) and message:
            found.setdefault(message, set())
    return found


def updated() -> Catalog:
    """The catalogue as it should stand."""
    with CATALOGUE.open("rb") as file:
        known = read_po(file, locale="zh")
    made = Catalog(locale="zh", fuzzy=False, project="Yikou", version="1", header_comment="# Chinese texts of Yikou.",
                   creation_date=FIRST_DAY, revision_date=FIRST_DAY, last_translator="Yikou", language_team="zh",
                   msgid_bugs_address="the issue tracker")
    for message in sorted(texts()):
        old = known.get(message)
        made.add(message, old.string if old is not None else "")
    return made


def main() -> int:
    """Write the catalogue; 1 when texts wait for their translation."""
    made = updated()
    with CATALOGUE.open("wb") as file:
        write_po(file, made, sort_output=True, width=120)
    empty = [str(entry.id) for entry in made if entry.id and not entry.string]
    for text in empty:
        sys.stdout.write(f"to be translated: {text}\n")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
