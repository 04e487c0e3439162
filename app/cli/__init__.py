"""Commands of the shell: `flask worker`, `flask catalog`, `flask demo`, `flask knowledge`. Translate, nothing else."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Add the commands to the app."""
    from app.cli.catalog import catalog_cli
    from app.cli.demo.commands import demo_cli
    from app.cli.knowledge import knowledge_cli
    from app.cli.worker import worker

    for command in (worker, knowledge_cli, catalog_cli, demo_cli):
        app.cli.add_command(command)
