"""A backup that is not whole, was changed or comes from a newer release is refused before anything is touched."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app import backups
from app.kernel.errors import Invalid, NotFound
from tests.integration.play import Office
from tests.integration.test_backup import attach, contents, restored, use_files


@pytest.fixture(autouse=True)
def stores(tmp_path: Path) -> None:
    """Files of this test only."""
    use_files(tmp_path / "files")


@pytest.mark.parametrize("harm", ["cut", "changed", "no_part", "newer", "rows", "not_a_zip", "name"])
def test_a_torn_backup_touches_nothing(office: Office, tmp_path: Path, harm: str, database_kind: str) -> None:
    if database_kind == "postgres":
        pytest.skip("reading a file is the same on both")
    office.submit()
    attach(office)
    source = backups.archives.write(tmp_path / "one.zip").target
    broken = tmp_path / "broken.zip"
    _harm(source, broken, harm)
    before = contents()
    with pytest.raises(Invalid):
        restored(broken, replace=True)
    assert contents() == before
    with pytest.raises(NotFound):
        restored(tmp_path / "nowhere.zip")
    restored_parts = zipfile.ZipFile(source).namelist()
    assert "rows/sign_in_session.jsonl" not in restored_parts and "rows/lease.jsonl" not in restored_parts


def _harm(source: Path, broken: Path, harm: str) -> None:
    if harm in {"cut", "not_a_zip"}:
        broken.write_bytes(source.read_bytes()[: 5_000] if harm == "cut" else b"no backup")
        return
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == backups.archives.MANIFEST:
                manifest = json.loads(data)
                if harm == "newer":
                    manifest["migration"] = "9999"
                if harm == "rows":
                    manifest["tables"][0]["rows"] += 1
                if harm == "name":
                    manifest["tables"][0]["name"] = 'x"; DROP TABLE person; --'
                data = json.dumps(manifest).encode()
            if harm == "changed" and name == "rows/person.jsonl":
                data = data.replace("王女士".encode(), "李先生".encode())
            if harm == "no_part" and name == "rows/person.jsonl":
                continue
            new.writestr(name, data)
