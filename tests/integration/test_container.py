"""What the container file builds, without a container engine: its COPY and RUN lines in an empty folder, then its start.

Two things are taken from this checkout instead of the network: the installed packages and the bundled front end. The rest
is done as a builder does it, and runs from that folder alone, as the user of the picture where this test may become it.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import ROOT
from tests.journeys.server import free_port, wait_for

FILE = ROOT / "deploy" / "Containerfile"
PLACE = "/srv/yikou"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", FILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        found.append([]) if word == "FROM" else found[-1].append((word, rest))
    return found


def ignored() -> list[str]:
    return (ROOT / ".containerignore").read_text(encoding="utf-8").split()


def left_out(folder: str, names: list[str]) -> list[str]:
    """As an engine reads the list: a path from the top, `**/` anywhere."""
    here = Path(folder).relative_to(ROOT)
    paths = {name: (here / name).as_posix() for name in names}
    return [name for name, path in paths.items() if any(
        fnmatch.fnmatch(path, one) or (one.startswith("**/") and fnmatch.fnmatch(name, one[3:])) for one in ignored())]


def copy(line: str, place: Path) -> None:
    *sources, target = line.split()
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place / target, ignore=left_out, dirs_exist_ok=True)
        else:
            assert not left_out(str(ROOT), [source])
            shutil.copy(ROOT / source, place / target)


def run(line: str, place: Path) -> str:
    """What was done instead, for those that need the network; else the shell's work."""
    if line.startswith("apt-get"):
        return "packages of the system"
    if line == "python -m venv .venv":
        (place / ".venv").symlink_to(sys.prefix)
        return "this environment"
    if " -m pip install " in line:
        assert (place / line.split()[-1]).is_file()
        return "this environment"
    if "scripts/build_frontend.py" in line:
        assert (place / "package-lock.json").is_file() and (place / "scripts" / "build_frontend.py").is_file()
        shutil.copytree(ROOT / "static" / "vendor", place / "static" / "vendor")
        return "the front end of this checkout"
    subprocess.run(["sh", "-ec", line], cwd=place, check=True, env={"PATH": os.environ["PATH"]})
    return ""


@pytest.fixture
def picture() -> Iterator[Path]:
    """The folder that the second stage takes over, readable for everybody, writable for nobody but its owner."""
    with tempfile.TemporaryDirectory(prefix="yikou-picture-", dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        build, final = stages()
        done = [run(rest, place) for word, rest in build if word == "RUN" or (word == "COPY" and copy(rest, place))]
        assert sorted(done) == ["", "packages of the system", "the front end of this checkout", *["this environment"] * 2]
        assert ("COPY", f"--from=build {PLACE} {PLACE}") in final and ("WORKDIR", PLACE) in final
        yield place


def environment(place: Path, **more: str) -> dict[str, str]:
    said = dict(part.split("=", 1) for word, rest in stages()[1] if word == "ENV" for part in rest.split())
    said["PATH"] = said["PATH"].replace(PLACE, str(place)).replace("$PATH", os.environ["PATH"])
    return {**said, **more}


def user() -> int | None:
    """The picture's user, where this test may become it and it can read the installed packages."""
    wanted = next(int(rest) for word, rest in stages()[1] if word == "USER")
    if os.geteuid() != 0:
        return None
    try:
        tried = subprocess.run([sys.executable, "-c", "import flask"], user=wanted, group=wanted, extra_groups=[], cwd="/",
                               env={}, capture_output=True, check=False)
    except PermissionError:
        return None
    return wanted if tried.returncode == 0 else None


def test_the_context_has_nothing_that_must_not_leave_the_machine(picture: Path) -> None:
    names = {path.relative_to(picture).as_posix() for path in picture.rglob("*") if ".venv" not in path.parts}
    assert not [name for name in names if re.search(r"(^|/)(\.git|\.env|instance|tests|node_modules|__pycache__)(/|$)", name)]
    assert not [name for name in names if name.endswith((".db", ".sqlite", ".pem", ".key", ".jsonl"))]
    assert "app/translations/zh/LC_MESSAGES/messages.mo" in names
    said = FILE.read_text(encoding="utf-8") + (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert "SECRET_KEY" not in said and "ARG " not in said


def test_it_migrates_serves_works_and_backs_up_with_a_database_address_alone(picture: Path, templates: Any,
                                                                             tmp_path: Path) -> None:
    copies, _template = templates("postgres", "schema")
    url, port, log, who = copies.empty(), free_port(), tmp_path / "log", user()
    said = environment(picture, DATABASE_URL=url, PORT=str(port), HOST="127.0.0.1")
    more: dict[str, Any] = {"cwd": picture, "env": said, "user": who, "group": who,
                            "extra_groups": [] if who is not None else None}

    def flask(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([picture / ".venv" / "bin" / "python", "-m", "flask", "--app", "app", *words], **more,
                              capture_output=True, text=True, check=False)

    assert (told := flask("db", "upgrade")).returncode == 0, told.stderr
    assert (told := flask("catalog", "publish")).returncode == 0, told.stderr
    command = json.loads(next(rest for word, rest in stages()[1] if word == "CMD"))
    with log.open("wb") as out:
        web = subprocess.Popen([str(picture / ".venv" / "bin" / command[0]), *command[1:]], **more, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/ready", [web], log)
        for path in ("/health", "/static/vendor/diagram.css"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert answer.status == 200
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            Path(folder).chmod(0o777)
            assert (told := flask("backup", f"{folder}/all.zip")).returncode == 0, told.stderr
            assert json.loads(zipfile.ZipFile(f"{folder}/all.zip").read("manifest.json"))["version"]
    finally:
        web.send_signal(signal.SIGTERM)
        assert web.wait(30) == 0
        copies.drop(url)
