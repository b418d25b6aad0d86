# SPDX-License-Identifier: EUPL-1.2
"""The files a run tells the bank, from its rows: the same rows are the same bytes, at any time.

Apart from releases, because an export and the audit write them again as well. See formats/pain001.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import identifiers, runs
from ledger.db import Work
from ledger.errors import Conflict, NotFound
from ledger.formats import pain001
from ledger.ids import derived
from ledger.rules.states import SENT, RunCommand
from ledger.tables import Payment, PaymentFile, RunRelease

PIECE: Final = 5000
"""How many payments are in memory at once."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY_LENGTH = 12


@dataclass(kw_only=True, eq=False)
class PaymentFileNotFound(NotFound):
    """The run has no file with this number: it was not released, or there is nothing to pay."""

    code = "payment_file_not_found"
    id: UUID
    number: int


@dataclass(kw_only=True, eq=False)
class PaymentFileChanged(Conflict):
    """The file made now is not the one that was made at the release: rows were changed outside the ledger."""

    code = "payment_file_changed"
    id: UUID
    expected_sha256: str
    found_sha256: str


def export(work: Work, run_id: UUID) -> list[PaymentFile]:
    """Say that the files of a run go to the bank: only then they can be read. Again changes nothing.

    Raises RunNotFound, RunNotReady.
    """
    before, after = runs.required(work, run_id, RunCommand.EXPORT)
    # After this point only writes.
    if after is not before:
        runs.advance(work, run_id, after)
    return listed(work, run_id)


def get(work: Work, run_id: UUID, number: int) -> PaymentFile:
    """One file of a run. Raises PaymentFileNotFound."""
    found = work.session.get(PaymentFile, (work.municipality_id, run_id, number))
    if found is None:
        raise PaymentFileNotFound(id=run_id, number=number)
    return found


def listed(work: Work, run_id: UUID) -> list[PaymentFile]:
    """The files of a run, in their order; none before its release, or where there is nothing to pay."""
    statement = (
        select(PaymentFile)
        .where(col(PaymentFile.municipality_id) == work.municipality_id, col(PaymentFile.run_id) == run_id)
        .order_by(col(PaymentFile.number))
    )
    return list(work.session.scalars(statement))


def read(work: Work, run_id: UUID, number: int) -> Iterator[bytes]:
    """The bytes for the bank in pieces, the same every time.

    Raises RunNotFound, RunNotReady (it was not exported) and PaymentFileNotFound at once; while
    streaming PaymentFileChanged, or MalformedFile, and then always before the last piece: what was
    changed never becomes a whole file.
    """
    run = runs.get(work, run_id)
    if run.release is None or run.state not in SENT:
        raise runs.RunNotReady(id=run_id, state=run.state, command=RunCommand.EXPORT)
    file = get(work, run_id, number)
    return _verified(file, lines(work, run.requested_on, run.release, file))


def lines(work: Work, requested_on: date, release: RunRelease, file: PaymentFile) -> Iterator[bytes]:
    """The bytes in pieces, from the payments as they are in the database now.

    Raises MalformedFile where the rows cannot be a file, or are not what the file says.
    """
    head = pain001.PaymentFile(
        message_id=file.message_id,
        created_at=release.recorded_at,
        requested_on=requested_on,
        debtor=pain001.Debtor(name=release.debtor_name, iban=release.debtor_iban),
        count=file.count,
        total_cents=file.total_cents,
        batch_booking=True,
        version=pain001.Version(release.file_version),
    )
    return pain001.lines(head, _transfers(work, file))


def digest(chunks: Iterable[bytes]) -> bytes:
    """SHA-256 of the bytes, read once and not kept."""
    found = sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.digest()


def message_id(run_id: UUID, number: int) -> str:
    """How a file is called: 32 hexadecimal digits that follow from the run and the number."""
    return derived(run_id, f"payment file {number}").hex


def reference(settlement_id: UUID) -> str:
    """The RF creditor reference of a settlement: RF, two check digits and twelve digits and capitals.

    They write the last 62 bits of the id, all of them random in a UUIDv7: among a million
    settlements the chance of any two alike is about one in ten million. Should it happen, people
    see two alike; machines go by the end-to-end id, which is the whole id and unique.
    """
    rest, body = settlement_id.int & ((1 << 62) - 1), ""
    for _ in range(_BODY_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        body = _DIGITS[digit] + body
    return identifiers.rf_reference(body)


def _verified(file: PaymentFile, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, the last one only when the hash of all is that of the file."""
    found, held = sha256(), b""
    for chunk in chunks:
        found.update(chunk)
        if held:
            yield held
        held = chunk
    if found.digest() != file.sha256:
        raise PaymentFileChanged(
            id=file.run_id, expected_sha256=file.sha256.hex(), found_sha256=found.hexdigest()
        )
    if held:
        yield held


def _transfers(work: Work, file: PaymentFile) -> Iterator[pain001.Transfer]:
    """Of one file, in the order of the ids of its payments; the cursor is closed however it ends."""
    statement = (
        select(
            col(Payment.end_to_end_id),
            col(Payment.amount_cents),
            col(Payment.creditor_name),
            col(Payment.creditor_iban),
            col(Payment.reference),
        )
        .where(
            col(Payment.municipality_id) == work.municipality_id,
            col(Payment.run_id) == file.run_id,
            col(Payment.file) == file.number,
        )
        .order_by(col(Payment.id))
        .execution_options(yield_per=PIECE)
    )
    with work.session.execute(statement) as found:
        for end_to_end_id, amount_cents, name, iban, rf_reference in found:
            yield pain001.Transfer(
                end_to_end_id=end_to_end_id,
                amount_cents=amount_cents,
                creditor_name=name,
                creditor_iban=iban,
                reference=rf_reference,
            )
