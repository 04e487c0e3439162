"""Two webs and two workers on machines of their own, one PostgreSQL: what happens when a cable is pulled.

Each is started with DATABASE_URL alone; its parameters and `hosts.WORKER` only shorten how long a silence is borne.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from app import rules
from app.workers.loop import SEQUENCER
from tests.reliability.hosts import Browser, Host, Site, require_namespaces, until, worker_words

TEXT = "楼道的灯坏了三天。The light in the stairway is broken."
PATIENCE = "connect_timeout=2&tcp_user_timeout=3000&keepalives_idle=1&keepalives_interval=1&keepalives_count=2"
LOST_SECONDS = 3.0
"""Until either side gives a connection up under `PATIENCE`."""
FASTER = 12
LEASE_SECONDS = {SEQUENCER: 30.0 / FASTER, rules.LEASE: 60.0 / FASTER}
SLACK_SECONDS = 15.0
"""For two cores that eight processes share; a machine that is not replaced stays away for good."""
NOWHERE = "/dev/null/nowhere"


@dataclass
class Office:
    """The hosts with what runs on them, and the database as this process sees it."""

    site: Site
    url: str
    webs: list[Host]
    workers: list[Host]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def holder(self, lease: str) -> Host | None:
        """The machine of the worker that holds a lease now."""
        found = self.rows(f"SELECT owner FROM lease WHERE name = '{lease}' AND expires_at > now()")
        pids = {str(host.processes[0].pid): host for host in self.workers}
        return pids[found[0][0].split(":")[1]] if found else None

    def is_at_rest(self) -> bool:
        """Every event has its number, every delivery and job is done."""
        return self.rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM event_number), "
                         "(SELECT count(*) FROM delivery WHERE state = 'pending' AND run_at <= now()), "
                         "(SELECT count(*) FROM job WHERE state = 'pending' AND run_at <= now())")[0][1:] == (
                             self.one("SELECT count(*) FROM event"), 0, 0)


@pytest.fixture(scope="module")
def office(templates: Any) -> Iterator[Office]:
    require_namespaces()
    _copies, template = templates("postgres", "demo")
    site = Site()
    try:
        url = site.start_database()
        server = url.replace("/yikou?", "/postgres?")
        until("PostgreSQL answers", lambda: _answers(server), 30)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE ROLE yikou_app NOLOGIN")
            connection.execute("CREATE ROLE yikou_worker NOLOGIN")
            connection.execute("CREATE DATABASE yikou")
        dump = subprocess.run(["pg_dump", template], check=True, capture_output=True)
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", url], input=dump.stdout, check=True, capture_output=True)
        yield _started(site, url)
    finally:
        site.end()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _started(site: Site, url: str) -> Office:
    office = Office(site, url, [], [])
    for name, words in (("web1", [sys.executable, "-m", "app.cli.serve"]), ("web2", [sys.executable, "-m", "app.cli.serve"]),
                        ("worker1", worker_words(FASTER)), ("worker2", worker_words(FASTER))):
        host = site.host(name)
        database = host.address.rsplit(".", 1)[0] + ".1"
        host.run(words, site.folder / f"{name}.log", {"DATABASE_URL": f"postgresql://postgres@{database}/yikou?{PATIENCE}",
                                                      "INSTANCE_PATH": NOWHERE, "PORT": "8000", "SECRET_KEY": ""})
        (office.webs if name.startswith("web") else office.workers).append(host)
    for web in office.webs:
        until(f"{web.namespace} is ready", lambda web=web: _status(web, "/ready") == 200, 90)  # type: ignore[misc]
    until("the workers hold their leases", lambda: all(office.holder(lease) for lease in LEASE_SECONDS), 60)
    return office


def _status(web: Host, path: str) -> int:
    try:
        return Browser().ask(web, path, timeout=10)[0]
    except OSError:
        return 0


def submit(browser: Browser, page_of: Host, sent_to: Host) -> None:
    """A request of a resident: the form from one machine, sent to another."""
    _status, page, _headers = browser.ask(page_of, "/t/demo/submit")
    marks = re.search(r'name="csrf_token" value="([^"]+)"><input type="hidden" name="_key" value="([^"]+)"', page)
    assert marks is not None, page[:500]
    form = {"csrf_token": marks[1], "_key": marks[2], "c-text": TEXT}
    assert browser.ask(sent_to, "/t/demo/submit", form)[0] == 303
    assert browser.ask(page_of, "/t/demo/submit", form)[0] == 303, "the same form once more, at the other machine"


def same_course(office: Office, cases: int) -> None:
    """As many cases as were sent, all with the same events: nothing lost, nothing twice, the chain without a gap."""
    assert office.one("SELECT count(*) FROM service_case WHERE nature = 'request'") == cases
    courses: dict[UUID, Counter[str]] = {}
    for case_id, kind in office.rows("SELECT case_id, type FROM event WHERE case_id IS NOT NULL"):
        courses.setdefault(case_id, Counter())[kind] += 1
    assert len(courses) == cases and len({tuple(sorted(one.items())) for one in courses.values()}) == 1, courses
    assert office.one("SELECT count(*) FROM process_instance") == cases
    assert office.rows("SELECT tenant_id FROM event_number GROUP BY tenant_id HAVING max(number) <> count(*)") == []
    assert office.one("SELECT count(*) FROM delivery WHERE state <> 'done'") == 0


def test_a_form_and_a_cookie_of_one_web_are_good_at_the_other(office: Office) -> None:
    first, second = office.webs
    browser = Browser()
    submit(browser, first, second)
    submit(browser, second, first)
    until("both cases are worked on", office.is_at_rest, 30)
    same_course(office, 2)


def test_a_worker_that_is_cut_off_is_replaced_and_comes_back_by_itself(office: Office) -> None:
    before = office.one("SELECT count(*) FROM service_case WHERE nature = 'request'")
    for turn in range(2):  # the second time it is the other one's turn, and the first one's to take over
        lost = office.holder(rules.LEASE) or office.holder(SEQUENCER)
        assert lost is not None
        lost.cut()
        began = time.monotonic()
        browser = Browser()
        submit(browser, *office.webs)
        for lease, seconds in LEASE_SECONDS.items():
            until(f"another worker takes over {lease}", lambda lease=lease, lost=lost: office.holder(lease) not in (None, lost),  # type: ignore[misc]
                  seconds + LOST_SECONDS + SLACK_SECONDS)
        until("the work goes on", office.is_at_rest, SLACK_SECONDS)
        print(f"turn {turn}: taken over and done after {time.monotonic() - began:.1f} s")
        lost.mend()
        assert lost.processes[0].poll() is None, "it was not restarted"
        until("it talks to the database again", lambda lost=lost: bool(office.one(  # type: ignore[misc]
            f"SELECT count(*) FROM pg_stat_activity WHERE client_addr = '{lost.address}' AND state = 'idle'")), SLACK_SECONDS)
    same_course(office, before + 2)


def test_a_lock_of_a_machine_that_is_gone_is_given_up(office: Office) -> None:
    """Cut in the middle of a transaction: PostgreSQL alone would keep the row for two hours."""
    host = office.site.host("gone")
    code = ("import sys, time; from sqlalchemy import create_engine, text; from app.kernel import database, network\n"
            "url = sys.argv[1]; here = database.Database(create_engine(url, **network.engine_options(url)))\n"
            "with here.engine.connect() as held:\n"
            "    held.execute(text(\"SELECT 1 FROM tenant WHERE slug = 'demo' FOR UPDATE\"))\n"
            "    print('held', flush=True); time.sleep(600)\n")
    address = host.address.rsplit(".", 1)[0] + ".1"
    log = office.site.folder / "gone.log"
    host.run([sys.executable, "-c", code, f"postgresql://postgres@{address}/yikou?{PATIENCE}"], log)
    until("it holds the row", lambda: "held" in log.read_text(encoding="utf-8"), 30)
    host.cut()
    with psycopg.connect(office.url) as connection:
        connection.execute("SET lock_timeout = '15s'")
        began = time.monotonic()
        connection.execute("SELECT 1 FROM tenant WHERE slug = 'demo' FOR UPDATE")
    assert time.monotonic() - began < LOST_SECONDS + 5


def test_a_web_that_is_cut_off_says_so_and_recovers_without_a_restart(office: Office) -> None:
    here, there = office.webs
    there.cut()
    status, page, headers = Browser().ask(there, "/t/demo/")
    assert status == 503 and headers["Retry-After"] == "30" and "请过半分钟再试一次" in page
    assert _status(there, "/ready") == _status(there, "/health") == 503
    assert _status(here, "/ready") == 200 and _status(here, "/t/demo/") == 200, "the others go on"
    there.mend()
    until("it is ready again", lambda: _status(there, "/ready") == 200, SLACK_SECONDS)
    assert _status(there, "/t/demo/") == 200 and there.processes[0].poll() is None
    before = office.one("SELECT count(*) FROM service_case WHERE nature = 'request'")
    submit(Browser(), there, here)
    until("what it takes in is worked on", office.is_at_rest, SLACK_SECONDS)
    same_course(office, before + 1)
