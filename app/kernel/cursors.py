"""PostgreSQL's cursor: what opens a transaction goes along with its first statement, and a description costs little.

SQLAlchemy asks for the description after each statement. psycopg makes an object of each column that can say its size
and precision; only name and type are ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery, _query2pg_nocache
from psycopg.abc import Params, PQGen, Query
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

if TYPE_CHECKING:
    from app.kernel.connections import LeanConnection, Send

Column = tuple[str, int, None, None, None, None, None]


class LeanCursor(psycopg.Cursor[Any]):
    """A cursor of a LeanConnection. `description` is what PEP 249 asks for, as plain tuples; the encoding is UTF-8."""

    __slots__ = ()
    _conn: LeanConnection

    @property
    def description(self) -> list[Column] | None:  # type: ignore[override]
        """Name and type (an oid) of each column; None where a statement gives no rows."""
        found = self.pgresult
        if found is None or not (found.nfields or found.status == ExecStatus.TUPLES_OK):
            return None
        return [((found.fname(at) or b"").decode(), found.ftype(at), None, None, None, None, None)
                for at in range(found.nfields)]

    def _execute_gen(self, query: Query, params: Params | None = None, *, prepare: bool | None = None,
                     binary: bool | None = None) -> PQGen[None]:
        """psycopg's hook behind `execute`: a text with parameters goes the short way."""
        opening = self._conn.opening(bool(params))
        if not opening and not (params and isinstance(query, str) and self._conn.begun):
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        self._reset()
        self._tx = Transformer(self)
        yield from self._take((yield from self._ask(opening, [self._asked(query, params)], prepare, binary)))
        self._last_query = query

    def _take(self, answers: Sequence[list[PGresult]]) -> PQGen[None]:
        results = [one for answer in answers for one in answer]
        self._check_results(results)
        self._set_results(results)
        yield from self._conn._prepared.maintain_gen(self._conn)

    def execute_all(self, asked: Sequence[tuple[str, Params]], *, commit: bool = False) -> None:
        """Several statements with parameters in one message, with what opens their transaction, and with its COMMIT.

        What comes again stays prepared, with one plan for all values until statistics of its tables change. `fetchall`
        gives the rows of the first, `nextset` goes on to the next. Raises the error of the first that failed; those
        behind it, and the COMMIT, are then not done.
        """
        with self._conn.lock:
            self._conn.wait(self._execute_all_gen(asked, commit=commit))

    def _execute_all_gen(self, asked: Sequence[tuple[str, Params]], *, commit: bool) -> PQGen[None]:
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        opening = self._conn.opening(True)
        if not opening and not self._conn.begun:
            raise psycopg.InterfaceError("several statements cannot be asked at once here")
        self._reset()
        self._tx = Transformer(self)
        queries = [self._asked(query, params) for query, params in asked]
        yield from self._take((yield from self._ask(opening, queries, None, None, commit=commit, keep=True)))

    def executemany(self, query: Query, params_seq: Iterable[Params], *, returning: bool = False) -> None:
        """As psycopg's, which has a pipeline of its own."""
        self._conn.open_transaction()
        super().executemany(query, params_seq, returning=returning)

    def _asked(self, query: Query, params: Params | None) -> PostgresQuery:
        """As psycopg's, which finds the places of parameters in a long text anew each time."""
        if not isinstance(query, str) or not params:
            return self._convert_query(query, params)
        text, formats, order = _places(query)
        given = params if order is None else [params[name] for name in order if name in params]  # type: ignore[call-overload]
        if len(given) != len(formats) or isinstance(given, Mapping):
            return self._convert_query(query, params)  # says what is wrong
        asked = PostgresQuery(self._tx)
        asked.query, asked.params = text, self._tx.dump_sequence(given, formats)
        asked.types, asked.formats = self._tx.types or (), self._tx.formats
        return asked

    def _ask(self, opening: Sequence[Send], asked: Sequence[PostgresQuery], prepare: bool | None,
             binary: bool | None, *, commit: bool = False, keep: bool = False) -> PQGen[list[list[PGresult]]]:
        """The results of each. `keep`: what was asked before is prepared now."""
        known, sends, places = self._conn._prepared, [*opening], []
        steps = [(one, *self._get_prepared(one, prepare or (keep and known.key(one) in known._counts) or None))
                 for one in asked]
        for one, step, name in steps:
            if step is Prepare.SHOULD:
                sends.append(partial(self._send_prepare, name, one))
            places.append(len(sends))
            sends.append(partial(self._execute_send, one, force_extended=True, binary=binary)
                         if step is Prepare.NO else partial(self._send_query_prepared, name, one, binary=binary))
        try:
            answers = yield from self._conn.answers(sends, commit=commit)
        except psycopg.Error:
            known.clear()
            raise
        results = [answers[place] for place in places]
        if results[-1] and results[-1][0].status == ExecStatus.FATAL_ERROR:
            known.clear()  # a reader has no rollback to forget a statement whose table has changed since
            return results
        for (one, step, name), result in zip(steps, results, strict=True):
            key = known.maybe_add_to_cache(one, step, name)
            if key is not None:
                known.validate(key, step, name, result)
        return results


@lru_cache(maxsize=1_024)
def _places(query: str) -> tuple[bytes, list[PyFormat], list[str] | None]:
    """The text as the server knows it, how each parameter is to be written, and their names in order, where they have
    names."""
    text, formats, order, _parts = _query2pg_nocache(query.encode(), "utf-8")
    return text, formats, order
