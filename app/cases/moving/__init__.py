"""Running processes go on by another version of their diagram: looked at first, moved in the background, taken back.

Other rooms use `from app.cases import moving`.
"""

from app.cases.moving.commands import (
    FinishMigration,
    ForgetMoves,
    LookAtMigration,
    MigrateCase,
    MoveInstance,
    NoteMoveFailure,
    PauseMigration,
    PlanMigration,
    PlanWayBack,
    ResumeMigration,
    StartMigration,
    StopMigration,
)
from app.cases.moving.grouping import Group, Sample, grouped
from app.cases.moving.model import DONE, LOOKING, PAUSED, PLANNED, RUNNING, STOPPED, MigrationItem, MigrationRun
from app.cases.moving.queries import (
    Place,
    RunView,
    chosen,
    false_verdicts,
    items_waiting,
    look,
    places,
    run_view,
    runs,
    waiting_runs,
)

__all__ = [
    "DONE", "FinishMigration", "ForgetMoves", "Group", "LOOKING", "LookAtMigration", "MigrateCase",
    "MigrationItem", "MigrationRun", "MoveInstance", "NoteMoveFailure", "PAUSED", "PLANNED", "PauseMigration",
    "Place", "PlanMigration", "PlanWayBack", "RUNNING", "ResumeMigration", "RunView", "STOPPED", "Sample",
    "StartMigration", "StopMigration", "chosen", "false_verdicts", "grouped", "items_waiting", "look", "places",
    "run_view", "runs", "waiting_runs",
]
