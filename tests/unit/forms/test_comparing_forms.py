"""What differs between two forms, and both on one page."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app import forms
from app.kernel.differing import Detail
from app.kernel.errors import DefinitionError

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(ROOT.glob("forms/base/*.form"))
HANDLE = (ROOT / "forms/base/handle.form").read_bytes()
Form = dict[str, Any]


def edited(edit: Callable[[Form], None], data: bytes = HANDLE) -> bytes:
    form = json.loads(data)
    edit(form)
    return json.dumps(form, ensure_ascii=False).encode()


def test_labels_rules_and_choices() -> None:
    radio = next(one["id"] for one in json.loads(HANDLE)["components"] if len(one.get("values", [])) > 2)

    def edit(form: Form) -> None:
        one = next(one for one in form["components"] if one["id"] == radio)
        one["label"] = "怎么办"
        one["values"][0]["label"] = "别的"
        one["values"].append(one["values"].pop(1))
        one.setdefault("validate", {})["required"] = False

    (change,) = forms.compare(HANDLE, edited(edit))
    found = {detail.path: (detail.before, detail.after) for detail in change.details}
    assert (change.id, change.kind, change.name_zh, change.moved) == (radio, "changed", "怎么办", False)
    assert found["label"][1] == "怎么办" and found["validate/required"][1] == "false" and "values order" in found
    assert sum(path.startswith("values ") for path in found) == 2


def test_added_removed_moved_and_into_a_group() -> None:
    def edit(form: Form) -> None:
        parts = form["components"]
        gone = parts.pop(2)
        parts.append(parts.pop(0))
        parts.append({"type": "group", "id": "around", "label": "组", "components": [parts.pop(1)]})
        assert gone["id"] != parts[0]["id"]

    before = [one["id"] for one in json.loads(HANDLE)["components"]]
    kinds = {one.id: one.kind for one in forms.compare(HANDLE, edited(edit))}
    assert kinds == {before[2]: "removed", before[0]: "moved", before[3]: "moved", "around": "added"}


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(DefinitionError):
        forms.compare(HANDLE, b"{")
    assert forms.compare(HANDLE, b"[]") and forms.compare(b'{"components": 3}', b'{"components": [1, {}]}')


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_random_edits_are_found_and_nothing_else(path: Path) -> None:
    data = path.read_bytes()
    assert forms.compare(data, json.dumps(json.loads(data), indent=3).encode()) == ()
    for seed in range(5):
        dice, expected = random.Random(f"{path.stem} {seed}"), dict[str, str]()  # noqa: S311  a play
        form = json.loads(data)
        parts = form["components"]
        for number, one in enumerate(list(parts)):
            act = dice.choice(("label", "remove", "", "", "rule"))
            if act == "label":
                one["label"] = f"新 {number}"
            elif act == "rule":
                one["odd"] = {"deep": number}
            elif act == "remove":
                parts.remove(one)
            if act:
                expected[one["id"]] = "removed" if act == "remove" else "changed"
        def within(one: Any) -> list[str]:
            return [inner["id"] for child in one.get("components", []) for inner in (child, *_all(child))]

        for name in [name for name, kind in expected.items() if kind == "removed"]:
            whole = next(one for one in json.loads(data)["components"] if one["id"] == name)
            expected |= dict.fromkeys(within(whole), "removed")
        parts.insert(dice.randint(0, len(parts)), {"type": "text", "id": "new_one", "text": "新"})
        expected["new_one"] = "added"
        found = {one.id: one.kind for one in forms.compare(data, json.dumps(form).encode())}
        assert found == expected, seed


def _all(one: Any) -> list[Any]:
    return [inner for child in one.get("components", []) for inner in (child, *_all(child))]


def test_two_forms_on_one_page_share_no_id() -> None:
    after = edited(lambda form: form["components"][1].update(label="别的"))
    marks = {one.id: one.kind for one in forms.compare(HANDLE, after)}
    how: Any = {"locale": "zh", "now": datetime(2026, 3, 2, tzinfo=UTC), "marks": marks}
    old, new = (forms.beside(forms.render(forms.load(data, "f"), {}, None, **how), word)
                for data, word in ((HANDLE, "old"), (after, "new")))
    ids = [[one.attributes["id"] for one in side.fields() if "id" in one.attributes] for side in (old, new)]
    assert ids[0] and not set(ids[0]) & set(ids[1]) and all(one.startswith("old-") for one in ids[0])
    assert [one.mark for one in new.fields() if one.mark] == ["changed"]
    assert Detail("label", json.loads(HANDLE)["components"][1].get("label", ""), "别的") in forms.compare(
        HANDLE, after)[0].details
