"""Reference files through the Studio's editors and back: what the saved file says otherwise than the one that was opened.

Every model of the BPMN interchange group and every file of the DMN conformance kit is opened, shown in all its views,
saved, opened again and saved again in a headless browser. A file that an editor cannot hold is named with the reason;
it is then edited as text, and its bytes stay as they are.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config import ROOT
from tests.bench.roundtrip import Difference, differences
from tests.journeys.people import chromium

SHARED = ROOT.parent / "shared" / "conformance"
PAGE = Path(__file__).with_name("roundtrip_page.js")
THROUGH = {".dmn": "xml => window.throughDmn(xml)", ".bpmn": "xml => window.throughBpmn(xml)"}
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"


@dataclass(frozen=True)
class Trip:
    """One file. `refused`: why an editor does not open it. `shown`: drawn elements or tables on the page, of the view with
    the fewest. `unknown`: elements that the editor's package does not know, and that were put back behind it."""

    file: str
    differences: tuple[Difference, ...] = ()
    refused: str | None = None
    shown: int = 0
    unknown: tuple[str, ...] = ()


def reference_files() -> list[Path]:
    """All there are: diagrams of the interchange group, then files of the conformance kit (it has no forms)."""
    return sorted(path for path in SHARED.rglob("*") if path.suffix in (".bpmn", ".dmn", ".form"))


@contextmanager
def editors() -> Iterator[Any]:
    """A page with both editors, bundled for this run."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        bundle = Path(folder) / "roundtrip.js"
        subprocess.run([str(ESBUILD), str(PAGE), "--bundle", "--format=iife", "--target=es2020", f"--outfile={bundle}",
                        "--log-level=error"], check=True, cwd=ROOT)
        page = browser.new_page()
        page.set_content("<!doctype html><title>round trip</title><body></body>")
        page.add_script_tag(path=str(bundle))
        yield page


def trip(page: Any, path: Path) -> Trip:
    """Open, show, save; open what was saved, and save again."""
    through = THROUGH[path.suffix]
    data = path.read_bytes()
    first = page.evaluate(through, data.decode("utf-8-sig"))
    if "error" in first:
        return Trip(path.name, refused=first["error"])
    again = page.evaluate(through, first["xml"])
    saved = first["xml"].encode()
    found = differences(data, saved) + (differences(saved, again["xml"].encode()) if "xml" in again
                                        else [Difference("gone", "file", "/", "", again["error"])])
    return Trip(path.name, tuple(found), shown=first["shown"], unknown=tuple(first["unknown"]))


def figures() -> Iterator[dict[str, Any]]:
    """Differences in all files together; files that an editor refuses are a figure of their own."""
    paths = reference_files()
    if not paths:
        print(f"no reference files at {SHARED}")
        return
    with editors() as page:
        trips = [trip(page, path) for path in paths]
    found = [(one.file, each) for one in trips for each in one.differences]
    yield {"figure": "roundtrip.differences", "value": len(found), "goal": 0, "unit": "1", "files": len(trips),
           "first": [f"{file} {each.what} {each.name} {each.place}"[:200] for file, each in found[:5]]}
    refused = {one.file: one.refused for one in trips if one.refused}
    yield {"figure": "roundtrip.refused", "value": len(refused), "goal": 0, "unit": "1", "files": refused}
