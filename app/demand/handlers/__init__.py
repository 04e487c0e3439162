"""Handlers of the commands about demand, by what they are about."""

from app.demand.handlers import adjusting, jobs, months, topics

__all__ = ["adjusting", "jobs", "months", "topics"]
