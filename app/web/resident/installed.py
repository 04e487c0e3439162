"""What a phone needs to keep the window on its home screen: a manifest, a worker, a page for no connection."""

from __future__ import annotations

from flask import current_app, jsonify, render_template, send_from_directory, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import msg
from app.web.access import PUBLIC, access
from app.web.resident import blueprint
from app.web.sessions import the_office
from app.web.texts import locale, name_of, t

PAPER, BRAND = "#f7f5f0", "#0f5c55"


@blueprint.get("/manifest.webmanifest")
@access(PUBLIC)
def manifest() -> Response:
    """W3C Web Application Manifest of this office."""
    home, name = url_for("resident.home"), name_of(the_office())
    answer = jsonify({
        "name": name, "short_name": name[:12], "description": t(msg("One window for everything")), "id": home,
        "start_url": home, "scope": home, "display": "standalone", "lang": "zh-CN" if locale() == "zh" else "en",
        "background_color": PAPER, "theme_color": BRAND,
        "icons": _icons()})
    answer.mimetype = "application/manifest+json"
    return answer


def _icons() -> list[dict[str, str]]:
    """Drawn by scripts/make_icons.py; systems that cut icons to a shape take the maskable ones."""
    drawn = [{"src": url_for("static", filename=f"img/{name}-{size}.png"), "sizes": f"{size}x{size}",
              "type": "image/png", "purpose": purpose}
             for size in (192, 512) for name, purpose in (("icon", "any"), ("icon-maskable", "maskable"))]
    return [*drawn, {"src": url_for("static", filename="img/icon.svg"), "sizes": "any", "type": "image/svg+xml"}]


@blueprint.get("/sw.js")
@access(PUBLIC)
def worker() -> Response:
    """Served below the office's address, which is as far as a worker may reach."""
    answer: Response = send_from_directory(f"{current_app.static_folder}/vendor", "sw.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/offline")
@access(PUBLIC)
def offline() -> str:
    """Kept by the worker, shown without a connection."""
    return render_template("resident/offline.html")
