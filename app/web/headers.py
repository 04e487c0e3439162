"""Headers of every answer: a strict content policy, no framing, no sniffing, no caching of people's pages."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
          "connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'")
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=()",
}
PAGES = FIXED | {"Cache-Control": "no-store"}


def install(app: Flask) -> None:
    """A view may set a stricter policy of its own; nobody's is replaced."""

    @app.after_request
    def add(response: Response) -> Response:
        there = {name.lower() for name, _value in response.headers}  # asking for each goes through all of them
        wanted = FIXED if request.endpoint == "static" else PAGES
        for name, value in wanted.items():
            if name.lower() not in there:
                response.headers.add(name, value)
        if app.config["HTTPS"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
