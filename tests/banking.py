# SPDX-License-Identifier: EUPL-1.2
"""A town with a bank: what is settled goes there as a file, and what the bank says is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from ledger import audit, bank_answers, bank_messages, bank_statements, db, payees, payments, providers, runs
from ledger.bank_messages import Reading
from ledger.checks.findings import FindingKind
from ledger.db import Work
from ledger.ids import uuid7
from ledger.providers import ProviderInput
from ledger.rules.states import PaymentState, RunState
from ledger.tables import BankLine, BankStatement, LineOutcome, PayeeCheck, Payment, ProviderKind, metadata
from tests import settling
from tests.bank import Bank, Script
from tests.settling import Settled
from tests.town import BORNE, MARCH, NOW, PAY_DAY, Town

TODAY = date(2026, 4, 15)
"""The Dutch day of NOW: a run up to here also takes what the bank refused today."""
OURS = "NL91ABNA0417164300"


def iban(number: int) -> str:
    """A made-up Dutch account with sound check digits."""
    body = f"TEST{number:010d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{body}NL00")
    return f"NL{98 - int(digits) % 97:02d}{body}"


@dataclass(kw_only=True)
class BankTown(Town):
    """The town of Borne, which pays from an account at the bank of the tests."""

    bank: Bank = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.banks()

    def banks(self, **script: Any) -> Bank:
        """Begin at a bank that does as this script says, on the day the payments are asked for."""
        self.bank = Bank(
            iban=OURS,
            name="Gemeente Borne",
            opening_cents=1_000_000_00,
            first_day=PAY_DAY,
            seed=1,
            script=Script(**script),
        )
        return self.bank

    def payee(self, number: int) -> UUID:
        """A provider with a contract that is paid on iban(number)."""
        provider_id, count = uuid7(), next(self.numbers)
        self.agbs[provider_id] = f"{count:08d}"
        content = ProviderInput(
            id=provider_id,
            kind=ProviderKind.ORGANISATION,
            agb=self.agbs[provider_id],
            kvk="12345678",
            trade_name=f"Aanbieder {number}",
            account_holder_name=f"Aanbieder {number}",
            iban=iban(number),
        )
        with self.work() as work:
            providers.put(work, [content])
        self.contract(provider_id)
        return provider_id

    def owed(self, *amounts: int, at: datetime = MARCH) -> list[UUID]:
        """Payee n is owed the n-th amount, under a right of its own."""
        ids = [self.payee(number) for number in range(len(amounts))]
        right = self.right(*ids)
        for provider_id, cents in zip(ids, amounts, strict=True):
            self.redeem(right, provider_id, cents=cents, at=at)
        return ids

    def paying(self, *amounts: int) -> Settled:
        """A run that was released and whose file was taken out; payment n is the n-th amount."""
        self.owed(*amounts)
        run = self.settle(TODAY)
        self.file(run)
        return run

    def file(self, run: Settled) -> bytes:
        """The one file of a run, taken out."""
        with self.work() as work:
            (content,) = settling.bank_files(work, run.id)
        return content

    def submit(self, run: Settled) -> Reading:
        """The file goes to the bank, and its answer is read."""
        return self.answer(self.bank.submit(self.file(run)))

    def answer(self, content: bytes) -> Reading:
        """A pain.002 that is read."""
        with self.work() as work:
            return bank_answers.read(work, BytesIO(content))

    def statement(self, content: bytes, *, gap_accepted: bool = False) -> Reading:
        """A camt.053 or camt.054 that is read."""
        with self.work() as work:
            return bank_statements.read(work, BytesIO(content), gap_accepted=gap_accepted)

    def days(self, days: int = 1) -> list[Reading]:
        """Days at the bank pass, and all it says of them is read."""
        return [self.statement(content) for content in self.bank.advance(days)]

    def let_pass(self) -> None:
        """Two people say that whoever the bank could not pay may be paid on the same account all the same."""
        with db.reading(self.engine) as session:
            checks = session.scalars(select(col(PayeeCheck.id))).all()
        for actor_id in (uuid7(), uuid7()):
            with self.work(actor_id=actor_id) as work:
                for check_id in checks:
                    payees.override(work, check_id, "rekening is weer open")

    def states(self, run: Settled) -> list[PaymentState]:
        """Of the payments of a run, in their order."""
        with self.work() as work:
            known = payments.states(work, run.payments)
        return [known[each.id] for each in run.payments]

    def state(self, run: Settled) -> RunState:
        """What a run is now."""
        with self.work() as work:
            return runs.get(work, run.id).state

    def to_look_at(self) -> list[LineOutcome]:
        """What became of the lines that no program can settle."""
        return [line.outcome for _, line in self.doubtful()]

    def doubtful(self) -> list[tuple[BankStatement, BankLine]]:
        """The lines that no program can settle."""
        with self.work() as work:
            return bank_messages.to_look_at(work)

    def codes(self, payment: Payment) -> list[tuple[PaymentState, str]]:
        """What the bank said of one payment, with its reasons."""
        with self.work() as work:
            return [(each.state, each.code) for each in payments.events(work, payment.id)]

    def rows(self) -> dict[str, int]:
        """How many rows every table has."""
        with db.reading(self.engine) as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in metadata.tables.items()
            }

    def lines(self) -> Sequence[BankLine]:
        """All lines of the bank's word."""
        with db.reading(self.engine) as session:
            return session.scalars(
                select(BankLine).order_by(col(BankLine.statement_id), col(BankLine.number))
            ).all()

    def spoilt(self, statement: str) -> set[FindingKind]:
        """What the audit finds when a statement changes rows of a table behind the ledger; it is undone."""
        table, is_sqlite = statement.split()[1], self.engine.dialect.name == "sqlite"
        with self.engine.connect() as connection, Session(bind=connection) as session:
            work = Work(session=session, municipality_id=BORNE, actor_id=self.actor_id, now=NOW)
            if is_sqlite:
                (trigger,) = connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master"
                    " WHERE type = 'trigger' AND tbl_name = ? AND sql LIKE '%UPDATE%'",
                    (table,),
                ).one()
            off = f"DROP TRIGGER {trigger}" if is_sqlite else f"ALTER TABLE {table} DISABLE TRIGGER USER"
            connection.exec_driver_sql(off)
            connection.exec_driver_sql(statement)
            found = {each.kind for each in audit.check(work).findings}
            connection.rollback()
        return found

    def is_sound(self) -> bool:
        """Whether the audit finds nothing; what it finds is shown."""
        findings = self.report().findings
        assert findings == ()
        return True


__all__ = ["NOW", "OURS", "TODAY", "BankTown", "iban"]
