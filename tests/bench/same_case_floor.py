"""The floor of the same case: the same HTTP server, framework and database driver, and four statements a request.

One SELECT FOR UPDATE, one UPDATE and two INSERTs in one transaction. Nothing is decided, checked or remembered.
"""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any

import waitress
from flask import Flask, jsonify
from sqlalchemy import create_engine, text

TABLES = ("CREATE TABLE IF NOT EXISTS floor_instance (id uuid PRIMARY KEY, version integer, state bytea)",
          "CREATE TABLE IF NOT EXISTS floor_row (id uuid PRIMARY KEY, data text)")
STATE = b"x" * 1_000


def app() -> Flask:
    """One route."""
    made = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"), pool_size=8)
    lock = text("SELECT version, state FROM floor_instance WHERE id = :id FOR UPDATE")
    change = text("UPDATE floor_instance SET version = version + 1, state = :state WHERE id = :id")
    insert = text("INSERT INTO floor_row (id, data) VALUES (:id, :data)")
    rows = [uuid.uuid4() for _ in range(64)]
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
        for one in rows:
            connection.execute(text("INSERT INTO floor_instance VALUES (:id, 1, :state)"), {"id": one, "state": STATE})

    @made.post("/step/<int:number>")
    def step(number: int) -> Any:
        row = rows[number % len(rows)]
        with engine.begin() as connection:
            version = connection.execute(lock, {"id": row}).one()[0]
            connection.execute(change, {"id": row, "state": STATE})
            for _ in range(2):
                connection.execute(insert, {"id": uuid.uuid4(), "data": "{}" * 100})
        return jsonify(version=version)

    @made.get("/health")
    def health() -> str:
        return "ok"

    return made


if __name__ == "__main__":
    waitress.serve(app(), host="127.0.0.1", port=int(os.environ["PORT"]), threads=8, _quiet=True)
    sys.exit(0)
