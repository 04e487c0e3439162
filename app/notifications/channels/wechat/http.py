"""One request to WeChat's server, with a time-out and without following redirects."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

SECONDS = 8.0
MOST = 65_536


class Broken(Exception):
    """No answer came. The text is the kind of fault, without anything that was sent."""


def call(url: str, body: bytes | None) -> tuple[int, bytes]:
    """(status, body of the answer); a GET without a body. Raises Broken."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=ssl.create_default_context())
        if parts.scheme == "https" else http.client.HTTPConnection(host, parts.port, timeout=SECONDS))
    method, path = "GET" if body is None else "POST", f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read(MOST)
    except (OSError, http.client.HTTPException) as error:
        raise Broken(type(error).__name__) from None
    finally:
        connection.close()
