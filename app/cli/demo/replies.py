"""The demo office's reply templates; one that an office has changed stays as it is."""

from __future__ import annotations

from uuid import UUID

from app.cli.demo import tables
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.knowledge import queries
from app.knowledge.commands import SaveReplyTemplate


def load(tenant_id: UUID, administrator: Actor) -> None:
    """Those of replies.yaml that are not there yet."""
    with database.current().read(tenant_id) as session:
        known = {row.code for row in queries.reply_templates(session)}
    for code, said in tables.document("replies.yaml").items():
        if code not in known:
            dispatch(SaveReplyTemplate(
                tenant_id=tenant_id, actor=administrator, code=code, name_zh=said["name"]["zh"],
                name_en=said["name"]["en"], text_zh=said["text"]["zh"], text_en=said["text"]["en"],
                modules=tuple(said.get("modules", ())), field=said.get("field", "")))
