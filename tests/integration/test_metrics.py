"""What the metrics tell is what the database holds, and a worker process serves them on its port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from app.cases.connectors import registry
from app.engine.model import JobRow
from app.kernel import database
from app.kernel.errors import Invalid
from app.workers import depth
from tests.integration.play import Office
from tests.integration.test_wakeups import until
from tests.journeys.server import ROOT, free_port


def test_depth_is_what_waits_and_what_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_call: Any) -> dict[str, Any]:
        raise OSError("no line")

    assert {name: number for name, (number, _late) in depth.waiting(office.clock.now()).items()} == {
        "events": 0, "jobs": 0, "timers": 0, "messages": 0, "notifications": 0, "bulk": 0}
    monkeypatch.setitem(registry._connectors, "suggest", broken)
    office.submit()
    job = office.rows(JobRow)[0]
    number, late = depth.waiting(job.run_at + timedelta(seconds=90))["jobs"]
    assert (number, late) == (1, 90.0)
    office.work()
    for _ in range(3):
        office.wait(hours=1)
    assert depth.stopped()["jobs"] == 1 and depth.incidents() == {"worker": 1} and depth.waiting(office.clock.now())["jobs"] == (0, 0.0)


def test_commands_are_counted_by_their_end(office: Office) -> None:
    def told(end: str) -> float:
        return REGISTRY.get_sample_value("yikou_commands_total", {"kind": "SubmitCase", "end": end}) or 0.0

    done, refused, steps = told("done"), told("refused"), REGISTRY.get_sample_value("yikou_engine_steps_total") or 0.0
    office.submit()
    with pytest.raises(Invalid):
        office.submit("")
    assert (told("done"), told("refused")) == (done + 1, refused + 1)
    assert (REGISTRY.get_sample_value("yikou_engine_steps_total") or 0.0) > steps


def test_a_worker_serves_its_metrics(office: Office, tmp_path: Path) -> None:
    port = free_port()
    url = database.current().engine.url.render_as_string(hide_password=False)
    words = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(tmp_path), "WORKER_METRICS_PORT": str(port)}
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=words)
    found: dict[str, Any] = {}

    def told() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            return False
        found.update({family.name: family for family in text_string_to_metric_families(text)})
        return bool(found["yikou_worker_looked_at_seconds"].samples[0].value)

    try:
        assert until(told, 60)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            assert (answer.status, answer.read()) == (200, b"ok\n")
        asked = [sys.executable, "-m", "flask", "--app", "app", "worker-ready", "--port", str(port)]
        assert subprocess.run(asked, cwd=ROOT, env=words).returncode == 0
        worker.send_signal(signal.SIGSTOP)
        assert subprocess.run(asked, cwd=ROOT, env=words).returncode == 1, "it stands still"
        worker.send_signal(signal.SIGCONT)
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
    queues = {sample.labels["queue"] for sample in found["yikou_queue_depth"].samples}
    assert queues == {"events", "jobs", "timers", "messages", "notifications", "bulk"} and "yikou_queue_stopped" in found
