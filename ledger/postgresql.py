# SPDX-License-Identifier: EUPL-1.2
"""Connections to PostgreSQL on which a commit that comes with a warning is not taken for one."""

from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus


class OutcomeUnknown(psycopg.OperationalError):
    """A commit may hold or not: it is on this server, but perhaps on no standby. Sending it again tells."""


class _Careful(psycopg.Connection[Any]):
    """A connection on which a commit that did not do all it promises is never a success.

    Who cancels a commit while it waits for the synchronous standby makes PostgreSQL call it done, with
    no more than a warning. What is then sent again is found, and has nothing left to write: such a
    commit would not wait for the standby at all, so every commit writes something.
    """

    def commit(self) -> None:
        """Raises OutcomeUnknown on any warning, and an error when the transaction has failed before."""
        if self.info.transaction_status is TransactionStatus.IDLE:
            return
        warned: list[bool] = []

        def hear(said: Diagnostic) -> None:  # the text is in the language of the server, and gone afterwards
            warned.append(said.severity_nonlocalized == "WARNING")

        self.add_notice_handler(hear)
        try:
            self.execute(_COMMIT, prepare=False)
        finally:
            self.remove_notice_handler(hear)
        if any(warned):
            raise OutcomeUnknown("the commit was not confirmed by a standby")


_COMMIT = """
SELECT pg_logical_emit_message(true, 'tegoed', '') WHERE pg_current_xact_id_if_assigned() IS NULL;
COMMIT
"""
"""One message to the server. In a failed transaction its first half is an error; COMMIT alone is none."""


_SETTINGS = """
SET client_min_messages = warning;
SET jit = off;
"""
"""The first however quiet the account was made. Compiling takes longer than our statements: two thirds of an
overview of 100,000 lines."""


def connect(
    dialect: object, record: object, args: list[Any], options: dict[str, Any]
) -> psycopg.Connection[Any]:
    """A connection on which every commit is careful; what SQLAlchemy calls to make one."""
    connection = _Careful.connect(*args, **options, autocommit=True)
    connection.execute(_SETTINGS)
    connection.autocommit = False
    return connection
