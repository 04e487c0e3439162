"""Handlers of the Studio's commands, by what they are about."""

from app.studio.handlers import drafting, effecting, publishing, reading, reviewing

__all__ = ["drafting", "effecting", "publishing", "reading", "reviewing"]
