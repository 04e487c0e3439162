"""The demo office's services, knowledge and notices, from its tables, through the knowledge room's commands."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from app.cli.demo import notices, replies, tables
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.knowledge.commands import ImportKnowledge, ImportServices

COLUMNS = ("code", "service", "question_zh", "question_en", "answer_zh", "answer_en", "owner", "source", "review_days")


def load(tenant_id: UUID, administrator: Actor) -> None:
    """Services, knowledge items and notices of the tables; the former are brought to the tables' state."""
    dispatch(ImportServices(tenant_id=tenant_id, actor=administrator, csv_text=tables.text("services.csv")))
    dispatch(ImportKnowledge(tenant_id=tenant_id, actor=administrator, csv_text=knowledge_table()))
    notices.load(tenant_id, administrator)
    replies.load(tenant_id, administrator)


def knowledge_table() -> str:
    """The questions of knowledge.csv with their answers of answers.yaml, as one table."""
    answers = tables.document("answers.yaml")
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in tables.rows("knowledge.csv"):
        answer = answers[row["code"]]
        source = f"{answer['source']['zh']} / {answer['source']['en']}"
        writer.writerow({**row, "answer_zh": answer["zh"], "answer_en": answer["en"], "source": source})
    return out.getvalue()
