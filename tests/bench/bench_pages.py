"""Milliseconds of the server for each page that can be read, by each role, with the demo's year on SQLite: p95.

The database is made once in instance/bench and used again. BENCH_CASES asks for another number of requests, and
BENCH_RUNS for how often each address is read.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from app import create_app
from app.auth.model import User
from app.cases.model import Case
from app.catalog.queries import listing
from app.cli import serve
from app.cli.demo import office, seed, year
from app.cli.migrate import upgrade
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.knowledge.notices import listing as notices
from app.tenancy.attachments import Attachment
from app.web.access import PUBLIC, SIGNED_IN, declared
from app.workers import loop
from tests.bench.record import ROOT
from tests.factories import cheap_passwords
from tests.web.admin_pages import HOME, Desk
from tests.web.visiting import LOGINS

FOLDER = ROOT / "instance" / "bench"
CASES, RUNS, SAMPLE, SLOW = int(os.environ.get("BENCH_CASES") or 2000), int(os.environ.get("BENCH_RUNS") or 8), 10, 150
LEFT_OUT = {"static", "health", "resident.ask_to_stop", "resident.follow", "resident.file", "resident.ask_wechat",
            "resident.wechat_back", "staff.sign_in", "resident.sign_in"}
"""Files, pages of a token that nobody has, and those that only lead on."""
MORE = {"staff.inbox": ("?scope=all", "?scope=all&sort=due&page=2", "?scope=group&due=late", "?scope=all&q=垃圾"),
        "staff.search": ("?q=垃圾", "?q=2026", "?q=水管 漏水"), "resident.home": ("?q=垃圾 三天", "?q=居住证"),
        "admin.places": ("?q=海棠",), "admin.messages": ("?page=2",), "admin.audit": ("?page=3",)}
CODES = {"admin.item": "K01", "admin.knowledge_versions": "K01", "admin.place": "JW01-1", "admin.place_versions": "JW01-1",
         "resident.buildings": "JW01-1", "admin.unit": "LRS", "admin.unit_versions": "LRS", "admin.reply": "explained",
         "admin.settings_versions": "settings"}
KEYS = {"admin.template": "case_accepted", "admin.decision_table": "time_limit", "admin.definition": "time_limit"}


def _office(app: Any) -> Any:
    """The demo office with its year; what is there stays."""
    with app.app_context():
        upgrade()
        tenant_id = seed.seed()
        year.start(tenant_id, CASES)
        year.go_on(tenant_id, lambda told: print(year.line(told), flush=True))
        loop.until_idle()
    return tenant_id


def _samples(tenant_id: Any, source: random.Random) -> dict[str, list[Any]]:
    """Ids of requests, tasks and the rest, by the name of a route's argument."""
    with database.current().read(tenant_id) as session:
        cases = list(session.scalars(select(Case.id).order_by(Case.id)))
        longest = [row[0] for row in session.execute(text(
            "SELECT case_id FROM case_entry GROUP BY case_id ORDER BY count(*) DESC LIMIT 3"))]
        tasks = list(session.scalars(select(OpenTaskRow.id).order_by(OpenTaskRow.id)))
        mine = list(session.scalars(select(Case.id).where(Case.person_id.is_not(None)).limit(SAMPLE)))
        files = session.scalars(select(Attachment).where(Attachment.case_id.is_not(None)).limit(SAMPLE)).all()
        return {
            "case_id": [*source.sample(cases, min(SAMPLE, len(cases))), *(_uuid(one) for one in longest)],
            "task_id": source.sample(tasks, min(SAMPLE * 3, len(tasks))), "own": mine,
            "file": [{"case_id": one.case_id, "file_id": one.id} for one in files],
            "user_id": list(session.scalars(select(User.id).where(User.kind == "staff").limit(3))),
            "version_id": [row.id for row in list(listing(session, tenant_id))[:3]],
            "notice_id": [row.id for row in notices(session, "current")[:3]]}


def _uuid(value: Any) -> Any:
    from uuid import UUID

    return value if isinstance(value, UUID) else UUID(str(value))


