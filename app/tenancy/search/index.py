"""Writing and asking the index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.kernel import database
from app.kernel.ids import new_id
from app.tenancy.search.model import SearchDocument, row_of
from app.tenancy.search.tokens import tokens, wanted

CANDIDATES = 100
"""Ranked by the database; their order is then made finer here."""
WEIGHED = 1500
"""Each match is weighed one by one; beyond these only words that stand everywhere match."""

IN_SQLITE = """SELECT rowid FROM (SELECT rowid, rank FROM search_fts WHERE search_fts MATCH :match LIMIT :weighed)
    ORDER BY rank LIMIT :most"""
HOLDERS = "SELECT coalesce(sum(doc), 0) FROM search_fts_words WHERE term >= :first AND term < :last"
IN_POSTGRESQL = """SELECT "row" FROM (SELECT "row", search_fts FROM search_document
    WHERE search_fts @@ to_tsquery('simple', :match) LIMIT :weighed) AS matching
    ORDER BY ts_rank(search_fts, to_tsquery('simple', :match)) DESC, "row" LIMIT :most"""
"""Asked in the workers' role, which sees numbers and tokens only: row-level security would keep the index from being
used. What a number stands for is then read in the office's own role."""


@dataclass(frozen=True)
class Found:
    """One find: its kind, code or id, and the part (0..1) of what was asked that it holds."""

    kind: str
    ref: str
    score: float


def put(session: Session, tenant_id: UUID, kind: str, ref: str, texts: Iterable[str | None]) -> None:
    """Let something be found by the words of `texts`, in the transaction of the session."""
    own = " ".join([_office(tenant_id), _kind(kind), *tokens("\n".join(one for one in texts if one))])
    known = session.scalars(select(SearchDocument).where(
        SearchDocument.kind == kind, SearchDocument.ref == ref)).one_or_none()
    if known is None:
        number = new_id()
        session.add(SearchDocument(tenant_id=tenant_id, id=number, kind=kind, ref=ref, tokens=own, row=row_of(number)))
    elif known.tokens != own:
        known.tokens = own


def drop(session: Session, kind: str, ref: str) -> None:
    """Let it be found no more."""
    session.execute(delete(SearchDocument).where(SearchDocument.kind == kind, SearchDocument.ref == ref))


def find(session: Session, q: str, kinds: Sequence[str], limit: int = 10, *, least: float = 0.0) -> list[Found]:
    """What shares words with `q`, the best first; nothing for a query without words."""
    asked = wanted(q)
    if not asked:
        return []
    most = max(CANDIDATES, limit)
    rows = set(_rows(session, kinds, asked, most, every=True))
    if len(rows) < limit and len(asked) > 1:
        rows.update(_rows(session, kinds, asked, most, every=False))
    found = session.execute(select(SearchDocument.kind, SearchDocument.ref, SearchDocument.tokens)
                            .where(SearchDocument.row.in_(rows))).all()
    ranked = [Found(kind, ref, _score(asked, own.split()[2:])) for kind, ref, own in found]
    ranked = [one for one in ranked if one.score >= least]
    return sorted(ranked, key=lambda one: (-one.score, one.kind, one.ref))[:limit]


def _rows(session: Session, kinds: Sequence[str], asked: Sequence[tuple[str, bool]], most: int, *,
          every: bool) -> list[int]:
    """Numbers of documents that hold every token asked for, or any: most texts hold common words, few hold all."""
    office, of = _office(session.info["tenant_id"]), [_kind(kind) for kind in kinds]
    if session.get_bind().dialect.name == "sqlite":
        some = asked if every else _rarest(session, asked)
        if not some:
            return []
        words = (" AND " if every else " OR ").join(f"{token}*" if begins else token for token, begins in some)
        match = f"{office} AND ({' OR '.join(of)}) AND ({words})"
        return list(session.scalars(text(IN_SQLITE), {"match": match, "most": most, "weighed": WEIGHED}))
    words = (" & " if every else " | ").join(f"{token}:*" if begins else token for token, begins in asked)
    match = f"{office} & ({' | '.join(of)}) & ({words})"
    with database.current().claim() as numbers:
        return list(numbers.scalars(text(IN_POSTGRESQL), {"match": match, "most": most, "weighed": WEIGHED}))


def _rarest(session: Session, asked: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Of the tokens that stand anywhere those that fewest texts hold, as many as can be weighed, but one at least."""
    held = {one: number for one in asked if (number := _holders(session, *one))}
    chosen: list[tuple[str, bool]] = []
    for one in sorted(held, key=lambda each: held[each]):
        if chosen and sum(held[each] for each in chosen) + held[one] > WEIGHED:
            break
        chosen.append(one)
    return chosen


def _holders(session: Session, token: str, begins: bool) -> int:
    """How many texts, of all offices, hold a token, or tokens that begin with it. Tokens are plain ASCII."""
    return int(session.scalar(text(HOLDERS), {"first": token, "last": token + ("\x7f" if begins else "\x01")}) or 0)


def _score(asked: Sequence[tuple[str, bool]], own: Sequence[str]) -> float:
    """The part of what was asked that is there; among equals the shorter text is more to the point."""
    held = set(own)
    hits = sum(token in held or (begins and any(one.startswith(token) for one in own)) for token, begins in asked)
    return hits / len(asked) - min(len(own), 1000) / 100_000


def _office(tenant_id: UUID) -> str:
    return f"t{tenant_id.hex}"


def _kind(kind: str) -> str:
    return f"k{kind}"
