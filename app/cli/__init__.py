"""Commands of the shell: `flask worker | catalog | demo | knowledge | office | decide | feel | rehearse`. They only
translate."""

from __future__ import annotations

import importlib

from flask import Flask


def install(app: Flask) -> None:
    """Add the commands to the app."""
    from app.cli.catalog import catalog_cli
    from app.cli.deciding import decide, feel
    from app.cli.demo.commands import demo_cli
    from app.cli.instances import instance_cli
    from app.cli.knowledge import knowledge_cli
    from app.cli.office import office_cli
    from app.cli.rehearsing import rehearse
    from app.cli.worker import worker

    importlib.import_module("app.cli.moving")  # more commands of `instance`
    for command in (worker, knowledge_cli, catalog_cli, office_cli, instance_cli, demo_cli, decide, feel, rehearse):
        app.cli.add_command(command)
