"""Checks of decision tables before they are published: rows against rows, rows against the whole input space.

Nothing of this is done when a file is loaded or asked. `analysed` finds, `reported` says it with its place.
"""

from app.dmn.analysis.findings import Finding
from app.dmn.analysis.running import analysed
from app.dmn.analysis.saying import reported

__all__ = ["Finding", "analysed", "reported"]
