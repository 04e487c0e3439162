"""Demand: topics with the cases behind them, changes and what they did, the list of each month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0030"
down_revision = "0029"


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name, sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False), *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")))


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _plain(name: str, kind: type, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(('tenant_id', *columns))}"), table, ["tenant_id", *columns],
                    unique=unique)


def upgrade() -> None:
    _table("demand_topic", _text("level", 10), _text("code", 60), _text("place_code", 60), _text("source", 10),
           _text("reason", 20), _text("rule", 100), _text("note", 300), _text("state", 10), _plain("figures", sa.Text),
           _text("table_hash", 64), _at("raised_at"), _plain("raised_by", sa.Uuid, nullable=True), _at("seen_at"),
           _plain("case_id", sa.Uuid, nullable=True), _at("taken_at", nullable=True), _at("ended_at", nullable=True),
           _text("end_note", 500), _at("rest_until", nullable=True))
    _index("demand_topic", "state")
    _index("demand_topic", "level", "code", "place_code")
    _index("demand_topic", "case_id")
    _table("demand_evidence", _plain("topic_id", sa.Uuid), _plain("case_id", sa.Uuid), _at("at"))
    _index("demand_evidence", "topic_id", "case_id", unique=True)
    _index("demand_evidence", "case_id")
    _table("demand_run", _text("day", 10), _at("at"), _plain("cases", sa.Integer), _plain("cells", sa.Integer),
           _plain("raised", sa.Integer), _plain("joined", sa.Integer), _plain("versions", sa.Text), _text("error", 300))
    _table("demand_change", _plain("topic_id", sa.Uuid), _text("what", 10), _text("key", 120),
           _plain("version", sa.Integer), _text("hash", 64), _text("note", 300), _at("at"),
           _plain("by_user_id", sa.Uuid, nullable=True))
    _index("demand_change", "topic_id")
    _table("demand_measure", _plain("topic_id", sa.Uuid), _plain("round", sa.Integer), _plain("days", sa.Integer),
           _plain("before", sa.Text), _plain("after", sa.Text), _plain("ratio", sa.Float), _plain("low", sa.Float),
           _plain("high", sa.Float), _plain("sure", sa.Float), _plain("effective", sa.Boolean), _at("at"))
    _index("demand_measure", "topic_id", "round", unique=True)
    _table("demand_month", _text("month", 7), _text("theme_zh", 120), _text("theme_en", 160),
           _at("published_at", nullable=True), _at("chosen_at"), _plain("chosen_by", sa.Uuid, nullable=True))
    _index("demand_month", "month", unique=True)
    _table("demand_question", _plain("month_id", sa.Uuid), _plain("place", sa.Integer), _plain("topic_id", sa.Uuid),
           _text("question_zh", 200), _text("question_en", 300), _text("unit", 40), _plain("progress_zh", sa.Text),
           _plain("progress_en", sa.Text), _at("changed_at"))
    _index("demand_question", "month_id", "place")
    _index("demand_question", "topic_id")
    protect("demand_run", claimed=True)
    for table in ("demand_topic", "demand_evidence", "demand_change", "demand_measure", "demand_month",
                  "demand_question"):
        protect(table)