def _given(endpoint: str, arguments: set[str], samples: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """What to put into a route, several times where it has ids."""
    if "file_id" in arguments:
        return samples["file"]
    fixed = {"module": "CS", "kind": "decision", "key": KEYS.get(endpoint, "review"), "code": CODES.get(endpoint, "CS01")}
    known = {name: fixed[name] for name in arguments if name in fixed}
    ids = [name for name in arguments if name in samples]
    if not ids:
        return [known] if set(known) == arguments else []
    return [{**known, ids[0]: one} for one in samples[ids[0]]]


def _browsers(app: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for role in ("guest", "resident"):
        desk = Desk.__new__(Desk)
        desk.client = app.test_client()
        if role == "resident":
            assert desk.post("/demo/enter", {"role": role}, page="/").status_code == 303
        found[role] = desk
    return found | {role: Desk(app, login, office.PASSWORD) for role, login in LOGINS.items()}


def _addresses(app: Any, samples: dict[str, list[Any]]) -> Iterator[tuple[str, list[str]]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: str(one.endpoint)):
        if "GET" not in rule.methods or rule.endpoint in LEFT_OUT:
            continue
        with app.test_request_context():
            paths = [str(app.url_map.bind("").build(rule.endpoint, given))
                     for given in _given(rule.endpoint, set(rule.arguments), samples)]
        yield rule.endpoint, [*paths, *(paths[0] + more for more in MORE.get(rule.endpoint, ()))]


def _asked(app: Any, samples: dict[str, list[Any]]) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds (by the clock, of the processor) by page, of whatever a role may open; the first reading of an address is left out."""
    people, taken = _browsers(app), defaultdict(list)
    for endpoint, paths in _addresses(app, samples):
        who = declared(app, endpoint)
        for role, desk in people.items():
            if role == "guest" and who not in (PUBLIC,) or role not in ("guest", "resident") and who == PUBLIC:
                continue
            if role == "resident" and who not in (PUBLIC, SIGNED_IN) and not endpoint.startswith("resident."):
                continue
            for path in paths:
                for run in range((RUNS if len(paths) < SAMPLE else 2) + 1):
                    began, used = time.perf_counter(), time.process_time()
                    answer = desk.client.get(HOME + path, buffered=True)
                    spent = ((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
                    assert answer.status_code < 500, path
                    if answer.status_code != 200:
                        break
                    if run:
                        taken[endpoint].append(spent)
    return taken


def figures() -> Iterator[dict[str, Any]]:
    """One figure for each page, then the worst."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"year-{CASES}.db"
    app = create_app({"DATABASE_URL": f"sqlite:///{file}", "INSTANCE_PATH": str(FOLDER), "SECRET_KEY": "bench"})
    cheap_passwords()
    tenant_id = _office(app)
    serve.keep_what_stays()
    taken = _asked(app, _samples(tenant_id, random.Random(1)))  # noqa: S311  a bench must repeat
    rows = sorted(((_p95([wall for wall, _cpu in spent]), page, spent) for page, spent in taken.items()), reverse=True)
    for value, page, spent in rows:
        if value > SLOW / 3:
            yield {"figure": "page.ms", "page": page, "p95": value, "asked": len(spent),
                   "median": round(statistics.median(wall for wall, _cpu in spent), 1),
                   "cpu_p95": _p95([cpu for _wall, cpu in spent])}
    value, page, _spent = rows[0]
    yield {"figure": "page_p95.ms", "value": value, "target": SLOW, "page": page, "pages": len(rows), "cases": CASES,
           "cpu_p95": max(_p95([cpu for _wall, cpu in spent]) for _value, _page, spent in rows),
           "over": [name for high, name, _all in rows if high > SLOW], "database": Path(file).name,
           "raw": {name: [round(wall, 1) for wall, _cpu in spent] for _value, name, spent in rows}}


def _p95(spent: list[float]) -> float:
    return round(sorted(spent)[int(len(spent) * 0.95)], 1)
