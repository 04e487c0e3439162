"""The rules of the house, each a short test over the syntax trees of app/."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
FLOORS = [
    {"kernel"}, {"catalog", "dmn", "feel", "auth", "tenancy"}, {"engine", "forms", "deadlines"}, {"cases"},
    {"supervision", "demand", "rules", "notifications", "knowledge", "insight", "offices", "backups", "retention",
     "studio"}, {"web", "api", "cli", "workers"},
]
TOP = {"__init__", "config", "extensions"}
DOORS = {"commands", "events", "queries", "errors", "model"}
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}


def floor_of(room: str) -> int:
    return next((i for i, rooms in enumerate(FLOORS) if room in rooms), 5)


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(APP.rglob("*.py"))}


def room_of(path: Path) -> str:
    part = path.relative_to(APP).parts[0]
    return part.removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield (f"{node.module}.{alias.name}", node.lineno)


def faults(check: object) -> list[str]:
    found = []
    for path, tree in sources().items():
        for line, text in check(path, tree):  # type: ignore[operator]
            found.append(f"{path.relative_to(ROOT)}:{line} {text}")
    return found


def test_there_is_something_to_check() -> None:
    assert len(sources()) > 20
    assert {room_of(p) for p in sources()} - TOP <= set().union(*FLOORS)


def test_arrows_go_down() -> None:
    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        room = room_of(path)
        if room in TOP:
            return
        for name, line in imports(tree):
            parts = name.split(".")
            if parts[0] == "app" and len(parts) > 1 and parts[1] not in TOP and floor_of(parts[1]) > floor_of(room):
                yield line, f"{room} may not import {name}"

    assert faults(check) == []


def test_only_the_edges_and_the_assembly_know_flask() -> None:
    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        if room_of(path) in TOP or floor_of(room_of(path)) == 5:
            return
        for name, line in imports(tree):
            if re.match(r"(flask|werkzeug|flask_\w+)(\.|$)", name):
                yield line, name

    assert faults(check) == []


def test_one_room_imports_the_engine_library() -> None:
    assert faults(lambda path, tree: (
        (line, name) for name, line in imports(tree)
        if name.startswith("SpiffWorkflow") and room_of(path) != "engine")) == []


def test_nothing_waits_for_the_database_inside_a_cached_property() -> None:
    """Python 3.11 keeps one lock for all instances of a class: who asks the database there can lock everybody out."""
    users = {path.relative_to(APP).as_posix() for path in APP.rglob("*.py") if "cached_property" in path.read_text("utf-8")
             and "import cached_property" in path.read_text("utf-8")}
    assert users == {"rules/rulesets.py"}, "sums over what is in memory only"


def test_one_file_commits() -> None:
    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        if path == APP / "kernel" / "unit_of_work.py":
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "begin"} and not (
                    isinstance(node.value, ast.Name) and node.value.id == "sessions"):
                yield node.lineno, f".{node.attr}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(
                    r"\s*(COMMIT|BEGIN)\b", node.value) and path != APP / "kernel" / "database.py":
                yield node.lineno, node.value[:20]
            if isinstance(node, ast.keyword) and node.arg == "isolation_level" and path != APP / "kernel" / "database.py":
                yield node.lineno, "isolation_level"

    assert faults(check) == []


def test_one_clock() -> None:
    names = {"now", "utcnow", "today", "fromtimestamp"}

    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        if path == APP / "kernel" / "clock.py":
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = node.value.id
                if owner in {"datetime", "date"} and node.attr in names - {"fromtimestamp"}:
                    yield node.lineno, f"{owner}.{node.attr}"
                if owner == "time" and node.attr in {"time", "localtime", "gmtime", "time_ns"}:
                    yield node.lineno, f"time.{node.attr}"

    assert faults(check) == []


EVALUATING = {"eval", "exec", "compile", "__import__", "execfile"}
UNSAFE_MEMBERS = {("yaml", "load"), ("yaml", "load_all"), ("yaml", "unsafe_load"), ("yaml", "unsafe_load_all"), ("yaml", "full_load"),
                  ("yaml", "full_load_all"), ("yaml", "Loader"), ("yaml", "FullLoader"), ("yaml", "UnsafeLoader"), ("os", "system"),
                  ("os", "popen"), ("types", "FunctionType"), ("types", "CodeType"), ("ast", "parse")}
UNSAFE_MODULES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "code", "codeop", "timeit",
                  "builtins", "RestrictedPython"}


def evaluating(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Places where text could become code: what is called, and what is only named to be called elsewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in EVALUATING | {"__builtins__"}:
            yield node.lineno, node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in UNSAFE_MEMBERS:
            yield node.lineno, f"{node.value.id}.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg == "shell" and not (isinstance(node.value, ast.Constant) and not node.value.value):
            yield node.value.lineno, "shell="
        if isinstance(node, ast.Constant) and node.value in ("__globals__", "__builtins__", "__subclasses__"):
            yield node.lineno, str(node.value)
    for name, line in imports(tree):
        head, _, member = name.rpartition(".")
        if name.split(".")[0] in UNSAFE_MODULES or (head, member) in UNSAFE_MEMBERS or member == "PythonScriptEngine":
            yield line, name


def test_security_02_nothing_evaluates_python() -> None:
    assert faults(lambda path, tree: evaluating(tree)) == []


@pytest.mark.parametrize("text", [
    "eval('1')", "run = exec", "map(compile, texts)", "__import__('os')", "import pickle", "from pickle import loads", "import builtins",
    "yaml.load(text)", "from yaml import unsafe_load", "yaml.load_all(text, Loader=yaml.Loader)", "os.system('id')",
    "subprocess.run(word, shell=True)", "subprocess.run(word, shell=given)", "getattr(f, '__globals__')", "types.FunctionType(c, {})",
    "from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine", "import cloudpickle as safe", "import marshal, json",
])
def test_security_02_the_check_sees_what_it_should(text: str) -> None:
    assert list(evaluating(ast.parse(text)))


@pytest.mark.parametrize("text", ["re.compile('a')", "kind.compile(data)", "yaml.safe_load(text)", "compile_expression(text)", "subprocess.run(words)",
                                  "def compile(self): pass", "from dataclasses import dataclass", "ast.literal_eval(text)"])
def test_security_02_the_check_leaves_the_rest_alone(text: str) -> None:
    assert list(evaluating(ast.parse(text))) == []


def test_files_stay_small() -> None:
    long = [f"{p.relative_to(ROOT)} {n}" for p in sources() if str(p.relative_to(ROOT)) not in LONG_FILES
            and (n := len(p.read_text(encoding="utf-8").splitlines())) > 300]
    assert long == []


def test_functions_stay_small() -> None:
    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 40 and f"{path.relative_to(ROOT)}:{node.name}" not in LONG_FUNCTIONS:
                    yield node.lineno, f"{node.name} has {length} lines"

    assert faults(check) == []


def test_every_module_says_what_lives_in_it() -> None:
    missing = [str(p.relative_to(ROOT)) for p, tree in sources().items()
               if not ast.get_docstring(tree) and p.read_text(encoding="utf-8").strip()]
    assert missing == []


def test_names_say_what_a_thing_is() -> None:
    bad = re.compile(r"(_service|_manager|^utils|^helpers|^common)$")
    assert [str(p) for p in sources() if bad.search(p.stem)] == []


def test_no_office_is_named_in_code() -> None:
    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        if room_of(path) == "cli":
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in {"demo", "changbai"} and room_of(path) in {
                    "kernel", "engine", "cases", "deadlines", "forms", "catalog", "dmn", "feel"}:
                yield node.lineno, str(node.value)

    assert faults(check) == []


def test_migrations_are_named_and_in_order() -> None:
    files = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    assert files and [f.name[:4] for f in files] == [f"{n:04d}" for n in range(1, len(files) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", f.stem) for f in files)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "constraints.txt"])
def test_every_dependency_is_pinned(name: str) -> None:
    lines = [x.split("#")[0].strip() for x in (ROOT / name).read_text().splitlines()]
    assert [x for x in lines if x and not x.startswith(("-r", "-c constraints.txt")) and "==" not in x] == []


def test_rooms_are_entered_by_their_doors() -> None:
    """Others import a room's package-level names, commands, events or queries, never its insides."""
    doors = {"commands", "events", "queries", "model", "store", "errors", "numbers"}

    def check(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
        room = room_of(path)
        if room in TOP or "replay" in path.parts:  # the replay looks inside to report what was reached
            return
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module or not node.module.startswith("app."):
                continue
            parts = node.module.split(".")
            if parts[1] in {room, "kernel", *TOP} or len(parts) == 2:
                continue
            if parts[2] not in doors:
                yield node.lineno, f"{room} enters {node.module} by the window"

    assert faults(check) == []
