"""Whatever setting code, diagrams or tables read can be set on the page of settings."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

from app.tenancy import settings

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'setting\(\s*(?:&quot;|")([\w.]+)(?:&quot;|")')


def read_by_code() -> set[str]:
    """Names in calls of `settings.value(session, name)`, constants looked up in their module."""
    found: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "settings.value" and len(node.args) > 1:
                name = node.args[1]
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
                elif isinstance(name, ast.Name) and hasattr(importlib.import_module(module), name.id):
                    found.add(getattr(importlib.import_module(module), name.id))
    return found


def read_by_definitions() -> set[str]:
    """Names in calls of the function `setting` in definition files."""
    files = [path for folder in ("processes", "rules", "forms") for path in (ROOT / folder).rglob("*.*")]
    return {name for path in files for name in READ.findall(path.read_text(encoding="utf-8"))}


def test_every_setting_that_is_read_has_its_row_on_the_page() -> None:
    known = {one.name.partition(".")[0] for one in settings.REGISTRY}
    read = read_by_code() | read_by_definitions()
    assert {"case_process", "suggestion_fewest_cases", "attachment_quotas"} <= read
    assert not read - known
