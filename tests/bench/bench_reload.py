"""From a save to its effect in 4 web and 4 worker processes, under load: tables, forms, calendars, settings, rules.

Processes, HTTP and files as the product runs them. A save is sent to one web process; its effect is what the others
answer (a page that shows the form, the limit, the day, the phone), and what the workers' own caches say. Meanwhile
visitors read and hand in, staff read, and two rules that see each new request are changed again and again.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog, create_app, dmn
from app.kernel import database
from app.kernel.events import StoredEvent
from app.rules.model import RuleFiring, RulePosition
from app.tenancy.queries import tenant_by_slug
from tests.bench.house import Browser, House, running
from tests.bench.reload_worker import FORM, TABLE, YEAR
from tests.databases import Copies, migrate, require_postgres
from tests.factories import seed_demo

WEBS = WORKERS = 4
ROUNDS, RULE_ROUNDS, FOLDER_ROUNDS = 25, 6, 6
KINDS = ("table", "form", "calendar", "settings")
PAGES = {"table": "/admin/services/CS01/edit", "form": "/submit?module=CS", "calendar": f"/admin/calendar/{YEAR}",
         "settings": "/"}
LONGEST = 30.0
EACH = """rule: bench_each
title: 第 {mark} 版 / Version {mark}
shape: match
mode: shadow
event: case.submitted
then: [{{action: tag, params: {{tag: seen}}}}]
"""
CHAIN = """rule: bench_chain
title: 第 {mark} 版 / Version {mark}
shape: sequence
mode: shadow
by: [case]
within: P1D
steps:
  - {{event: case.submitted}}
  - {{event: {second}}}
