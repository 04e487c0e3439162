"""`flask catalog`: what an operator reads, and the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_babel import Babel

from app.catalog import handlers  # noqa: F401  registers the commands
from app.cli.catalog import catalog_cli
from app.kernel import database as kernel_database
from app.kernel.database import Database
from app.tenancy.model import Tenant
from tests.unit.catalog.samples import OFFICE, publish, put, use_toys


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    back = use_toys()
    yield
    back()


@pytest.fixture
def run() -> FlaskCliRunner:
    app = Flask(__name__)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    app.cli.add_command(catalog_cli)
    return app.test_cli_runner()


def office(tenant_id: UUID = OFFICE) -> None:
    with kernel_database.current().write(tenant_id) as session:
        session.add(Tenant(tenant_id=tenant_id, slug="river", name_zh="河", name_en="River"))
        session.commit()


def test_check_needs_no_database_and_names_file_line_element(run: FlaskCliRunner, tmp_path: Path) -> None:
    put(tmp_path, "a")
    good = run.invoke(args=["catalog", "check", "--root", str(tmp_path)])
    assert (good.exit_code, good.output.strip()) == (0, "All files are good.")
    put(tmp_path, "b", "bad:1")
    bad = run.invoke(args=["catalog", "check", "--root", str(tmp_path)])
    assert bad.exit_code == 1
    assert "toys/base/b/b.toy:2 it error: it says bad" in bad.output


def test_publish_list_and_export(run: FlaskCliRunner, database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "x:1")
    done = run.invoke(args=["catalog", "publish", "--root", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "published  toy a, version 1" in done.output
    publish("a", "x:2")
    assert "kept       toy a" in run.invoke(args=["catalog", "publish", "--root", str(tmp_path)]).output
    listed = run.invoke(args=["catalog", "list"]).output.split()
    assert listed[:3] == ["toy", "a", "2"]
    exported = run.invoke(args=["catalog", "export", str(tmp_path / "out")])
    assert exported.output.strip() == "toys/base/a/a.toy"
    put(tmp_path, "b", "bad:1")
    bad = run.invoke(args=["catalog", "publish", "--root", str(tmp_path)])
    assert bad.exit_code == 1
    assert "b.toy:2 it error: it says bad" in bad.output
    assert "Nothing was published." in bad.output


def test_an_office_has_its_own_folder(run: FlaskCliRunner, database: Database, tmp_path: Path) -> None:
    office()
    put(tmp_path, "a", "x:1")
    put(tmp_path, "a", "x:own", folder="tenants/river")
    run.invoke(args=["catalog", "publish", "--root", str(tmp_path)])
    done = run.invoke(args=["catalog", "publish", "--root", str(tmp_path), "--tenant", "river"])
    assert done.exit_code == 0, done.output
    assert run.invoke(args=["catalog", "list", "--tenant", "river"]).output.split()[-1] == "own"
    publish("a", "x:2")
    assert "drift      toy a" in run.invoke(
        args=["catalog", "publish", "--root", str(tmp_path), "--tenant", "river"]).output
    assert run.invoke(args=["catalog", "list", "--tenant", "nowhere"]).exit_code == 1


def test_reload_goes_on_with_the_other_folders(run: FlaskCliRunner, database: Database, tmp_path: Path) -> None:
    office()
    put(tmp_path, "a", "bad:1")
    put(tmp_path, "b", "x:own", folder="tenants/river")
    bad = run.invoke(args=["catalog", "reload", "--root", str(tmp_path)])
    assert bad.exit_code == 1 and "a.toy:2 it error: it says bad" in bad.output
    assert "published  toy b, version 1" in bad.output
    put(tmp_path, "a", "x:1")
    good = run.invoke(args=["catalog", "reload", "--root", str(tmp_path)])
    assert good.exit_code == 0 and "published  toy a, version 1" in good.output


def test_profile_prints_the_table(run: FlaskCliRunner) -> None:
    told = run.invoke(args=["catalog", "profile"])
    assert told.exit_code == 0 and told.output.startswith("# What diagrams may contain")
    assert "| Complex gateway | `complexGateway` |  | refused | Complex gateways are not supported" in told.output
    assert "| Ad-hoc subprocess | `adHocSubProcess` |  | runs |" in told.output
