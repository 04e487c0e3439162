"""Kilobytes that a resident's phone loads for the first page: page, style sheets, scripts and icon, compressed."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import create_app
from app.cli.demo import office
from tests.databases import Copies, migrate
from tests.factories import cheap_passwords

LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|manifest)"|script)[^>]*?(?:href|src)="([^"]+)"')


def _compressed(client: Any, address: str) -> int:
    with client.get(address) as answer:
        assert answer.status_code == 200, address
        return len(gzip.compress(answer.get_data(), 6))


def figures() -> Iterator[dict[str, Any]]:
    """One figure for each view; the raw samples are the parts in bytes."""
    with tempfile.TemporaryDirectory() as name:
        copies = Copies("sqlite", Path(name))
        url = copies.empty()
        migrate(url)
        app = create_app({"DATABASE_URL": url})
        cheap_passwords()
        office.publish_base()
        office.create("demo")
        client = app.test_client()
        for view in ("usual", "elder"):
            client.get(f"/t/demo/preferences?lang=zh&large={int(view == 'elder')}")
            page = client.get("/t/demo/").text
            parts = {address: _compressed(client, address) for address in ["/t/demo/", *LOADED.findall(page)]}
            yield {"figure": "resident_first_page.kb", "view": view, "value": round(sum(parts.values()) / 1024, 1),
                   "target": 120, "files": len(parts), "raw": parts}
        copies.drop_all()
