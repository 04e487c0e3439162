"""Who writes and who reads the variables of a diagram: told without running it, for the linter and for people."""

from app.engine.dataflow.finding import Missing, missing
from app.engine.dataflow.neighbours import Office
from app.engine.dataflow.table import Place, Variable, variables
from app.engine.dataflow.told import given_at_start, given_by_job, given_by_message, reads_decisions, reads_forms

__all__ = ["Missing", "Office", "Place", "Variable", "given_at_start", "given_by_job", "given_by_message", "missing",
           "reads_decisions", "reads_forms", "variables"]
