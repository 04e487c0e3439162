"""Backups of a whole installation: everything in one file, at one moment, and back into either database."""

from app.backups import archives, checking, erasures, restoring

__all__ = ["archives", "checking", "erasures", "restoring"]
