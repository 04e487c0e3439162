"""The examples of deploy/ and the Procfile name commands that exist and processes that start and stop."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, text

from tests.databases import ROOT
from tests.journeys.server import free_port, wait_for

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
NOWHERE = "/dev/null/nowhere"
WORST_EXPOSURE = 2.0
"""Of ten, as `systemd-analyze security` counts."""


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def tracked() -> set[str]:
    return set(subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n"))


def started(command: str, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """As a runner of Procfiles starts it: through a shell, with this installation's programs first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with log.open("ab") as out:
        return subprocess.Popen(["sh", "-c", f"exec env {command}" if "&&" not in command else command], cwd=ROOT,
                                env={**os.environ, **environment, "PATH": path}, stdout=out, stderr=subprocess.STDOUT)


def test_the_procfile_starts_an_installation_with_a_database_address_alone(templates: Any, tmp_path: Path) -> None:
    copies, template = templates("postgres", "schema")
    url, port, log = copies.empty(), free_port(), tmp_path / "log"
    commands = procfile()
    environment = {"DATABASE_URL": url, "INSTANCE_PATH": NOWHERE, "PORT": str(port), "HOST": "127.0.0.1", "SECRET_KEY": ""}
    assert list(commands) == ["release", "web", "worker"]
    assert started(commands["release"], environment, log).wait(180) == 0, log.read_text(encoding="utf-8")
    engine = create_engine(url)
    running = [started(commands[name], environment, log) for name in ("web", "worker")]
    try:
        wait_for(f"http://127.0.0.1:{port}/ready", running, log)
        end = time.monotonic() + 60
        while time.monotonic() < end and not leases(engine):
            time.sleep(0.2)
        assert leases(engine), log.read_text(encoding="utf-8")
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM definition_live")).scalar_one() > 40
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in running] == [0, 0], log.read_text(encoding="utf-8")
        assert not leases(engine), "a worker that is asked to stop gives its leases back"
    finally:
        for process in running:
            process.kill()
            process.wait()
        engine.dispose()
        copies.drop(url)


def leases(engine: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM lease WHERE name = 'sequencer'")).scalar_one())


def here(unit: Path, folder: Path) -> Path:
    """The unit with the paths of this checkout."""
    said = unit.read_text(encoding="utf-8").replace("/srv/yikou/.venv/bin/", f"{Path(sys.executable).parent}/")
    made = folder / unit.name
    made.write_text(said.replace("/srv/yikou", str(ROOT)), encoding="utf-8")
    return made


@pytest.fixture
def systemd(tmp_path: Path) -> Path:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return tmp_path


def test_the_units_are_understood_by_systemd(systemd: Path) -> None:
    made = [here(unit, systemd) for unit in UNITS]
    assert len(made) == 3

    def said() -> str:
        found = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, made)], capture_output=True, text=True,
                               check=False)
        return "".join(line for line in found.stderr.splitlines(keepends=True) if str(systemd) in line or "yikou" in line)

    assert said() == ""
    made[0].write_text(made[0].read_text(encoding="utf-8").replace("bin/flask", "bin/no-flask"), encoding="utf-8")
    made[1].write_text(made[1].read_text(encoding="utf-8").replace("ProtectHome=", "ProtectHouse="), encoding="utf-8")
    assert "no-flask" in said() and "ProtectHouse" in said(), "the check bites"


def test_the_units_give_away_as_little_as_they_can(systemd: Path) -> None:
    for unit in UNITS:
        found = subprocess.run(["systemd-analyze", "security", "--offline=true", str(here(unit, systemd))],
                               capture_output=True, text=True, check=False).stdout
        level = re.search(r"Overall exposure level for [^:]+: ([\d.]+)", found)
        assert level is not None and float(level[1]) <= WORST_EXPOSURE, found


def test_the_units_start_what_the_procfile_starts() -> None:
    commands = {kind: re.sub(r"^HOST=\S+ ", "", command) for kind, command in procfile().items()}
    for unit in UNITS:
        said = re.findall(r"^ExecStart=/srv/yikou/\.venv/bin/(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        kind = {"yikou-migrate": "release", "yikou-web@": "web", "yikou-worker@": "worker"}[unit.stem]
        assert " && ".join(said) == commands[kind]
        assert "SIGTERM" in unit.read_text(encoding="utf-8") or kind == "release"


def test_what_the_container_file_copies_and_runs_exists() -> None:
    said = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    files = tracked()
    for line in re.findall(r"^COPY (?!--from)(.+)$", said, re.MULTILINE):
        *sources, _target = line.split()
        for source in sources:
            assert source in files or any(one.startswith(f"{source}/") for one in files), source
    runs = re.findall(r"^RUN (.+)$", said, re.MULTILINE)
    steps = [run for run in runs if ".venv/bin/" in run]
    assert len(steps) == 3
    known = re.sub(r"\$\(BIN\)", ".venv/bin", makefile)
    assert steps[0] in known, "pip as the Makefile calls it"
    assert steps[1].split(" && ")[0] in known, "the front end likewise"
    catalogue = "app/translations/zh/LC_MESSAGES/messages"
    assert steps[2] == f".venv/bin/pybabel -q compile -f -i {catalogue}.po -o {catalogue}.mo" and f"{catalogue}.po" in files
    needed = {"app", "migrations", "processes", "rules", "forms", "static", "scripts"}
    assert needed <= set(re.findall(r"^COPY (\w+) \1$", said, re.MULTILINE))
    command = re.search(r"^CMD (.+)$", said, re.MULTILINE)
    assert command is not None and " ".join(yaml.safe_load(command[1])) in procfile()["web"]
    assert re.search(r"^USER [1-9]", said, re.MULTILINE), "not as root"
    version = re.search(r"python:(3\.\d+)-", said)
    assert version is not None and version[1] in ("3.11", "3.12")
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "instance"} <= set(ignored) and not needed & set(ignored)


def test_the_compose_file_starts_what_the_procfile_starts() -> None:
    said = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    commands = procfile()
    assert said["migrate"]["command"][-1] == commands["release"]
    for kind in ("web", "worker"):
        assert shlex.join(said[kind]["command"]) in commands[kind]
        assert said[kind]["read_only"] and list(said[kind]["environment"]) == ["DATABASE_URL"]
        assert (ROOT / said[kind]["build"]["dockerfile"]).is_file()


def test_every_setting_of_the_examples_is_known() -> None:
    from app.config import NAMES

    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "environment.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= set(NAMES) and {"DATABASE_URL", "SECRET_KEY"} <= named


def test_the_document_names_what_exists() -> None:
    said = (ROOT / "docs" / "many-machines.md").read_text(encoding="utf-8")
    files = tracked()
    for path in re.findall(r"`((?:deploy|tests|docs)/[\w./-]*|Procfile|CHANGELOG\.md)`", said):
        assert path.rstrip("/") in files or any(one.startswith(path) for one in files), path
    told = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "--help"], cwd=ROOT, capture_output=True, text=True,
                          check=True, env={**os.environ, "DATABASE_URL": "sqlite://"}).stdout
    for command in re.findall(r"`flask ([\w-]+)", said):
        assert re.search(rf"^  {command} ", told, re.MULTILINE), command
