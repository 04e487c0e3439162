"""A changed decision table asked again about past cases, before it is published: what would have been different.

Other rooms use `from app.cases import backtest`.
"""

from app.cases.backtest.queries import compare
from app.cases.backtest.views import Backtest, Group, Sample, Shift, Trouble, document

__all__ = ["Backtest", "Group", "Sample", "Shift", "Trouble", "compare", "document"]
