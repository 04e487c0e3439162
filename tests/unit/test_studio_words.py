"""The diagram editor in Chinese: no text of a bundled package is without its translation, and none lost a placeholder."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.engine import lacking
from app.studio import surveying
from scripts import build_frontend
from tests.journeys.server import ROOT

STUDIO = ROOT / "static" / "src" / "studio"
CALLED = re.compile(r"\b_?(?:translate|say)\(\s*(?:[^;`\n]{0,80}?\?\s*)?('(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`[^`$]*`)"
                    r"(?:\s*:\s*('(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"))?")
NAMED = re.compile(r"\b(?:label|name|title): ('(?:[^'\\\n]|\\.)*')")
VALUE = re.compile(r"^\s+'[\w-]+': ('(?:[^'\\\n]|\\.)*')", re.MULTILINE)
LISTS = {
    "bpmn-js/lib/features/popup-menu/PopupEntries.js": NAMED,
    "bpmn-js/lib/features/replace/ReplaceOptions.js": NAMED,
    "camunda-bpmn-js/lib/base/features/create-append-groups/options.js": VALUE,
    "camunda-bpmn-js/lib/base/features/create-append-groups/groupMenuEntries.js": NAMED,
    "camunda-bpmn-js/lib/base/features/create-append-groups/groupTemplates.js": NAMED,
    "camunda-bpmn-js/lib/base/features/element-descriptions/descriptions.js": VALUE,
}
"""Modules whose texts are translated where they are used."""
REPORTS = re.compile(r"(HELLO|element|failed to|no |missing|multiple|diagram not|correcting|already|more than|flow elements|out of)\b")
"""An example in a comment, and the importer's messages to developers are in the community's dictionary as far as they are."""


def _node(*words: str) -> str:
    run, _npm = build_frontend.node()
    return subprocess.run([*run, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@cache
def chinese() -> dict[str, str]:
    """All three dictionaries, as the editor puts them together."""
    if not build_frontend.MODULES.is_dir():
        pytest.skip("the front-end packages are not installed")
    built = subprocess.run([*build_frontend._esbuild(build_frontend.node()[0]), str(STUDIO / "bpmn_words.js"), "--bundle",
                            "--format=cjs", "--log-level=error"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = json.loads(_node("-e", built + "\nconsole.log(JSON.stringify(module.exports.chinese))"))
    return found


def _bundled(folder: Path) -> list[Path]:
    """Every file that comes into the bundle."""
    meta = folder / "meta.json"
    subprocess.run([*build_frontend._esbuild(build_frontend.node()[0]), str(STUDIO / "bpmn.js"), "--bundle", "--format=esm",
                    "--log-level=error", f"--metafile={meta}", f"--outfile={folder / 'out.js'}"], cwd=ROOT, check=True)
    return [ROOT / name for name in json.loads(meta.read_text())["inputs"]]


def _read(literal: str) -> str:
    return literal[1:-1] if literal.startswith("`") else str(ast.literal_eval(literal))


def _keys(file: Path) -> set[str]:
    text = file.read_text(encoding="utf-8")
    forms = [CALLED, *(form for name, form in LISTS.items() if file.as_posix().endswith(name))]
    found = {_read(part) for form in forms for match in form.finditer(text) for part in match.groups() if part}
    return {key for key in found if re.search("[A-Za-z]", key) and " + " not in key}


def test_every_text_of_the_bundled_packages_is_said_in_chinese(tmp_path: Path) -> None:
    known = chinese()
    files = _bundled(tmp_path)
    keys = {key: file.relative_to(ROOT) for file in files for key in _keys(file)}
    assert len(keys) > 550 and {"Task", "Open pop-up editor", "Starts the process on a defined timer", "Handling"} <= set(keys)
    for name in LISTS:
        assert any(file.as_posix().endswith(name) for file in files), name
    missing = {key: str(file) for key, file in keys.items() if key not in known and not REPORTS.match(key)}
    assert not missing, missing


def test_what_is_filled_in_stays_in_the_chinese_text() -> None:
    for key, text in chinese().items():
        lost = set(re.findall(r"{\w+}", key)) ^ set(re.findall(r"{\w+}", text))
        assert not lost, (key, text)
        assert text.strip(), key


def test_our_own_words_are_all_used_and_all_there() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in STUDIO.glob("bpmn*.js") if "words" not in path.name)
    own = (STUDIO / "bpmn_words_own.js").read_text(encoding="utf-8")
    words = {json.loads(key) for key in re.findall(r'^  ("(?:[^"\\]|\\.)*"): ', own, re.MULTILINE)}
    quoted = {one[1:-1] for one in re.findall(r'"(?:[^"\\\n]|\\.)*"', sources)}
    assert not {word for word in words if word not in quoted and "Simulation" not in word} - {"Could not load configurations"}


LABELS = {
    "FORM": ("Handling", "Form"), "GROUP": ("Handling", "Who does it"), "JOB": ("Work of the system", "What is done"),
    "SCRIPT": ("Script", "FEEL expression", "Result variable"), "DECISION": ("Called decision", "Decision", "Result variable"),
    "PROCESS": ("Called process", "Process"), "LIST": ("Multi-instance", "Input collection"),
    "COLLECTED": ("Output collection", "Output element"), "ACTIVE": ("Active elements", "Active elements collection"),
    "CLOCK": ("Clocks",), "KEY": ("Message", "Subscription correlation key"), "TIMER": ("Timer", "By a clock"),
    "MESSAGE": ("Message",), "SIGNAL": ("Signal",), "ERROR": ("Error",), "ESCALATION": ("Escalation",), "LINK": ("Link",),
    "CONDITION": ("Condition",),
}


def test_what_the_checks_miss_is_named_as_the_panel_calls_it() -> None:
    with (ROOT / "app/translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        told = {one.id: one.string for one in read_po(file)}
    assert set(LABELS) == {name for name in vars(lacking) if name.isupper()}
    for name, labels in LABELS.items():
        text = getattr(lacking, name)
        for label in labels:
            assert label in text, (name, label)
            assert f"“{chinese()[label]}”" in told[text], (name, label)


def test_what_the_work_of_the_system_is_given_has_words() -> None:
    parts = (STUDIO / "bpmn_options.js").read_text(encoding="utf-8").split("const PARTS = {")[1].split("};")[0]
    words = dict(re.findall(r'(\w+): "([^"]+)"', parts))
    used = surveying.survey(path.read_bytes() for path in sorted(ROOT.glob("processes/base/*/*.bpmn"))).connectors
    given = {name for one in used.values() for name in (*one.headers, *one.inputs)}
    assert given - set(words) == set() and {one for one in words.values() if one not in chinese()} == set()
