"""A page with the diagram editor alone, under the Studio's content policy: for tests and figures of the editor itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory
from werkzeug.serving import make_server

from app.web.headers import POLICY
from scripts.build_frontend import bundle, editor_styles, node
from tests.journeys.server import ROOT

EDITOR_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Editor</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/built/studio_bpmn.css"></head><body><main><h1>Editor</h1>
<div data-editor data-key="{key}"></div></main>
<script src="/built/studio_stand_in.js" defer></script></body></html>"""
PROCESS = re.compile(r'<bpmn:process id="(\w+)" name="([^"]*)"')
DECISION = re.compile(r'<decision id="(\w+)" name="([^"]*)"')


@dataclass
class Desk:
    """Where the page is, and files that stand in for those of the base."""

    address: str
    files: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def base_file(key: str) -> str:
    """A diagram that ships."""
    return (ROOT / "processes" / "base" / key / f"{key}.bpmn").read_text(encoding="utf-8")


def offered() -> dict[str, Any]:
    """What can be picked, in the shape of `/studio/options`."""
    named = lambda found: {"key": found[1], "label": found[2]}  # noqa: E731
    processes = [PROCESS.search(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("processes/base/*/*.bpmn"))]
    decisions = [DECISION.search(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("rules/base/decisions/**/*.dmn"))]
    return {
        "units": [{"code": "LRS", "name": "绿容所"}],
        "groups": [{"name": "dispatcher", "label": "派单员"}, {"name": "supervisor", "label": "督办员"},
                   {"name": "handler", "label": "经办人"}, {"name": "handler@LRS", "label": "绿容所 · 经办人"}],
        "forms": [{"key": path.stem, "label": path.stem} for path in sorted(ROOT.glob("forms/base/*.form"))],
        "processes": [named(found) for found in processes if found],
        "decisions": [{**named(found), "inputs": [{"name": "kind"}], "outputs": [{"name": "amount"}]}
                      for found in decisions if found],
        "clocks": [{"key": "reply", "label": "答复"}, {"key": "dispatch", "label": "派单"}],
        "connectors": [{"type": "notify", "label": "发通知", "parameters": [
            {"name": "template", "as": "header", "values": ["case_replied"]},
            {"name": "group", "as": "input", "values": []}]}, {"type": "join", "label": "join", "parameters": []}],
        "properties": [{"name": "outcome", "label": "outcome", "of": "any", "values": ["satisfied", "joined"]}],
    }


@contextmanager
def editor_page(folder: Path) -> Iterator[Desk]:
    """Built from the sources, served until the end of the block."""
    bundle(node()[0], [Path(__file__).with_name("studio_stand_in.js")], folder)
    editor_styles(folder)
    app = Flask("editor", static_folder=str(ROOT / "static"))
    desk = Desk("", options=offered())

    @app.get("/<lang>/<key>")
    def page(lang: str, key: str) -> str:
        return PAGE.format(lang=escape(lang), key=escape(key))

    @app.get("/source/<key>")
    def source(key: str) -> Response:
        return Response(desk.files.get(key) or base_file(key), mimetype="application/xml")

    @app.get("/options")
    def options() -> Response:
        return jsonify(desk.options)

    @app.get("/built/<path:name>")
    def built(name: str) -> Response:
        return send_from_directory(folder, name)

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = EDITOR_POLICY if request.endpoint != "static" else POLICY
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    desk.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
