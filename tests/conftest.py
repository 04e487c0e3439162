"""Fixtures shared by all tests: databases made by the migrations, a seeded demo office, the web client."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from app.kernel import database as kernel_database
from app.kernel.database import Database
from tests.databases import Copies, compiled_once, migrate, require_postgres

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking for garbage in it, and so often, took a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real input that is not part of the project; tests on it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], tuple[Copies, str]]]:
    """(kind, level) -> copies and the URL of the template; level is `schema` or `demo`."""
    made: dict[tuple[str, str], str] = {}
    copies: dict[str, Copies] = {}

    def get(kind: str, level: str) -> tuple[Copies, str]:
        if kind not in copies:
            if kind == "postgres":
                require_postgres()
            copies[kind] = Copies(kind, tmp_path_factory.mktemp("databases"))
        if (kind, level) not in made:
            made[kind, level] = _make(copies[kind], kind, level, get)
        return copies[kind], made[kind, level]

    yield get
    for each in copies.values():
        each.drop_all()


def _make(copies: Copies, kind: str, level: str, get: Callable[[str, str], tuple[Copies, str]]) -> str:
    if level == "schema":
        url = copies.empty()
        migrate(url)
        return url
    from tests.factories import seed_demo

    url = copies.copy(get(kind, "schema")[1])
    seed_demo(url)
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database; a test asks for `database` and runs on both."""
    return str(request.param)


@pytest.fixture
def database(database_kind: str, templates: Any) -> Iterator[Database]:
    """An installed database with the schema of the real migrations and no rows."""
    yield from _installed(templates, database_kind, "schema")


@pytest.fixture
def demo_database(database_kind: str, templates: Any) -> Iterator[Database]:
    """As `database`, with the base definitions published and the demo office seeded."""
    yield from _installed(templates, database_kind, "demo")


def _installed(templates: Any, kind: str, level: str) -> Iterator[Database]:
    copies, template = templates(kind, level)
    url = copies.copy(template)
    engine = create_engine(url)
    compiled_once(engine)
    database = Database(engine)
    kernel_database.install(database)
    yield database
    engine.dispose()
    copies.drop(url)


@pytest.fixture
def tenant(database_kind: str, demo_database: Database, demos: dict[str, Any]) -> Any:
    """The seeded demo office: tenant id, actors by role, unit codes (tests.factories.Demo)."""
    from tests.factories import demo_of

    if database_kind not in demos:
        demos[database_kind] = demo_of(demo_database)
    return replace(demos[database_kind], actors=dict(demos[database_kind].actors))


@pytest.fixture(scope="session")
def demos() -> dict[str, Any]:
    """Database -> the office of its template, which is that of each copy: asking for everybody takes forty questions."""
    return {}


@pytest.fixture
def app(templates: Any, tmp_path: Path) -> Iterator[Any]:
    """The web application on a seeded SQLite copy."""
    yield from _web(templates, "sqlite", tmp_path)


@pytest.fixture
def any_app(database_kind: str, templates: Any, tmp_path: Path) -> Iterator[Any]:
    """As `app`, on each database."""
    yield from _web(templates, database_kind, tmp_path)


def _web(templates: Any, kind: str, folder: Path) -> Iterator[Any]:
    from app import create_app
    from tests.applications import share_what_is_compiled

    share_what_is_compiled()
    copies, template = templates(kind, "demo")
    url = copies.copy(template)
    made = create_app({"DATABASE_URL": url, "TESTING": True, "SECRET_KEY": "test", "INSTANCE_PATH": str(folder)})
    from app.extensions import db

    with made.app_context():
        engine = db.engine
    compiled_once(engine)
    yield made  # outside any context: requests inside one would share its `g`
    engine.dispose()
    copies.drop(url)


@pytest.fixture
def client(app: Any) -> Any:
    """A browser without a session, at the demo office (paths start with /t/demo)."""
    return app.test_client()
