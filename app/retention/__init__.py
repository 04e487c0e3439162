"""How long things are kept: the table `retention` says it, batches at night do it, the trail tells of each."""

from app.retention.hours import inside
from app.retention.kinds import KINDS
from app.retention.looking import Look, look

__all__ = ["KINDS", "Look", "inside", "look"]
