"""How long a process and its database wait for each other on a network that may be cut without a word.

TCP alone waits for a quarter of an hour for an answer that never comes, and PostgreSQL keeps the locks of a machine
that is gone for two hours. A parameter in `DATABASE_URL` (`?connect_timeout=10`) comes before what stands here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine import URL

from app.kernel.connections import LeanConnection

CLIENT: dict[str, int] = {"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
                          "tcp_user_timeout": 10_000}
"""Of libpq: seconds until a connection is made; an idle one is asked after 5, lost after 11; `tcp_user_timeout` in
milliseconds until what was sent must have arrived."""
SERVER = {"tcp_keepalives_idle": "keepalives_idle", "tcp_keepalives_interval": "keepalives_interval",
          "tcp_keepalives_count": "keepalives_count", "tcp_user_timeout": "tcp_user_timeout"}
"""The same from the other side: PostgreSQL's name -> libpq's."""
LOOK_FOR_CLIENT = 10_000
"""Milliseconds: a statement that waits for a lock looks whether its client is still there."""
POOL_SECONDS = 10


def arguments(url: str | URL) -> dict[str, Any]:
    """What `psycopg.connect` is to be told beside the address; nothing for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return {}
    return {name: value for name, value in CLIENT.items() if name not in parsed.query}


def engine_options(url: str | URL) -> dict[str, Any]:
    """Options for SQLAlchemy's engine on the address."""
    if make_url(url).get_backend_name() != "postgresql":
        return {}
    return {"connect_args": arguments(url), "pool_timeout": POOL_SECONDS}


def prepare(engine: Engine) -> None:
    """Connections of ours, and a server that gives up a machine that is gone as fast as we give up the server.

    Nothing but PostgreSQL has it.
    """
    if engine.dialect.name != "postgresql" or getattr(engine, "_yikou_prepared", False):
        return
    engine._yikou_prepared = True  # type: ignore[attr-defined]
    wanted = CLIENT | {name: int(str(value)) for name, value in engine.url.query.items() if name in CLIENT}
    values: dict[str, Any] = {server: wanted[client] for server, client in SERVER.items()}
    values["client_connection_check_interval"] = LOOK_FOR_CLIENT
    rows = ", ".join(f"('{name}', '{value}')" for name, value in values.items())
    statement = ("SELECT count(set_config(known.name, wanted.value, false)) "
                 f"FROM (VALUES {rows}) AS wanted(name, value) "
                 "JOIN pg_settings AS known USING (name)")  # an older server does not know each of them

    @event.listens_for(engine.pool._dialect, "do_connect")  # which connects, also where an engine was given another
    def make(_dialect: Any, _record: Any, given: Any, more: Any) -> LeanConnection:
        return LeanConnection.connect(*given, **more)

    engine.dispose()  # connections from before are not ours

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(statement)
        connection.autocommit = False
