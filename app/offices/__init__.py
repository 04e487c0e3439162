"""Whole offices, for whoever runs the installation: making one from the base, its subscription, its export."""

from app.offices import archives, exporting, starters

__all__ = ["archives", "exporting", "starters"]
