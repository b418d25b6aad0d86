# SPDX-License-Identifier: EUPL-1.2
"""The payment file of a run, from its rows: the same rows are the same bytes, at any time.

Apart from settlements, because the audit writes it again as well. See formats/pain001 for the format.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from uuid import UUID

from ledger import identifiers
from ledger.formats import pain001
from ledger.tables import Payment, SettlementRun

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY_LENGTH = 12


def lines(run: SettlementRun, payments: Iterable[Payment]) -> Iterator[bytes]:
    """The bytes in pieces; the payments come in the order of their ids. No payments is no bytes.

    Raises MalformedFile where the rows cannot be a file, or are not what the run says.
    """
    if run.count == 0:
        return iter(())
    return pain001.lines(_head(run), (_transfer(each) for each in payments))


def digest(chunks: Iterable[bytes]) -> bytes:
    """SHA-256 of the bytes, read once and not kept."""
    found = sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.digest()


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


def _head(run: SettlementRun) -> pain001.PaymentFile:
    return pain001.PaymentFile(
        message_id=run.id.hex,
        created_at=run.recorded_at,
        requested_on=run.requested_on,
        debtor=pain001.Debtor(name=run.debtor_name, iban=run.debtor_iban),
        count=run.count,
        total_cents=run.total_cents,
        batch_booking=True,
    )


def _transfer(payment: Payment) -> pain001.Transfer:
    return pain001.Transfer(
        end_to_end_id=payment.end_to_end_id,
        amount_cents=payment.amount_cents,
        creditor_name=payment.creditor_name,
        creditor_iban=payment.creditor_iban,
        reference=payment.reference,
    )
