"""Security item 42: no debugger in any way of starting, no secret where somebody could read it, and what we are made of."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

import app as product
from app.config import NAMES, ConfigurationError, settings
from app.kernel.commands import Command
from scripts import pins, sbom
from tests.databases import ROOT
from tests.integration.play import Office
from tests.integration.test_office_export import SOUNDS_SECRET
from tests.journeys.server import free_port, wait_for

CANARY = "canary-7c1f-{}-secret"
SECRETS = ("SECRET_KEY", "SMTP_PASSWORD", "SMS_GATEWAY_SECRET", "WECHAT_SECRET")
WAYS = {"flask run": ["-m", "flask", "--app", "app", "run", "--port", "{port}"],
        "flask run --debug": ["-m", "flask", "--app", "app", "run", "--debug", "--port", "{port}"],
        "serve": ["-m", "app.cli.serve"], "make run": ["-m", "app.cli.run"], "worker": ["-m", "flask", "--app", "app", "worker"]}


@pytest.mark.parametrize("way", list(WAYS))
def test_42_no_way_of_starting_begins_with_a_debugger(tmp_path: Path, way: str) -> None:
    environment = {**os.environ, "INSTANCE_PATH": str(tmp_path), "FLASK_DEBUG": "" if "--debug" in way else "1",
                   "YIKOU_ENV": "", "PORT": str(free_port())}
    words = [word.format(port=environment["PORT"]) for word in WAYS[way]]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode != 0 and "FLASK_DEBUG is set" in done.stderr and "Debugger PIN" not in done.stderr


def test_42_debug_is_off_whatever_was_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("1", "true", "yes"):
        monkeypatch.setenv("FLASK_DEBUG", value)
        for environment in ("production", "", "staging"):
            with pytest.raises(ConfigurationError, match="FLASK_DEBUG"):
                settings({"INSTANCE_PATH": str(tmp_path), "YIKOU_ENV": environment})
    monkeypatch.setenv("FLASK_DEBUG", "0")
    assert settings({"INSTANCE_PATH": str(tmp_path)})["DEBUG"] is False


def test_42_a_running_installation_tells_no_secret(templates: Any, tmp_path: Path) -> None:
    """Every page a stranger gets, its headers, the logs, the metrics, the shell: none holds what only the process knows."""
    copies, template = templates("postgres", "demo")
    url, port, metrics, worker_metrics = copies.copy(template), free_port(), free_port(), free_port()
    canaries = {name: CANARY.format(name.lower()) for name in SECRETS}
    environment = {**os.environ, **canaries, "PORT": str(port), "INSTANCE_PATH": "/dev/null/nowhere",
                   "DATABASE_URL": url.replace("postgres@", f"postgres:{CANARY.format('database')}@"),
                   "WEB_METRICS_PORT": str(metrics), "WORKER_METRICS_PORT": str(worker_metrics)}
    log, said = tmp_path / "log", list[str]()
    with log.open("wb") as out:
        running = [subprocess.Popen([sys.executable, *WAYS[way]], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
                   for way in ("serve", "worker")]
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/ready", running, log)
        for path in ("/", "/health", "/ready", "/t/demo/", "/t/demo/submit", "/t/demo/staff/sign-in", "/t/demo/none", "/console",
                     "/t/demo/?__debugger__=yes&cmd=resource&f=debugger.js", "/.env", "/t/demo/static/../../app/config.py"):
            said.append(told(address + path))
        said.append(told(address + "/t/demo/submit", b"x=1"))
        until_told = time.monotonic() + 30
        while time.monotonic() < until_told and "yikou_worker" not in told(f"http://127.0.0.1:{worker_metrics}/metrics"):
            time.sleep(0.2)
        said += [told(f"http://127.0.0.1:{one}/metrics") for one in (metrics, worker_metrics)]
        rename(url, "gone")
        said += [told(f"{address}/t/demo/"), told(f"{address}/ready")]
        assert "503" in said[-1].splitlines()[0]
        rename(url, "back")
    finally:
        for one in running:
            one.terminate()
        ends = [one.wait(30) for one in running]
        copies.drop(url)
    assert ends == [0, 0]
    shell = [subprocess.run([sys.executable, "-m", "flask", "--app", "app", *words], cwd=ROOT, env=environment, check=False,
                            capture_output=True, text=True) for words in (["ready"], ["routes"], ["office", "list"])]
    said += [one.stdout + one.stderr for one in shell] + [log.read_text(encoding="utf-8")]
    assert len(said) > 15 and all(len(one) > 2 for one in said)
    for text in said:
        assert "canary-" not in text, text[max(0, text.find("canary-") - 200):][:400]


def told(address: str, data: bytes | None = None) -> str:
    """Status, headers and body."""
    try:
        with urllib.request.urlopen(address, data, timeout=20) as answer:
            return f"{answer.status}\n{answer.headers}\n{answer.read().decode('utf-8', 'replace')}"
    except urllib.error.HTTPError as error:
        return f"{error.code}\n{error.headers}\n{error.read().decode('utf-8', 'replace')}"
    except OSError as error:
        return f"0\n{error}"


def rename(url: str, state: str) -> None:
    """Take the database away under the running processes, and give it back."""
    import psycopg

    server, _slash, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if state == "gone":
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        else:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]


ASKED = [*(f'setting("{name}")' for name in (*NAMES, "SECRET_KEY", "password_hash", "PATH")), "os.environ", "config",
         "SECRET_KEY", "settings", "current_app", "env", 'get value(setting, "x")', "user.password_hash", "token_hash"]


def test_42_a_model_reads_no_secret(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that the host lends to diagrams and tables."""
    from app import feel
    from app.cases import deciding
    from app.kernel import database
    from app.kernel.commands import SYSTEM
    from app.kernel.unit_of_work import UnitOfWork

    for name in NAMES:
        monkeypatch.setenv(name, CANARY.format(name.lower()))
    with database.current().write(office.tenant_id) as session:
        functions = deciding.functions(UnitOfWork(session, office.tenant_id, SYSTEM))
        found = {one: feel.compile_expression(one).evaluate({}, now=office.clock.now(), functions=functions).value
                 for one in ASKED}
    assert len(found) > 30 and {one: value for one, value in found.items() if value is not None} == {}


