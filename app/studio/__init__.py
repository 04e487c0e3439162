"""The analysts' workshop: drafts of definitions, who works on them, reviews, walk-throughs, packages.

Other rooms use `from app.studio import ...`.
"""

from app.studio import drafts, effects
from app.studio.commands import WAYS
from app.studio.drafts import BEGUN, KINDS, Draft
from app.studio.effect_commands import PublishAndMove

__all__ = ["BEGUN", "KINDS", "WAYS", "Draft", "PublishAndMove", "drafts", "effects"]
