"""Commands of the shell: `flask worker | catalog | demo | knowledge | office | decide | feel | rehearse | ready |
take-over-files | backup | restore | release | retention | insight | message`. They only translate."""

from __future__ import annotations

import importlib

from flask import Flask


def install(app: Flask) -> None:
    """Add the commands to the app."""
    from app.cli.backups import backup, release, restore
    from app.cli.catalog import catalog_cli
    from app.cli.deciding import decide, feel
    from app.cli.demo.commands import demo_cli
    from app.cli.insight import insight_cli
    from app.cli.instances import instance_cli
    from app.cli.knowledge import knowledge_cli
    from app.cli.messages import message_cli
    from app.cli.office import office_cli
    from app.cli.ready import ready, take_over_files
    from app.cli.rehearsing import rehearse
    from app.cli.retention import retention_cli
    from app.cli.settling import stopped as stopped  # adds its commands to those of instance_cli
    from app.cli.worker import worker, worker_ready

    importlib.import_module("app.cli.moving")  # more commands of `instance`
    for command in (worker, worker_ready, knowledge_cli, catalog_cli, office_cli, instance_cli, demo_cli, decide, feel,
                    rehearse, ready, take_over_files, backup, restore, release, retention_cli, insight_cli,
                    message_cli):
        app.cli.add_command(command)
