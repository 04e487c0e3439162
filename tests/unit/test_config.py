"""A process that could not do its work does not start, and says why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.config import ConfigurationError, settings
from scripts import prerequisites

PRODUCTION = {"YIKOU_ENV": "production", "DATABASE_URL": "sqlite://"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "NOTIFICATION_CHANNEL", "YIKOU_ENV", "DATABASE_URL", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def test_production_needs_a_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        settings({**PRODUCTION, "INSTANCE_PATH": str(tmp_path)})


def test_production_needs_a_way_to_reach_people(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="NOTIFICATION_CHANNEL"):
        settings({**PRODUCTION, "SECRET_KEY": "x" * 40, "INSTANCE_PATH": str(tmp_path)})


def test_a_machine_keeps_its_own_secret_where_only_its_owner_reads(tmp_path: Path) -> None:
    first, second = (settings({"INSTANCE_PATH": str(tmp_path)})["SECRET_KEY"] for _ in range(2))
    assert first == second and len(first) > 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_an_address_given_by_the_environment_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://somebody@host/name")
    found = settings({"INSTANCE_PATH": str(tmp_path)})
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://somebody@host/name"


def test_a_missing_prerequisite_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prerequisites.missing() is None
    monkeypatch.setattr(prerequisites.shutil, "which", lambda _name: None)
    assert "compiler" in str(prerequisites.missing()) and "apt install" in str(prerequisites.missing())
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert "Python 3.11 or 3.12" in str(prerequisites.missing())
