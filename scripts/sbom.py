"""Writes what the product is made of as CycloneDX JSON: Python packages that run it, and what browsers load.

`python scripts/sbom.py [FILE]` (default `instance/sbom.json`). The Python part is told by cyclonedx-bom from the
environment, without what is for tests only; the other by package-lock.json. Equal inputs give equal bytes."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "instance" / "sbom.json"
VERSION = "1.6"
LINE = re.compile(r"^[A-Za-z0-9]")
NO_IDS = frozenset({"CC0"})
"""What packages say for a licence without being its SPDX id."""


def requirements(*names: str) -> list[Requirement]:
    """The lines of requirement files."""
    lines = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names).splitlines()
    return [Requirement(line.split("#")[0].strip()) for line in lines if LINE.match(line)]


def needed(*names: str) -> set[str]:
    """Canonical names of all installed packages that the files ask for, and what these need in turn."""
    todo, found = [(one.name, tuple(sorted(one.extras))) for one in requirements(*names)], dict[str, set[str]]()
    while todo:
        name, extras = todo.pop()
        key, done = canonicalize_name(name), found.get(canonicalize_name(name))
        if done is not None and done >= set(extras):
            continue
        found[key] = set(extras) | (done or set())
        for text in metadata.requires(name) or ():
            one = Requirement(text)
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *found[key])):
                todo.append((one.name, tuple(sorted(one.extras))))
    return set(found)


def document() -> dict[str, Any]:
    """The whole bill."""
    words = [sys.executable, "-m", "cyclonedx_py", "environment", "--spec-version", VERSION, "--output-reproducible",
             "--output-format", "JSON", "--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    bill: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    runs = needed("requirements.txt")
    left_out = {one["bom-ref"] for one in bill["components"] if canonicalize_name(one["name"]) not in runs}
    kept = [one for one in bill["components"] if one["bom-ref"] not in left_out]
    bill["components"] = sorted([*kept, *browser_packages()], key=lambda one: str(one["bom-ref"]))
    own = bill["metadata"]["component"]["bom-ref"]
    bill["dependencies"] = [_joined(one, left_out, own) for one in bill["dependencies"] if one["ref"] not in left_out]
    return bill


def _joined(one: dict[str, Any], left_out: set[str], own: str) -> dict[str, Any]:
    uses = [ref for ref in one.get("dependsOn", ()) if ref not in left_out]
    if one["ref"] == own:
        direct = {canonicalize_name(line.name) for line in requirements("requirements.txt")}
        uses = sorted({*uses, *(package["bom-ref"] for package in browser_packages()), *direct & set(uses)})
    return {"ref": one["ref"], **({"dependsOn": uses} if uses else {})}


def browser_packages() -> Iterator[dict[str, Any]]:
    """What is bundled into static/vendor; the bundler itself is not."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    told = set()  # a package may lie in several places of the tree
    for path, package in sorted(lock["packages"].items()):
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{package.get('version')}"
        if not path or package.get("dev") or package.get("optional") or purl in told:
            continue
        told.add(purl)
        kind, _, digest = package["integrity"].partition("-")
        yield {"type": "library", "bom-ref": purl, "name": name, "version": package["version"], "purl": purl,
               "licenses": [_licence(package.get("license", "see its package"))],
               "hashes": [{"alg": f"SHA-{kind.removeprefix('sha')}", "content": base64.b64decode(digest).hex()}]}


def _licence(said: str) -> dict[str, Any]:
    """An SPDX id where it is one; a sentence such as `SEE LICENSE IN LICENSE`, or what is no such id, is a name."""
    return {"license": {"name": said} if " " in said or said in NO_IDS else {"id": said}}


def main() -> int:
    """Write the file and say how many packages it names."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    bill = document()
    target.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(bill['components'])} packages  {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
