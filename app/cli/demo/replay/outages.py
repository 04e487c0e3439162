"""Outages that a replay plays: for some requests, nothing can be suggested."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.connectors import suggesting
from app.cases.connectors.registry import register_suggester, suggester
from app.kernel.errors import Conflict, msg


class Outages:
    """While in force, the office's suggester fails for the next texts that are marked."""

    def __init__(self) -> None:
        self._left = 0

    def hit(self) -> None:
        """Let the next suggestion fail."""
        self._left += 1

    @contextmanager
    def in_force(self) -> Iterator[Outages]:
        """Stand between the office and its suggester until the block ends."""
        real = suggester()

        def failing(session: Session, tenant_id: UUID, text: str) -> Mapping[str, Any]:
            if self._left:
                self._left -= 1
                raise Conflict(msg("Nothing can be suggested at the moment."))
            return real(session, tenant_id, text) if real is not None else {}

        if real is None:
            yield self
            return
        log = logging.getLogger(suggesting.__name__)
        level = log.level
        register_suggester(failing)
        log.setLevel(logging.ERROR)  # these failures are meant
        try:
            yield self
        finally:
            log.setLevel(level)
            register_suggester(real)
