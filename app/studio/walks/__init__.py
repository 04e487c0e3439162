"""Walk-throughs: a draft or a version played step by step with the office's real definitions, and kept as scenarios."""

from app.studio.walks.commands import BeginWalk, CopyWalk, GoBack, RemoveScenario, RemoveWalk, SaveScenario, TakeStep
from app.studio.walks.diagrams import Source, source
from app.studio.walks.queries import (
    Line,
    Told,
    Tried,
    begin_of,
    deeds_of,
    lines,
    own_text,
    played,
    scenarios,
    tried,
    walk,
)

__all__ = ["BeginWalk", "CopyWalk", "GoBack", "Line", "RemoveScenario", "RemoveWalk", "SaveScenario", "Source",
           "TakeStep", "Told", "Tried", "begin_of", "deeds_of", "lines", "own_text", "played", "scenarios", "source",
           "tried", "walk"]
