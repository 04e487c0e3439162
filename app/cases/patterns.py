"""What tells codes and telephone numbers from words."""

from __future__ import annotations

import re

PHONES = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(?:1[3-9]\d(?:[\s-]?\d{4}){2}|0\d{2,3}-?\d{7,8})(?!\d)")
CODE = re.compile(r"[A-Za-z0-9_.:@+-]{1,60}", re.ASCII)
