"""Walk-throughs: a draft or a version played step by step with the office's real definitions, and kept as scenarios."""

from app.studio.walks.diagrams import Source
from app.studio.walks.scenario_text import told

__all__ = ["Source", "told"]
