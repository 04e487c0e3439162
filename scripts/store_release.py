"""`make release-database`: stores the database of the present release, which every later one must upgrade."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.releases import making  # noqa: E402

if __name__ == "__main__":
    sys.stdout.write(json.dumps(making.make(), ensure_ascii=False, indent=1) + "\n")
