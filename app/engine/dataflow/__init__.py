"""Who writes and who reads the variables of a diagram: told without running it, for the linter and for people."""

from app.engine.dataflow.finding import Missing, missing
from app.engine.dataflow.known import Known, Origin, entries, known_at
from app.engine.dataflow.neighbours import Office
from app.engine.dataflow.table import Place, Variable, variables
from app.engine.dataflow.told import (
           given_at_start,
           given_by_job,
           given_by_message,
           reads_decisions,
           reads_forms,
           tells_types,
)

__all__ = ["Known", "Missing", "Office", "Origin", "Place", "Variable", "entries", "given_at_start", "given_by_job",
           "given_by_message", "known_at", "missing", "reads_decisions", "reads_forms", "tells_types", "variables"]
