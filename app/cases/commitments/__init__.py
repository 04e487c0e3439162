"""Service commitments (服务承诺): what was promised for a case, signed into it, and what became of it.

Other rooms use `from app.cases import commitments`.
"""

from app.cases.commitments.giving import WORDINGS
from app.cases.commitments.model import ENDS, PROMISE, SUPERSEDED, Commitment
from app.cases.commitments.offered import Offer, offers
from app.cases.commitments.queries import CommitmentView, Sums, of_case, sums

__all__ = ["ENDS", "PROMISE", "SUPERSEDED", "WORDINGS", "Commitment", "CommitmentView", "Offer", "Sums",
           "of_case", "offers", "sums"]
