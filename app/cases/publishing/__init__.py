"""Closed cases that their residents let the office show, told anew by an editor: summary, approval, withdrawal.

Other rooms use `from app.cases import publishing`.
"""

from app.cases.publishing.commands import AgreeToPublish, DecideSummary, SaveSummary
from app.cases.publishing.model import PublicCase
from app.cases.publishing.queries import Figures, PublicRow, WaitingRow, agreed, figures, published, summary, waiting

__all__ = [
    "AgreeToPublish", "DecideSummary", "Figures", "PublicCase", "PublicRow", "SaveSummary", "WaitingRow", "agreed",
    "figures", "published", "summary", "waiting",
]
