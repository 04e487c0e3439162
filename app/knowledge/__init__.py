"""What the office offers and knows: service catalogue, knowledge items, search, suggestion of a service for a text."""

from app.knowledge import placing
from app.knowledge.suggesting import Suggestion, suggest
from app.knowledge.training import retrain

__all__ = ["Suggestion", "placing", "retrain", "suggest"]
