"""Yikou: one window for every request of a community; the machine that runs processes, tables and forms."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from app import config, extensions

ROOMS = ("kernel", "tenancy", "tenancy.attachments", "tenancy.search", "tenancy.show", "auth", "catalog", "dmn",
         "engine", "forms", "deadlines", "cases", "cases.publishing", "cases.commitments", "cases.moving",
         "cases.starts", "supervision", "demand", "rules", "knowledge", "knowledge.notices", "insight", "notifications",
         "notifications.profiles", "offices", "backups", "retention", "studio", "studio.packages", "studio.walks")
"""Rooms below the edges, from the ground up."""

PARTS = ("model", "models", "store", "handlers", "subscribers", "definitions")
"""Modules of a room that are imported at the start: tables, handlers, reactions, kinds of definitions."""

EDGES = ("web", "api", "cli")


def create_app(given: Mapping[str, Any] | None = None) -> Flask:
    """The application. `given` overrides the environment; ConfigurationError when production lacks something."""
    settings = config.settings(given)
    app = Flask(__name__, instance_path=settings["INSTANCE_PATH"], template_folder="web/templates",
                static_folder=str(config.ROOT / "static"))
    app.config.update(settings)
    assemble()
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(config.ROOT / "migrations"))
    _install_stores(app)
    for edge in EDGES:
        if importlib.util.find_spec(f"app.{edge}") is not None:
            install = getattr(importlib.import_module(f"app.{edge}"), "install", None)
            if install is not None:
                install(app)
    return app


def assemble() -> None:
    """Import what rooms offer at the start, so that every handler, event, subscriber and kind is known."""
    from app.kernel import bus

    for room in ROOMS:
        for part in PARTS:
            name = f"app.{room}.{part}"
            if importlib.util.find_spec(f"app.{room}") is None or importlib.util.find_spec(name) is None:
                continue
            register = getattr(importlib.import_module(name), "register", None)
            if register is not None:
                register()
    bus.check_subscriptions()


def _install_stores(app: Flask) -> None:
    """Rows, files and channels: what rooms take as installed."""
    from app import backups, notifications, offices
    from app.kernel import blob_rows, blobs, database
    from app.tenancy import attachments

    kept, instance = app.config.get("ATTACHMENTS_PATH"), Path(app.config["INSTANCE_PATH"])
    folder = blobs.FolderStore(Path(kept or instance / "attachments"))
    shared = not str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite:")
    blobs.install(blob_rows.RowStore(before=folder) if shared and not kept else folder)
    backups.erasures.configure(folder.root / "erased.jsonl")
    try:
        attachments.configure(app.config)
    except ValueError as error:
        raise config.ConfigurationError(str(error)) from error
    exports = app.config.get("EXPORTS_PATH") or (None if shared else instance / "exports")
    offices.archives.configure(Path(exports) if exports else None)
    notifications.configure(app.config)
    notifications.links.configure(app.config)

    with app.app_context():
        database.install(database.Database(extensions.db.engine))
