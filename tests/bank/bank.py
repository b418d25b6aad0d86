# SPDX-License-Identifier: EUPL-1.2
"""One account at one bank, day after day: payment files go in, answers and statements come out.

The same seed, script and files give the same bytes.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from random import Random

from tests.bank import orders, reports, statements
from tests.bank.orders import Batch, Order, OrderFile, Refused
from tests.bank.reports import Report, Verdict
from tests.bank.script import MATCH, NOT_APPLICABLE, NOT_YET, Credit, Script, Vop
from tests.bank.statements import Booking, Detail, Sink, Statement

_AMOUNT_MAX_CENTS = 99_999_999_999
_SENT, _RETURNED, _RECEIVED = ("PMNT", "ICDT", "ESCT"), ("PMNT", "ICDT", "RRTN"), ("PMNT", "RCDT", "ESCT")
_INTEREST_RECEIVED, _INTEREST_PAID = ("ACMT", "MCOP", "INTR"), ("ACMT", "MDOP", "INTR")
_CHARGED = ("ACMT", "MDOP", "CHRG")


class Bank:
    """The bank of one account, on one day at a time."""

    def __init__(
        self,
        *,
        iban: str,
        name: str,
        opening_cents: int,
        first_day: date,
        seed: int,
        script: Script | None = None,
    ) -> None:
        self.iban, self.name, self.script = iban, name, script or Script()
        self.first_day = self.day = first_day
        self.balance_cents = opening_cents
        self._random = Random(seed)
        self._mark = f"{self._random.getrandbits(32):08X}"
        self._numbered = self._sequence = self._notified = 0
        self._seen: dict[str, str] = {}
        self._waiting: dict[str, tuple[OrderFile, dict[str, list[Verdict]]]] = {}
        self._agenda: defaultdict[date, list[Booking]] = defaultdict(list)
        self._note_other_money()

    def submit(self, file: bytes) -> bytes:
        """The answer to a payment file, a pain.002: refused as a whole, or payment by payment."""
        try:
            asked = orders.read(file)
            self._judge(asked)
        except Refused as refusal:
            return self._answer(refusal.file, {}, refusal=refusal)
        self._seen[asked.message_id] = asked.sha256
        verdicts = {batch.id: [self._verdict(order) for order in batch.orders] for batch in asked.batches}
        if self.script.vop is None:
            return self._taken(asked, verdicts)
        self._waiting[asked.message_id] = asked, verdicts
        return self.verified(asked.message_id)

    def verified(self, message_id: str, *, done: bool = False) -> bytes:
        """What is known of the names in a file that waits; `done` when no answer is to be waited for."""
        asked, verdicts = self._waiting[message_id]
        named = {batch: [self._verified(one, done=done) for one in ones] for batch, ones in verdicts.items()}
        return self._answer(asked, named)

    def authorise(self, message_id: str, *, without: frozenset[str] = frozenset()) -> bytes:
        """The answer to a verified file that is now let go, without the payments of these end-to-end ids."""
        asked, verdicts = self._waiting.pop(message_id)
        for batch, ones in verdicts.items():
            verdicts[batch] = [_cancelled(one) if one.order.end_to_end_id in without else one for one in ones]
        return self._taken(asked, verdicts)

    def advance(self, days: int = 1) -> list[bytes]:
        """The messages of these days, each day closed by its camt.053 and before it its camt.054, if any."""
        messages = []
        for _ in range(days):
            notices = self._notices()
            file = BytesIO()
            self.write_statement(file)
            messages += [*notices, file.getvalue()]
        return messages

    def receive(self, credit: Credit) -> None:
        """Somebody sends money, which is booked so many days after the first."""
        self._book(credit.day, self._received(credit))

    def write_statement(self, file: Sink) -> None:
        """The statement of today into a file, piece by piece; then it is tomorrow."""
        self._sequence += 1
        statement = Statement(
            kind="camt.053",
            version=self.script.camt_version,
            message_id=f"{self._mark}-S{self._sequence:06d}",
            id=f"{self.iban[-10:]}-{self.day:%Y%m%d}",
            sequence=self._sequence,
            day=self.day,
            iban=self.iban,
            owner=self.name,
            opening_cents=self.balance_cents,
            bookings=self._agenda.pop(self.day, []),
            with_details=self.script.batch_details == "statement",
        )
        statements.write(statement, file)
        self.balance_cents = statement.closing_cents
        self.day += timedelta(days=1)

    def _note_other_money(self) -> None:
        """What happens to the account that nobody here asked for."""
        for credit in self.script.other_credits:
            self._book(credit.day, self._received(credit))
        for day, cents in self.script.interest.items():
            code = _INTEREST_RECEIVED if cents >= 0 else _INTEREST_PAID
            self._book(day, self._own(cents, code, "Rente"))
        for day, cents in self.script.charges.items():
            self._book(day, self._own(-cents, _CHARGED, "Kosten zakelijk betalingsverkeer"))

    def _book(self, day: int, booking: Booking) -> None:
        self._agenda[self.first_day + timedelta(days=day)].append(booking)

    def _own(self, cents: int, code: tuple[str, str, str], text: str) -> Booking:
        return Booking(
            amount_cents=abs(cents), credit=cents >= 0, bank_reference=self._reference(), code=code, text=text
        )

    def _received(self, credit: Credit) -> Booking:
        detail = Detail(
            amount_cents=credit.amount_cents,
            credit=True,
            bank_reference=self._reference(),
            end_to_end_id=credit.end_to_end_id,
            name=credit.name,
            iban=credit.iban,
            sent=False,
            reference=credit.reference,
            text=credit.text,
        )
        return _single(detail, _RECEIVED, bank_reference=detail.bank_reference or "")

    def _reference(self) -> str:
        self._numbered += 1
        return f"{self._mark}{self._numbered:010d}"

    def _judge(self, asked: OrderFile) -> None:
        if asked.message_id in self._seen:
            same = self._seen[asked.message_id] == asked.sha256
            raise Refused(
                "AM05" if same else "DU01", "this file, or another of its name, was taken before", asked
            )
        if any(batch.debtor_iban != self.iban for batch in asked.batches):
            raise Refused("AC02", "not an account of the sender", asked)

    def _verdict(self, order: Order) -> Verdict:
        code = self.script.reject.get(order.creditor_iban) or _fault(order)
        telling = self.script.list_accepted or self.script.omit_end_to_end
        return Verdict(
            order=order,
            status="RJCT" if code else self.script.accepted,
            code=code,
            bank_reference=None if code else self._reference(),
            told=telling or code is not None,
        )

    def _verified(self, verdict: Verdict, *, done: bool) -> Verdict:
        vop = (self.script.vop or {}).get(verdict.order.creditor_iban, Vop(outcome=MATCH))
        outcome = NOT_APPLICABLE if done and vop.outcome == NOT_YET else vop.outcome
        return Verdict(
            order=verdict.order,
            status=outcome,
            fault=vop.name,
            told=self.script.list_accepted or outcome != MATCH,
        )

    def _taken(self, asked: OrderFile, verdicts: dict[str, list[Verdict]]) -> bytes:
        for batch in asked.batches:
            self._plan(asked, batch, [one for one in verdicts[batch.id] if one.status != "RJCT"])
        return self._answer(asked, verdicts)

    def _answer(
        self, asked: OrderFile, verdicts: dict[str, list[Verdict]], *, refusal: Refused | None = None
    ) -> bytes:
        status = "RJCT" if refusal else reports.status(one for ones in verdicts.values() for one in ones)
        return reports.write(
            Report(
                version=self.script.status_version,
                message_id=f"{self._reference()}-A",
                day=self.day,
                file=asked,
                status=status,
                code=refusal.code if refusal else None,
                fault=refusal.fault if refusal else None,
                verdicts=verdicts,
            )
        )

    def _plan(self, asked: OrderFile, batch: Batch, accepted: Sequence[Verdict]) -> None:
        """The bookings of a batch, spread over the days the script says, and what will come back."""
        start = max(batch.requested_on, self.day) + timedelta(days=self.script.settle_after_days)
        days, one_booking = self.script.split_days, self.script.batch_booked
        one_booking = batch.one_booking if one_booking is None else one_booking
        for number in range(days):
            part = accepted[len(accepted) * number // days : len(accepted) * (number + 1) // days]
            details = [self._sent(asked, batch, verdict) for verdict in part]
            day = start + timedelta(days=number)
            if one_booking and details:
                self._agenda[day].append(self._together(asked, batch, details))
            elif details:
                self._agenda[day] += [
                    _single(one, _SENT, bank_reference=one.bank_reference or "") for one in details
                ]
            self._plan_returns(day, details)

    def _sent(self, asked: OrderFile, batch: Batch, verdict: Verdict) -> Detail:
        order, off = verdict.order, self.script.amount_off_by
        silent = self.script.omit_end_to_end
        return Detail(
            amount_cents=order.amount_cents + off.get(order.end_to_end_id, off.get(order.creditor_iban, 0)),
            credit=False,
            message_id=None if silent else asked.message_id,
            batch_id=None if silent else batch.id,
            bank_reference=verdict.bank_reference,
            instruction_id=None if silent else order.instruction_id,
            end_to_end_id=None if silent else order.end_to_end_id,
            name=order.creditor_name,
            iban=order.creditor_iban,
            sent=True,
            reference=order.reference,
            text=order.text,
        )

    def _together(self, asked: OrderFile, batch: Batch, details: Sequence[Detail]) -> Booking:
        return Booking(
            amount_cents=sum(detail.amount_cents for detail in details),
            credit=False,
            bank_reference=self._reference(),
            code=_SENT,
            batch=(asked.message_id, batch.id),
            count=len(details),
            details=details,
        )

    def _plan_returns(self, day: date, details: Sequence[Detail]) -> None:
        """Of a returned payment the entry has a new reference, its details keep those of the payment."""
        for detail in details:
            if coming_back := self.script.return_after_days.get(detail.iban):
                days, code = coming_back
                back = replace(detail, credit=True, return_code=code)
                booking = _single(back, _RETURNED, bank_reference=self._reference())
                self._agenda[day + timedelta(days=days)].append(booking)

    def _notices(self) -> list[bytes]:
        batches = [booking for booking in self._agenda[self.day] if booking.batch is not None]
        if self.script.batch_details != "notification":
            return []
        return [self._notice(booking) for booking in batches]

    def _notice(self, booking: Booking) -> bytes:
        self._notified += 1
        notice = Statement(
            kind="camt.054",
            version=self.script.camt_version,
            message_id=f"{self._mark}-N{self._notified:06d}",
            id=f"{self.iban[-10:]}-N{self._notified:06d}",
            sequence=self._notified,
            day=self.day,
            iban=self.iban,
            owner=self.name,
            bookings=[booking],
            with_details=True,
        )
        file = BytesIO()
        statements.write(notice, file)
        return file.getvalue()


def _single(detail: Detail, code: tuple[str, str, str], *, bank_reference: str) -> Booking:
    return Booking(
        amount_cents=detail.amount_cents,
        credit=detail.credit,
        bank_reference=bank_reference,
        code=code,
        details=(detail,),
    )


def _cancelled(verdict: Verdict) -> Verdict:
    return replace(verdict, status="RJCT", code="DS02", fault="cancelled by the customer", told=True)


def _fault(order: Order) -> str | None:
    """What any bank sees in a payment by itself."""
    if order.currency != "EUR":
        return "AM03"
    if not 0 < order.amount_cents <= _AMOUNT_MAX_CENTS:
        return "AM02" if order.amount_cents else "AM01"
    return None if orders.is_iban(order.creditor_iban) else "AC01"
