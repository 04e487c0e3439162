"""Which service a text may be about. How sure is sure enough is decided by a table, not here."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.knowledge import finding, queries
from app.knowledge.matching import Index
from app.knowledge.text_model import TextModel

LIMIT = 3
CACHED_MODELS = 32
_models: OrderedDict[UUID, TextModel] = OrderedDict()


@dataclass(frozen=True)
class Suggestion:
    """`codes`: (service code, confidence 0..1), best first, at most three, perhaps none.

    `source`: "catalogue" (words shared with catalogue and knowledge; the figure is a share of the likeness, not a
    measured probability) or "cases" (learnt from the office's closed cases; a probability measured on held-out ones).
    """

    codes: tuple[tuple[str, float], ...]
    source: str

    def to_variables(self) -> dict[str, Any]:
        """{code, confidence, codes: [{code, confidence}], source}, as the process sees it."""
        codes = [{"code": code, "confidence": round(confidence, 4)} for code, confidence in self.codes]
        first = codes[0] if codes else {"code": None, "confidence": 0}
        return {**first, "codes": codes, "source": self.source}


def suggest(session: Session, tenant_id: UUID, text: str) -> Suggestion:
    """The best services for a text whose first line is its heading (or its only one). Only services on offer."""
    catalogue = queries.services(session)
    offered = {service.code for service in catalogue}
    version = queries.newest_model(session)
    if version is not None:
        ranked = _loaded(version.id, version.data).rank(text, limit=10)
        return Suggestion(tuple(pair for pair in ranked if pair[0] in offered)[:LIMIT], "cases")
    words = {service.code: [*finding.texts_of(service)] for service in catalogue}
    for item in queries.items(session):
        if item.service_code in words:
            words[item.service_code] += [item.question_zh, item.question_en]
    return Suggestion(tuple(Index(list(words.items())).rank(text)[:LIMIT]), "catalogue")


def _loaded(version_id: UUID, data: bytes) -> TextModel:
    """Unpacking takes longer than answering: the last few models stay in memory. Versions never change."""
    model = _models.get(version_id)
    if model is None:
        model = _models[version_id] = TextModel.from_bytes(data)
        while len(_models) > CACHED_MODELS:
            _models.popitem(last=False)
    return model