then: [{{action: tag, params: {{tag: seen}}}}]
"""
SECOND = "deadline.started"
"""What the worker brings about in each new request, a moment after it came."""


@dataclass
class Load:
    """Readers and senders until they are told to stop; what came back by status."""

    house: House
    staff: Browser
    stop: threading.Event = field(default_factory=threading.Event)
    answers: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def note(self, what: str, status: int, good: tuple[int, ...], text: str = "") -> None:
        """One answer."""
        self.answers[f"{what} {status}"] += 1
        if status not in good:
            faults = re.findall(r'class="error"[^>]*>(.*?)</', text)
            self.failed.append(f"{what} {status} {faults[:3]}")

    def read(self, number: int) -> None:
        """Pages of residents and staff, at each process in turn."""
        paths = ("/", "/submit?module=CS", "/services/CS", "/staff/")
        browsers = [self.staff.at(port) for port in self.house.ports]
        at = number
        while not self.stop.wait(0.15):
            path = paths[at % len(paths)]
            self.ask("read", lambda path=path, at=at: browsers[at // len(paths) % WEBS].get(path), (200,))
            at += 1

    def send(self, number: int) -> None:
        """New requests, each from an address of its own."""
        at = 0
        while not self.stop.wait(0.4):
            port = self.house.ports[(number + at) % WEBS]
            visitor = Browser(port, f"10.{number}.{at // 250}.{at % 250 + 1}")
            self.ask("hand in", lambda visitor=visitor: self._hand_in(visitor), (303,))
            at += 1

    def _hand_in(self, visitor: Browser) -> tuple[int, str]:
        status, page = visitor.get("/submit?module=CS")
        if status != 200:
            return status, page
        return visitor.post("/submit", {"c-text": "楼道的灯坏了三天。", "c-module": "CS", "still_going_on": "yes",
                                        "danger": "no", "told_before": "no"}, page)

    def ask(self, what: str, work: Callable[[], tuple[int, str]], good: tuple[int, ...]) -> None:
        """One request; what is raised is a failed one."""
        try:
            status, text = work()
        except Exception as error:
            status, text = 0, repr(error)
        self.note(what, status, good, text)


@dataclass
class Saver:
    """An administrator at one web process who changes everything, and looks at the others for the effect."""

    house: House
    person: Browser
    load: Load
    data: dict[str, bytes]

    def _table(self, number: int) -> tuple[Any, ...]:
        mark = 100 + number
        data = limits(self.data["table"], mark)
        return self._definition("decision", TABLE, f"{TABLE}.dmn", data, f'value="{mark}" aria-label')

    def _form(self, number: int) -> tuple[Any, ...]:
        mark = f"Mark {number} of the form"
        document = json.loads(self.data["form"])
        document["components"][0]["properties"]["label_en"] = mark
        data = json.dumps(document, ensure_ascii=False).encode()
        return self._definition("form", FORM, f"{FORM}.form", data, mark)

    def _definition(self, kind: str, key: str, file: str, data: bytes, shown: str) -> tuple[Any, ...]:
        place = f"/admin/definitions/{kind}/{key}"
        return place, place, {"reason": "bench"}, {"file": (file, data)}, shown, catalog.Draft(kind, key, data, "").hash

    def _calendar(self, number: int) -> tuple[Any, ...]:
        mark, page = f"mark{number}", PAGES["calendar"]
        form = {"on": f"{YEAR}-03-{number % 27 + 1:02}", "kind": "rest", "name": mark, "source": "bench", "reason": "x",
                "was": f"{YEAR}-03-{(number - 1) % 27 + 1:02}" if number else ""}
        return page, f"{page}/day", form, None, mark, mark

    def _settings(self, number: int) -> tuple[Any, ...]:
        page = self.person.get("/admin/settings")[1]
        values = {name: value for name, value in re.findall(r'<input[^>]*name="([a-z_.]+)"[^>]*value="([^"]*)"', page)
                  if name not in ("csrf_token",)}
        values |= dict(re.findall(r'<select[^>]*name="([a-z_]+)".*?<option value="([^"]*)" selected', page, re.S))
        mark = f"010-{number:08}"
        form = {name: value for name, value in values.items() if not name.startswith("_")} | {
            "contact_phone": mark, "reason": "x"}
        return "/admin/settings", "/admin/settings", form, None, mark, mark

    def latency(self, kind: str, number: int) -> float:
        """Seconds from the save to its effect in the last of all processes, which are looked at all the while."""
        page, path, form, files, shown, told = getattr(self, f"_{kind}")(number)
        text = self.person.get(page)[1]
        with ThreadPoolExecutor(WEBS) as pool:
            begun = time.time()
            ends = [pool.submit(self._shows, port, PAGES[kind], shown) for port in self.house.ports]
            status, answer = self.person.post(path, form, text, files)
            self.load.note(f"save {kind}", status, (303,), answer)
            return max(*(one.result() for one in ends), self.house.workers_saw(kind, told, LONGEST)) - begun

    def _shows(self, port: int, path: str, shown: str) -> float:
        browser = self.person.at(port)
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            status, text = browser.get(path)
            self.load.note("look", status, (200,))
            if re.search(shown, text):
                return time.time()
            time.sleep(0.05)
        raise AssertionError(f"{path} at {port} never showed {shown}")


def measured(saver: Saver, kind: str) -> list[float]:
    """Latencies of a kind, after one change that warms its pages."""
    saver.house.watch(kind)
    saver.latency(kind, 0)
    return [saver.latency(kind, number) for number in range(1, ROUNDS + 1)]


def limits(data: bytes, amount: int) -> bytes:
    """The table of limits with another limit to reply everywhere."""
    sheet = next(one for one in dmn.sheets(data, TABLE) if one.decision == "reply_limit")
    at = next(number for number, one in enumerate(sheet.columns) if one.expression == "amount")
    rows = [dmn.Row(row.id, (*row.cells[:at], str(amount), *row.cells[at + 1:])) for row in sheet.rows]
    return dmn.written(data, TABLE, {sheet.id: rows})[0]


def in_force(tenant_id: UUID) -> dict[str, bytes]:
    """The files that are changed."""
    with database.current().read(tenant_id) as session:
        return {name: catalog.compiled(session, tenant_id, kind, key)[0].data
                for name, kind, key in (("table", "decision", TABLE), ("form", "form", FORM))}


def publish_rule(saver: Saver, key: str, text: str) -> float:
    """By the page, as a new file or a new version; when it was sent."""
    page = saver.person.get("/admin/definitions")[1]
    begun = time.time()
    status, answer = saver.person.post("/admin/definitions", {"kind": "supervision", "reason": "bench"}, page,
                                       {"file": (f"{key}.yaml", text.encode())})
    saver.load.note("save rule", status, (303,), answer)
    return begun


def rule_latency(tenant_id: UUID, saver: Saver, key: str, text: str) -> float:
    """Seconds until the owner of the rules has taken this version over, its windows replayed."""
    begun, digest = publish_rule(saver, key, text), catalog.Draft("supervision", key, text.encode(), "").hash
    end = time.monotonic() + LONGEST * 2
    while time.monotonic() < end:
        with database.current().read(tenant_id) as session:
            if digest in (session.scalars(select(RulePosition.versions)).one_or_none() or ()):
                return time.time() - begun
        time.sleep(0.02)
    raise AssertionError(f"the rule {key} was not taken over")


def folder_latency(saver: Saver, tenant_id: UUID, number: int) -> float:
    """Seconds from a file in the watched folder to its effect in the last process."""
    data = limits(saver.data["table"], 500 + number)
    path = saver.house.folder / "files" / catalog.kind_named("decision").path(TABLE, "tenants/demo")
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    path.write_bytes(data)
    with ThreadPoolExecutor(WEBS) as pool:
        ends = list(pool.map(lambda port: saver._shows(port, PAGES["table"], f'value="{500 + number}" aria-label'),
                             saver.house.ports))
    told = catalog.Draft("decision", TABLE, data, "").hash
    return max(*ends, saver.house.workers_saw("table", told, LONGEST)) - begun


def firings(tenant_id: UUID, since: int) -> dict[str, int]:
    """Of the two rules over the requests that came in after both were in force: too few, too many."""
    with database.current().read(tenant_id) as session:
        rows = session.execute(select(RuleFiring.rule, RuleFiring.case_ids, RuleFiring.mode)).all()
        cases = [str(one) for one in session.scalars(select(StoredEvent.case_id).where(
            StoredEvent.type == "case.submitted").order_by(StoredEvent.id))][since:]
        followed = {str(one) for one in session.scalars(select(StoredEvent.case_id).where(StoredEvent.type == SECOND))}
    fired = Counter((row[0], row[1][-1]) for row in rows if row[2] != "suppressed")
    wanted = [("bench_each", one) for one in cases] + [("bench_chain", one) for one in cases if one in followed]
    return {"expected": len(wanted), "lost": sum(fired[one] == 0 for one in wanted),
            "doubled": sum(fired[one] > 1 for one in wanted)}


def wait_until_read(tenant_id: UUID) -> None:
    """Until the rules have read everything that was recorded."""
    still, before = 0, (-1, -1)
    for _ in range(300):
        with database.current().read(tenant_id) as session:
            now = (len(session.scalars(select(StoredEvent.id)).all()),
                   len(session.scalars(select(RuleFiring.id)).all()))
        still = still + 1 if now == before else 0
        before = now
        if still > 8:
            return
        time.sleep(0.5)


def submitted(tenant_id: UUID) -> int:
    """Requests so far."""
    with database.current().read(tenant_id) as session:
        return len(session.scalars(select(StoredEvent.id).where(StoredEvent.type == "case.submitted")).all())


def p99(values: list[float]) -> float:
    """In milliseconds."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * 0.99))] * 1000, 1)


