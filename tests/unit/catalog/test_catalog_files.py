"""Definition files without a database: what is found, checked and refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import catalog
from tests.unit.catalog.samples import put, toy, use_toys


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    back = use_toys()
    yield
    back()


def test_the_files_of_a_folder_are_found_and_others_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "one")
    (tmp_path / "toys/base/one/scenarios.yaml").write_text("- any: thing")
    put(tmp_path, "two", folder="tenants/river")
    drafts, problems = catalog.scan(tmp_path)
    assert [(d.kind, d.key, d.file) for d in drafts] == [("toy", "one", "toys/base/one/one.toy")]
    assert problems == []
    assert [d.key for d in catalog.scan(tmp_path, "tenants/river")[0]] == ["two"]


def test_checking_sees_base_and_offices_together(tmp_path: Path) -> None:
    put(tmp_path, "one", "needs:two")
    put(tmp_path, "two", "needs:one")
    put(tmp_path, "three", "needs:one", folder="tenants/river")
    assert catalog.check(tmp_path) == []
    put(tmp_path, "four", "needs:three")
    put(tmp_path, "five", "needs:four", "bad:1", folder="tenants/hill")
    found = [(p.place(), p.text()) for p in catalog.check(tmp_path)]
    assert found == [("toys/base/four/four.toy:2", "three is missing"),
                     ("toys/tenants/hill/five/five.toy:2 it", "it says bad")]


def test_security_40_a_reader_that_fails_is_a_problem_with_a_place(tmp_path: Path) -> None:
    for name, data in (("a", b"boom"), ("b", b"no colon"), ("c", b"\xff"), ("d", b"")):
        path = put(tmp_path, name)
        path.write_bytes(data)
    problems = catalog.check(tmp_path)
    assert {p.file for p in problems} == {f"toys/base/{n}/{n}.toy" for n in "abcd"}
    assert all(p.line == 1 and p.severity == "error" for p in problems)


def test_a_file_stands_where_its_key_says(tmp_path: Path) -> None:
    put(tmp_path, "one").write_bytes(toy("other"))
    (problem,) = catalog.check(tmp_path)
    assert problem.code == "file_name"
    assert "toys/base/other/other.toy" in problem.text()


def test_a_file_outside_the_project_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toy"
    outside.write_bytes(toy("one"))
    root = tmp_path / "root"
    (root / "toys/base/one").mkdir(parents=True)
    (root / "toys/base/one/one.toy").symlink_to(outside)
    (problem,) = catalog.check(root)
    assert problem.code == "file"


def test_security_08_a_large_file_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "one", "x:" + "y" * 2000)
    (problem,) = catalog.check(tmp_path)
    assert problem.code == "too_large"


@pytest.mark.parametrize("key", ["../../etc/x", "a/b", "a.b", "", "é", "a b", "a" * 101])
def test_keys_that_could_leave_the_folder_are_refused(tmp_path: Path, key: str) -> None:
    put(tmp_path, "one").write_bytes(toy(key))
    assert {"key", "file_name"} & {p.code for p in catalog.check(tmp_path)}
