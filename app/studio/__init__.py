"""The analysts' workshop: drafts of definitions, who works on them, reviews, walk-throughs, packages.

Other rooms use `from app.studio import ...`.
"""

from app.studio import drafts
from app.studio.drafts import KINDS, Draft

__all__ = ["KINDS", "Draft", "drafts"]
