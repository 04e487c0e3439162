"""Milliseconds from asking for a diagram's editor to an editor that takes changes, in a browser without a screen.

The diagram is the largest that ships. Where the Studio has its page for it, that page is opened, with sign-in and
database; else a page with the editor alone. The browser's cache is empty at each opening.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import create_app
from app.cli.demo import office
from tests.databases import Copies, migrate
from tests.factories import cheap_passwords
from tests.journeys.people import chromium
from tests.journeys.server import ROOT, running
from tests.journeys.studio_page import editor_page

LIMIT, RUNS, SIZE = 2000, 7, {"width": 1280, "height": 800}
PAGE, READY = "studio.editor", ".bpmn-studio[data-shown]"


def flagship() -> str:
    """The key of the largest diagram of the base."""
    return max((path.stat().st_size, path.stem) for path in ROOT.glob("processes/base/*/*.bpmn"))[1]


@contextmanager
def _place(folder: Path, key: str) -> Iterator[tuple[str, str, Callable[[Any], None]]]:
    """(what is opened, its address, what a new window does before)."""
    probe = create_app({"DATABASE_URL": f"sqlite:///{folder / 'probe.db'}", "INSTANCE_PATH": str(folder)})
    if PAGE not in probe.view_functions:
        with editor_page(folder) as desk:
            yield "editor alone", f"{desk.address}/zh/{key}", lambda _page: None
        return
    copies = Copies("sqlite", folder)
    made = copies.empty()
    migrate(made)
    create_app({"DATABASE_URL": made, "INSTANCE_PATH": str(folder)})
    cheap_passwords()
    office.publish_base()
    office.create("demo")
    with running(made, folder) as address:
        yield "studio", f"{address}/studio/process/{key}", lambda page: _sign_in(page, address)


def _sign_in(page: Any, address: str) -> None:
    page.goto(f"{address}/staff/sign-in")
    page.fill("#c-login", "analyst")
    page.fill("#c-password", office.PASSWORD)
    page.click("form.sign-in button")
    page.wait_for_selector(".staff-head .me")


def _opened(browser: Any, address: str, before: Callable[[Any], None]) -> tuple[float, float, float]:
    """(milliseconds of the whole, until the page was answered, of the page's own work on the processor) of one opening."""
    with browser.new_context(viewport=SIZE) as context:
        page = context.new_page()
        before(page)
        session = context.new_cdp_session(page)
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(address, wait_until="commit")
        page.wait_for_selector(READY, timeout=30_000)
        # Two frames: it is drawn, and takes the next click.
        ended = page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))")
        answered = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(ended), float(answered), float(metrics["TaskDuration"]) * 1000


def figures() -> Iterator[dict[str, Any]]:
    """The median of several openings against two seconds."""
    with (tempfile.TemporaryDirectory() as name, chromium() as browser,
          _place(Path(name), flagship()) as (what, address, before)):
        _opened(browser, address, before)  # the server's first answer reads its files
        taken = [_opened(browser, address, before) for _ in range(RUNS)]
    whole = [round(ended, 1) for ended, _answered, _busy in taken]
    yield {"figure": "studio_open.ms", "value": round(statistics.median(whole), 1), "target": LIMIT, "worst": max(whole),
           "page": what, "diagram": flagship(), "answered": round(statistics.median(one for _ended, one, _busy in taken), 1),
           "processor": round(statistics.median(busy for _ended, _answered, busy in taken), 1),
           "runs": RUNS, "raw": whole}
