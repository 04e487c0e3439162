"""Handlers of the commands about demand, by what they are about."""

from app.demand.handlers import months, topics

__all__ = ["months", "topics"]
