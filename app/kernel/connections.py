"""PostgreSQL's connection: what opens a transaction travels with its first statement.

psycopg sends BEGIN by itself and waits for the answer, and role and tenant are another journey: most of what a small
transaction waits for. Here they go in front of the first statement, in one message (libpq's pipeline), and are answered
together. An error of any of them is that statement's error, and nothing behind it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from app.kernel.cursors import LeanCursor

TAKE_ROLE = "SELECT set_config('role', %s, true), set_config('app.tenant_id', %s, true)"
"""`SET LOCAL ROLE` and the tenant, in one statement."""
_ROLE = TAKE_ROLE.replace("%s", "$1", 1).replace("%s", "$2", 1).encode()
_READER = _ROLE + b", set_config('transaction_read_only', 'on', true)"
Send = Callable[[], None]
NEVER = 10**9
"""Uses after which a statement stays prepared that nobody asked to be. Most are planned for their own values: what is
best for a small office is not for a large one. Look-ups by key and what a flush writes are the same for all, and
planning them takes longer than running them, so those are prepared when they come again (`LeanCursor.execute_all`)."""


class LeanConnection(psycopg.Connection[Any]):
    """As psycopg's, with LeanCursor, and with a role that transactions take until commit or rollback."""

    @classmethod
    def connect(cls, *given: Any, **more: Any) -> Self:
        """As psycopg's; no statement is prepared because it comes often."""
        return super().connect(*given, **{**more, "prepare_threshold": NEVER})

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.cursor_factory = LeanCursor
        self._forget()

    def begin_with(self, role: str, tenant_id: str, *, reading: bool = False) -> None:
        """The next transaction is that of a role and a tenant (an empty text: of none).

        `reading`: each statement of a plain cursor is a transaction of its own, which may not write and ends with the
        statement. A reader sees no difference under READ COMMITTED, and there is no end to wait for.
        """
        self._role, self._reading = (role.encode(), tenant_id.encode()), reading

    def _forget(self) -> None:
        self._role, self._reading = None, False

    _role: tuple[bytes, bytes] | None
    _reading: bool

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    @property
    def begun(self) -> bool:
        """Whether a statement needs nothing before it."""
        return (self.autocommit or not self.idle) and self._pipeline is None

    def opening(self, parameters: bool) -> list[Send]:
        """What has to go along with a statement now; nothing within a transaction.

        A text without parameters may be several statements, which one message of this kind cannot hold. It goes
        psycopg's way, but in transactions with a role, which are ours.
        """
        if not self.idle or self.autocommit or self._pipeline is not None or not (parameters or self._role):
            return []
        return self._opening(block=not self._reading or self.isolation_level is not None)

    def _opening(self, *, block: bool) -> list[Send]:
        send = self.pgconn.send_query_params
        begin: list[Send] = [partial(send, self._get_tx_start_command(), None)] if block else []
        return [*begin, partial(send, _READER if self._reading else _ROLE, self._role)] if self._role else begin

    def answers(self, sends: Sequence[Send], *, commit: bool) -> PQGen[list[list[PGresult]]]:
        """Send what is to be asked, in one message where it is more than one thing; the results of each.

        `commit`: the transaction ends with it. Raises the error of the first that failed, but for the last statement.
        """
        if commit:
            found = yield from self.together([*sends, partial(self.pgconn.send_query_params, b"COMMIT", None)])
            self._check(found[-1])
            self._forget()
            return found[:-1]
        if len(sends) > 1:
            return (yield from self.together(sends))
        sends[0]()
        return [(yield from generators.execute(self.pgconn))]

    def together(self, sends: Sequence[Send]) -> PQGen[list[list[PGresult]]]:
        """Send all of it in one message; the results of each. The connection is then as after any statement, or lost.

        Raises the error of the first of them that failed, but for the last: whoever asked for that looks at it.
        """
        self.pgconn.enter_pipeline_mode()
        try:
            for send in sends:
                send()
            self.pgconn.pipeline_sync()
            yield from generators.send(self.pgconn)
            answers = []
            for _ in sends:
                answers.append((yield from generators.fetch_many(self.pgconn)))
            yield from generators.fetch_many(self.pgconn)  # of the synchronisation
        finally:
            self._leave_pipeline()
        for answer in answers[:-1]:
            self._check(answer)
        return answers

    def _check(self, answer: list[PGresult]) -> None:
        if not answer:
            raise psycopg.OperationalError("the connection was lost when a transaction began")
        if answer[0].status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise psycopg.errors.error_from_result(answer[0], encoding=self.info.encoding)

    def _leave_pipeline(self) -> None:
        """A connection with answers that nobody took is of no use any more."""
        if self.pgconn.status != ConnStatus.OK:
            return
        try:
            self.pgconn.exit_pipeline_mode()
        except psycopg.OperationalError:
            self.pgconn.finish()

    def _start_query(self) -> PQGen[None]:
        """psycopg's hook before each statement, for what does not go through `LeanCursor.execute`: copies, cursors of
        the server, many rows. Those need a transaction, also in a reader."""
        if self._role is None or not self.idle or self.autocommit:
            yield from super()._start_query()
            return
        if self._pipeline is not None:
            raise psycopg.InterfaceError("a transaction with a role cannot begin within a pipeline")
        for answer in (yield from self.together(self._opening(block=True))):
            self._check(answer)

    def open_transaction(self) -> None:
        """Open it by itself, where its first statement cannot take the opening along."""
        with self.lock:
            self.wait(self._start_query())

    def _commit_gen(self) -> PQGen[None]:
        """psycopg's hook behind `commit`; the next transaction has no role."""
        try:
            yield from super()._commit_gen()
        finally:
            self._forget()

    def _rollback_gen(self) -> PQGen[None]:
        """psycopg's hook behind `rollback`; the next transaction has no role."""
        try:
            yield from super()._rollback_gen()
        finally:
            self._forget()
