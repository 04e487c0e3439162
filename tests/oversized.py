"""Diagrams that go over one limit each, and are sound otherwise: (what is said, bytes) by name. Security item 34."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.engine.harness import end, flows, loop, process, start, timer, user

WAIT = '<intermediateCatchEvent id="x">{}</intermediateCatchEvent>'.format


def _row(count: int, name: str) -> bytes:
    many = "".join(f'<task id="k{n}"/>' for n in range(count))
    return process(start() + many + end() + flows(" ".join(
        [f"s>k0 k{count - 1}>e", *(f"k{n}>k{n + 1}" for n in range(count - 1))])), name)


def _nested(depth: int, name: str) -> bytes:
    body = start("s0") + end("e0") + flows("s0>e0")
    for n in range(1, depth + 1):
        body = start(f"s{n}") + f'<subProcess id="x{n}">{body}</subProcess>' + end(f"e{n}") + flows(f"s{n}>x{n} x{n}>e{n}")
    return process(body, name)


def _nodes(count: int, name: str) -> bytes:
    """Short rows side by side."""
    many = "".join(f'<task id="k{n}"/>' for n in range(count - 4))
    return process(start() + '<inclusiveGateway id="g" default="d_g"/>' + many + end() + user("u") + flows(
        " ".join(["s>g g>u* u>e", *(f"g>k{n}:=true k{n}>e" for n in range(count - 4))])), name)


def _loop(items: str, name: str) -> bytes:
    body = start("s1") + end("e1") + flows("s1>e1") + loop(items)
    return process(start() + f'<subProcess id="x">{body}</subProcess>' + end() + flows("s>x x>e"), name)


def _native(name: str) -> bytes:
    many = ("<multiInstanceLoopCharacteristics><loopCardinality>1000000</loopCardinality></multiInstanceLoopCharacteristics>")
    return process(start() + f'<task id="x">{many}</task>' + end() + flows("s>x x>e"), name)


def _cycle(text: str, name: str) -> bytes:
    return process(start() + WAIT(timer("timeCycle", text)) + end() + flows("s>x x>e"), name)


def _calls_itself(name: str) -> bytes:
    call = f'<callActivity id="x"><extensionElements><zeebe:calledElement processId="{name}"/></extensionElements></callActivity>'
    return process(start() + call + end() + flows("s>x x>e"), name)


def _busy(name: str) -> bytes:
    return process(start() + '<exclusiveGateway id="m"/><task id="x"/><exclusiveGateway id="g" default="d_g"/>' + end()
                   + flows("s>m m>x x>g g>m* g>e:=done"), name)


def _padded(inner: str, name: str) -> bytes:
    return process(f"<documentation>{inner}</documentation>" + start() + end() + flows("s>e"), name)


OVER: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "bytes": ("larger than 5000000 bytes", lambda name: _padded("<!--" + "x" * 5_000_000 + "-->", name)),
    "XML elements": ("more than 50000 elements", lambda name: _padded("<a/>" * 50_000, name)),
    "XML depth": ("nested more than 100 deep", lambda name: _padded("<a>" * 100 + "</a>" * 100, name)),
    "attributes": ("too many or too long attributes",
                   lambda name: _padded("<a {}/>".format(" ".join(f'a{n}=""' for n in range(65))), name)),
    "elements of the diagram": ("more than 2000 elements", lambda name: _nodes(2_001, name)),
    "elements in a row": ("More than 300 elements stand in a row", lambda name: _row(299, name)),
    "nested subprocesses": ("nested more than 12 deep", lambda name: _nested(13, name)),
    "cardinality": ("fixed list of more than 1000 items", lambda name: _loop("=for i in 1..1001 return i", name)),
    "cardinality by an expression": ("fixed list of more than 1000 items",
                                     lambda name: _loop("=for i in 1..200, j in 1..200 return i", name)),
    "cardinality as a number": ("", _native),
    "cycle": ("A cycle of less than a minute is not allowed", lambda name: _cycle("R/PT59S", name)),
    "cycle for ever at once": ("A cycle of less than a minute is not allowed", lambda name: _cycle("R100000/PT0S", name)),
    "call of itself": ("The process calls itself", _calls_itself),
    "loop that never waits": ("This loop never waits for anybody", _busy),
}
WITHIN: dict[str, Callable[[str], bytes]] = {
    "elements of the diagram": lambda name: _nodes(2_000, name),
    "elements in a row": lambda name: _row(298, name),
    "nested subprocesses": lambda name: _nested(12, name),
    "cardinality": lambda name: _loop("=for i in 1..1000 return i", name),
    "cycle": lambda name: _cycle("R/PT1M", name),
    "cron": lambda name: _cycle("0 * * * * *", name),
}
"""At the limit, and accepted."""
