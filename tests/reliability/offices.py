"""The demo office on a database of each kind, to be copied: what each run begins with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import Copies, migrate
from tests.factories import seed_demo

KINDS = ("sqlite", "postgres")


@contextmanager
def demo_template(kind: str) -> Iterator[tuple[Copies, str, Path]]:
    """Copies, the address of the template and a folder; all gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="yikou-faults-") as name:
        copies = Copies(kind, Path(name))
        try:
            url = copies.empty()
            migrate(url)
            seed_demo(url)
            yield copies, url, Path(name)
        finally:
            copies.drop_all()
