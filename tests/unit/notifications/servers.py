"""The other side of the channels, on this machine: a relay that takes mail and WeChat's server, both as told."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Relay:
    """What the mail relay took. `answers`: step -> code; `vanish`: it closes the line instead of answering the text."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    vanish: bool = False


@contextmanager
def relay() -> Iterator[Relay]:
    """A small SMTP server (RFC 5321) on a free port."""
    seen = Relay()

    class Conversation(socketserver.StreamRequestHandler):
        def say(self, code: int, text: str = "ok") -> None:
            self.wfile.write(f"{code} {text}\r\n".encode())

        def handle(self) -> None:
            self.say(220, "relay")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"RCPT":
                    seen.recipients.append(line.decode().strip())
                if word == b"DATA":
                    if not self.take_text():
                        return
                elif word == b"QUIT":
                    self.say(221)
                    return
                else:
                    self.say(seen.answers.get(word.decode(), 250))

        def take_text(self) -> bool:
            self.say(354, "go on")
            text = b""
            while (line := self.rfile.readline()) != b".\r\n":
                text += line
            if seen.answers.get("DATA", 250) < 300:
                seen.mails.append(text)
            if seen.vanish:
                return False
            self.say(seen.answers.get("DATA", 250))
            return True

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)) as port:
        seen.port = port
        yield seen


@dataclass
class Cloud:
    """WeChat's server: tokens given, messages delivered (each client_msg_id once). `codes`: answers to come first."""

    url: str = ""
    tokens: int = 0
    delivered: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


@contextmanager
def cloud() -> Iterator[Cloud]:
    """stable_token and message/template/send, as documented."""
    seen = Cloud()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/cgi-bin/stable_token":
                seen.tokens += 1
                answer: dict[str, Any] = {"access_token": f"token-{seen.tokens}", "expires_in": 7200}
            else:
                seen.used.append(self.path.rpartition("=")[2])
                seen.calls.append(content)
                code = seen.codes.pop(0) if seen.codes else 0
                if code == 0:
                    seen.delivered.setdefault(content["client_msg_id"], content)
                answer = {"errcode": code, "errmsg": "x"}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            known = asked.get("code") == "good" and asked.get("secret") == "s"
            body = json.dumps({"openid": "oLinked_1"} if known else {"errcode": 40029}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as port:
        seen.url = f"http://127.0.0.1:{port}"
        yield seen


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
