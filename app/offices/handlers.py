"""Registers the handlers of whole offices."""

from app.offices import creating, exporting, subscribing

__all__ = ["creating", "exporting", "subscribing"]
