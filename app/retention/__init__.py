"""How long things are kept: the table `retention` says it, batches at night do it, the trail tells of each."""

from app.retention.hours import inside
from app.retention.kinds import KINDS
from app.retention.looking import Look, look
from app.retention.policy import DECISION

__all__ = ["DECISION", "KINDS", "Look", "inside", "look"]