def test_42_what_a_case_lends_to_its_models_is_no_secret(office: Office) -> None:
    from app.engine.model import ProcessInstance

    office.submit()
    office.work()
    for row in office.rows(ProcessInstance):
        assert office.token.encode() not in bytes(row.state)
        found = {name for name in re.findall(r'"(\w+)":', bytes(row.state).decode("utf-8", "replace")) if SOUNDS_SECRET.search(name)}
        assert found == set()


def test_42_commands_hide_their_secrets_when_they_are_printed() -> None:
    for module in pkgutil.walk_packages(product.__path__, "app."):
        importlib.import_module(module.name)
    kinds, todo = list[type[Command]](), [Command]
    while todo:
        todo += (below := todo.pop().__subclasses__())
        kinds += below
    secret = [(kind, one) for kind in kinds for one in dataclasses.fields(kind)
              if re.search(r"password|secret|(^|_)token$|^code$", one.name) and one.type in ("str", "str | None")]
    shown = [f"{kind.__name__}.{one.name}" for kind, one in secret if "password" in one.name and one.repr]
    assert len(secret) > 5 and shown == []


def test_42_every_python_package_is_pinned_and_installed_as_pinned() -> None:
    direct = sbom.requirements("requirements.txt", "requirements-dev.txt")
    assert len(direct) > 20 and all(re.fullmatch(r"==[\w.]+", str(one.specifier)) for one in direct)
    lines = [line for line in pins.FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    pinned = dict(line.split("==") for line in lines)
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = sbom.needed("requirements.txt", "requirements-dev.txt")
    assert {name: metadata.version(name) for name in needed} == {name: pinned.get(name) for name in needed}
    assert {canonicalize_name(one.name): str(one.specifier)[2:] for one in direct}.items() <= pinned.items()


def test_42_every_package_of_the_browser_is_locked_to_its_bytes() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: one for path, one in lock["packages"].items() if path}
    assert len(packages) > 30
    for path, one in packages.items():
        assert one["integrity"].startswith("sha512-") and not one.get("link"), path
        assert one.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"), path
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert '"ci", "--ignore-scripts"' in (ROOT / "scripts" / "build_frontend.py").read_text(encoding="utf-8")


def test_42_the_bill_of_materials_is_valid_complete_and_repeatable(tmp_path: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        subprocess.run([sys.executable, "scripts/sbom.py", str(file)], cwd=ROOT, check=True, capture_output=True)
    one, two = (file.read_text(encoding="utf-8") for file in files)
    assert one == two
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(one) is None
    bill = json.loads(one)
    named = {canonicalize_name(part["name"]): part["version"] for part in bill["components"] if "npm" not in part.get("purl", "")}
    assert named == {name: metadata.version(name) for name in sbom.needed("requirements.txt")}
    assert {"flask", "werkzeug", "lxml", "spiffworkflow"} <= set(named) and "pytest" not in named
    bundled = {part["name"] for part in bill["components"] if "npm" in part.get("purl", "")}
    assert {"bpmn-js", "diagram-js", "@codemirror/view"} <= bundled and "esbuild" not in bundled
    assert not re.search(r"/(work|home|root|tmp)/", one), "no path of the machine that made it"
    references = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {ref for part in bill["dependencies"] for ref in (part["ref"], *part.get("dependsOn", ()))} <= references
