"""Notices, how residents want to be told, and what the public may read of closed cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0014"
down_revision = "0013"

KEY = ("tenant_id", "id")


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
                    *columns, sa.PrimaryKeyConstraint(*KEY, name=op.f(f"pk_{name}")))


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _id(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    _notices()
    _profiles()
    _messages()
    _table("public_case", _text("state", 10), _text("summary_zh"), _text("summary_en"), _id("written_by"),
           _time("written_at"), _id("decided_by"), _time("decided_at", nullable=True))
    _index("public_case", "tenant_id", "state", "decided_at")
    protect("public_case")
    op.add_column("service_case", sa.Column("may_publish", sa.Boolean(), nullable=False, server_default=sa.false()))


def _notices() -> None:
    _table("notice", _text("kind", 20), _text("title_zh", 120), _text("title_en", 160), _text("body_zh"),
           _text("body_en"), _time("starts_at"), _time("ends_at"), _text("place_codes"), _text("interests"),
           _text("unit", 40, nullable=True), _text("service_code", 40, nullable=True), _flag("urgent"),
           _text("state", 10), _number("version"), _time("changed_at"), _time("published_at", nullable=True))
    _index("notice", "tenant_id", "state", "ends_at")
    protect("notice")
    _table("notice_version", _id("notice_id", nullable=False), _number("number"), _text("act", 10), _text("content"),
           _text("reason", 500), _id("by_user_id"), _time("at"))
    _index("notice_version", "tenant_id", "notice_id", "number", unique=True)
    protect("notice_version")
    _table("notice_push", _text("state", 10), _id("after"), _number("round"), _number("people"), _time("run_at"),
           _time("done_at", nullable=True))
    _index("notice_push", "state", "run_at")
    protect("notice_push", claimed=True)


def _profiles() -> None:
    _table("contact_profile", _flag("resident"), _text("channels"), _text("email", 254, nullable=True),
           _text("email_pending", 254, nullable=True), _text("email_code", 200, nullable=True),
           _number("email_code_tries"), _time("email_code_until", nullable=True), _text("wechat", 128, nullable=True),
           _text("quiet_from", 5, nullable=True), _text("quiet_until", 5, nullable=True), _flag("urgent_at_night"),
           _text("stop_token", 40), _time("stopped_at", nullable=True), _time("changed_at"))
    _index("contact_profile", "tenant_id", "stop_token", unique=True)
    protect("contact_profile")
    _table("profile_place", _id("user_id", nullable=False), _text("place_code", 60), _text("label", 20))
    _index("profile_place", "tenant_id", "user_id", "place_code", unique=True)
    _index("profile_place", "tenant_id", "place_code", "user_id")
    protect("profile_place")
    _table("profile_interest", _id("user_id", nullable=False), _text("interest", 40))
    _index("profile_interest", "tenant_id", "user_id", "interest", unique=True)
    _index("profile_interest", "tenant_id", "interest", "user_id")
    protect("profile_interest")


def _messages() -> None:
    op.add_column("notification", sa.Column("once", sa.String(length=120), nullable=True))
    op.add_column("notification", sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notification", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.add_column("notification", sa.Column("profile_id", sa.Uuid(), nullable=True))
    op.drop_index(op.f("ix_notification_state_run_at"), "notification")
    _index("notification", "state", "bulk", "run_at")
    _index("notification", "tenant_id", "once", unique=True)
    _index("notification", "tenant_id", "about_id", "state")