def prepared(kind: str, copies: Copies) -> tuple[str, UUID]:
    """A seeded database."""
    url = copies.empty()
    migrate(url)
    seed_demo(url)
    create_app({"DATABASE_URL": url})
    office: Any = tenant_by_slug("demo")
    return url, office.tenant_id


def _measure(kind: str, url: str, tenant_id: UUID, folder: Path) -> Iterator[dict[str, Any]]:
    with running(url, folder, WEBS, WORKERS) as house:
        staff = Browser(house.ports[0]).sign_in("administrator")
        load = Load(house, Browser(house.ports[0]).sign_in("supervisor"))
        saver = Saver(house, staff, load, in_force(tenant_id))
        for key, text in (("bench_each", EACH.format(mark=0)), ("bench_chain", CHAIN.format(mark=0, second=SECOND))):
            rule_latency(tenant_id, saver, key, text)
        since = submitted(tenant_id)
        threads = [threading.Thread(target=work, args=(number,), daemon=True)
                   for number, work in enumerate((load.read, load.read, load.send))]
        for thread in threads:
            thread.start()
        time.sleep(3)
        spent = {one: measured(saver, one) for one in KINDS}
        rules = {"match": list[float](), "sequence": list[float]()}
        for number in range(1, RULE_ROUNDS + 1):
            rules["match"].append(rule_latency(tenant_id, saver, "bench_each", EACH.format(mark=number)))
            rules["sequence"].append(rule_latency(tenant_id, saver, "bench_chain",
                                                  CHAIN.format(mark=number, second=SECOND)))
        house.watch("table")
        folders = [folder_latency(saver, tenant_id, number) for number in range(FOLDER_ROUNDS)]
        load.stop.set()
        for thread in threads:
            thread.join(30)
        wait_until_read(tenant_id)
        found = firings(tenant_id, since)
    everything = [one for values in spent.values() for one in values]
    yield {"figure": "reload.p99_ms", "database": kind, "value": p99(everything), "goal": 1000,
           "median": round(statistics.median(everything) * 1000, 1), "saves": len(everything), "processes": WEBS + WORKERS,
           **{f"{name}_p99": p99(values) for name, values in spent.items()}, "folder_p99": p99(folders),
           "raw": {**spent, "folder": folders}}
    yield {"figure": "reload.rules_p99_ms", "database": kind, "value": p99(rules["match"] + rules["sequence"]),
           "goal": 10_000, **{f"{name}_p99": p99(values) for name, values in rules.items()}, "raw": rules}
    yield {"figure": "reload.failed_requests", "database": kind, "value": len(load.failed), "goal": 0,
           "requests": sum(load.answers.values()), "kinds": dict(load.answers), "first": load.failed[:3],
           "raw": load.failed}
    yield {"figure": "reload.lost_or_doubled_firings", "database": kind, "value": found["lost"] + found["doubled"],
           "goal": 0, **found}


def figures() -> Iterator[dict[str, Any]]:
    """On PostgreSQL, then on SQLite, whose one writer all processes share."""
    needs: list[tuple[str, Callable[[], None]]] = [("postgresql", require_postgres), ("sqlite", lambda: None)]
    for kind, need in needs:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            url, tenant_id = prepared(kind, copies)
            yield from _measure(kind, url, tenant_id, Path(name))
            database.current().engine.dispose()
            copies.drop_all()
