"""Security item 34: models over a limit through every way in, and budgets of a real case. 42: nothing in debug."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kernel import clock
from app.workers.folders import Watch
from tests.oversized import OVER
from tests.web.admin_pages import Desk
from tests.web.test_security_uploads import in_force, multipart

ROUTES = {"new diagram": ("/admin/definitions", "p"), "diagram in force": ("/admin/definitions/process/follow_up", "follow_up"),
          "checked diagram": ("/admin/definitions/check", "p")}


@pytest.mark.parametrize("route", list(ROUTES))
def test_34_every_upload_route_refuses_what_goes_over_a_limit(app: Any, route: str) -> None:
    desk, before = Desk(app, "administrator"), in_force()
    path, key = ROUTES[route]
    for name, (said, make) in OVER.items():
        marks = {**desk.marks(path), **({} if route == "diagram in force" else {"kind": "process"})}
        body, content_type = multipart(marks, f"{key}.bpmn", make(key))
        answer = desk.client.post(f"/t/demo{path}", data=body, content_type=content_type)
        assert answer.status_code == (413 if name == "bytes" and "check" not in path else 422), (name, answer.status_code)
        assert said in answer.text or name == "bytes", (name, said)
    assert in_force() == before


def put(root: Path, data: bytes) -> Path:
    file = root / "processes" / "base" / "p" / "p.bpmn"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("command", ["check", "publish", "reload"])
def test_34_the_shell_refuses_what_goes_over_a_limit(app: Any, tmp_path: Path, command: str) -> None:
    runner, before = app.test_cli_runner(), in_force()
    for name, (said, make) in OVER.items():
        put(tmp_path, make("p"))
        done = runner.invoke(args=["catalog", command, "--root", str(tmp_path)], env={"LC_ALL": "en_GB.UTF-8"})
        assert done.exit_code == 1 and (said in done.output or name == "bytes"), (name, done.output[-500:])
        assert "p.bpmn" in done.output, "the file is named"
    assert in_force() == before


def test_34_a_file_that_a_worker_finds_is_held_to_the_same(app: Any, tmp_path: Path) -> None:
    before, watch = in_force(), Watch(tmp_path)
    for name, (_said, make) in OVER.items():
        put(tmp_path, make("p"))
        now = clock.now()
        assert [watch.tick(now + timedelta(minutes=n)) for n in range(3)] == [0, 0, 0], name
        assert watch.done, "it was looked at, and refused"
    assert in_force() == before
