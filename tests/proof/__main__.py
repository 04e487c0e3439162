"""`make proof ISSUE=n`: each claim, shown by the tests named beside it, on fresh databases."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import yaml

HERE = Path(__file__).parent


def main(words: list[str]) -> int:
    known = sorted(p.stem.removeprefix("claims_") for p in HERE.glob("claims_*.yaml"))
    if not words or words[0] not in known:
        print(f"usage: make proof ISSUE=n, n one of: {', '.join(known)}")
        return 2
    claims = yaml.safe_load((HERE / f"claims_{words[0]}.yaml").read_text(encoding="utf-8"))
    began, failed = time.monotonic(), 0
    for number, claim in enumerate(claims, 1):
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *claim["tests"]]
        done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True)
        lines = [x for x in done.stdout.strip().splitlines() if x]
        print(f"{'shown ' if done.returncode == 0 else 'FAILED'} {number:2}. {claim['claim']}  [{lines[-1] if lines else done.stderr[-200:]}]",
              flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout[-3000:])
    print(f"{len(claims) - failed} of {len(claims)} claims shown in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
