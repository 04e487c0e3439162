"""Draws the icons of the home screen from static/img/icon.svg with Chromium; run when the drawing changes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "static" / "img"
SIZES = (192, 512)
SAFE = 0.8
"""A system that cuts icons to a shape keeps the middle four fifths."""
GROUND = "#b3321f"


def page(size: int, part: float, ground: str) -> str:
    """The drawing, as large as `part` of the picture, on a ground."""
    drawing = (IMAGES / "icon.svg").read_text(encoding="utf-8")
    return (f"<style>*{{margin:0}}body{{background:{ground};width:{size}px;height:{size}px;display:grid;"
            f"place-items:center}}svg{{width:{size * part}px;height:{size * part}px}}</style>{drawing}")


def main() -> int:
    """icon-<size>.png as it is, icon-maskable-<size>.png on a full ground."""
    from playwright.sync_api import sync_playwright

    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        for size in SIZES:
            window = browser.new_page(viewport={"width": size, "height": size})
            for name, part, ground in (("icon", 1.0, "transparent"), ("icon-maskable", SAFE, GROUND)):
                window.set_content(page(size, part, ground))
                window.screenshot(path=str(IMAGES / f"{name}-{size}.png"), omit_background=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
