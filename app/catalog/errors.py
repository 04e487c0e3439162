"""What the catalog refuses in a way of its own."""

from __future__ import annotations

from app.kernel.errors import DefinitionError


class WentOtherwise(DefinitionError):
    """A sound definition that does otherwise than the office's own scenarios tell: publish it as meant, or mend it."""
