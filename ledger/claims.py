# SPDX-License-Identifier: EUPL-1.2
"""Claims: a provider's declaration. Its lines become scans without a code and take the same path.

A claim is booked whole or not at all; what is wrong is told for every line. The same file is the
same claim, and a line's reference is used once per provider, so nothing is paid twice.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Annotated, ClassVar, Self, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy import and_, insert, or_, select
from sqlmodel import col

from ledger import redemptions
from ledger.clock import day_start
from ledger.db import Work
from ledger.errors import Conflict, LedgerError, Malformed, MalformedFile, Refused
from ledger.formats import claims_csv
from ledger.formats.claims_csv import CsvLine
from ledger.ids import derived
from ledger.inputs import Amount, Day, Id7, Input, ProductCode, fingerprint
from ledger.scans import AllocationNumber, Redeemed, Scan, ScanLine, ScanTerms
from ledger.tables import Claim, Redemption
from ledger.units import AMOUNT_MAX, Unit

PIECE = 1000
"""Lines judged and booked together; memory holds one piece, the transaction holds them all."""

LINES_MAX = 100_000
"""The most lines of one claim."""


@dataclass(kw_only=True, eq=False)
class ClaimExists(Conflict):
    """This id was used for a claim with other lines."""

    code: ClassVar[str] = "claim_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ClaimEmpty(Malformed):
    """A claim has at least one line."""

    code: ClassVar[str] = "claim_empty"


@dataclass(kw_only=True, eq=False)
class ReferenceTwice(Malformed):
    """Two lines of one claim bear the same reference."""

    code: ClassVar[str] = "reference_twice"
    reference: str
    first_line: int


@dataclass(kw_only=True, eq=False)
class ReferenceClaimed(Conflict):
    """This reference was claimed before, in another claim."""

    code: ClassVar[str] = "reference_claimed"
    reference: str


@dataclass(frozen=True, kw_only=True)
class BadLine:
    """A line that cannot be booked, and why."""

    line: int
    error: LedgerError


@dataclass(kw_only=True, eq=False)
class ClaimRefused(Refused):
    """Nothing of the claim was booked: these lines are bad."""

    code: ClassVar[str] = "claim_refused"
    lines: Sequence[BadLine]


@dataclass(kw_only=True)
class Verdict:
    """What a claim comes to: which lines cannot be booked, and the sums of those that can."""

    bad: list[BadLine] = field(default_factory=list)
    """In the order of the lines."""
    good: int = 0
    """How many lines can be booked."""
    price_cents: int = 0
    """Of those together, eurocents."""
    quantities: dict[Unit, int] = field(default_factory=dict)
    """Of those together, by unit."""

    def accept(self, redeemed: Redeemed) -> None:
        """One line more can be booked."""
        self.good += 1
        self.price_cents += redeemed.price_cents
        for line in redeemed.lines:
            self.quantities[line.unit] = self.quantities.get(line.unit, 0) + line.quantity


Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many lines are judged, of how many."""


class ClaimLine(Input):
    """One delivery that is claimed."""

    reference: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z._/-]{1,20}$")]
    """The provider's own number of the line (ReferentieNummer): used once."""
    entitlement_id: UUID | None = None
    allocation: AllocationNumber | None = None
    service: ProductCode
    quantity: Amount
    """In the unit of the service: minutes for services sold by the hour."""
    service_date: Day
    price_cents: Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)] | None = None
    acting_person_id: UUID | None = None

    @model_validator(mode="after")
    def _one_right(self) -> Self:
        if (self.entitlement_id is None) is (self.allocation is None):
            raise ValueError("name either entitlementId or allocation")
        return self


class ClaimTerms(Input):
    """A claim as the API takes it."""

    provider_id: UUID
    lines: Annotated[tuple[ClaimLine, ...], Field(min_length=1, max_length=LINES_MAX)]


@dataclass(frozen=True, kw_only=True)
class NumberedLine:
    """A line with its number in the file, read or not."""

    line: int
    content: ClaimLine | None = None
    error: LedgerError | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimOrder:
    """A claim to be judged: who claims, the hash that makes it the same claim, and its lines."""

    id: UUID
    provider_id: UUID
    sha256: bytes
    lines: Sequence[NumberedLine]


def of_terms(claim_id: Id7, terms: ClaimTerms) -> ClaimOrder:
    """A claim sent as JSON."""
    lines = [NumberedLine(line=i, content=line) for i, line in enumerate(terms.lines, start=1)]
    return ClaimOrder(id=claim_id, provider_id=terms.provider_id, sha256=fingerprint(terms), lines=lines)


def of_file(provider_id: UUID, source: bytes) -> ClaimOrder:
    """A claim from a CSV file; its id follows from the provider and the bytes.

    Raises MalformedFile when it is no claims file; lines that cannot be read are kept as bad lines.
    """
    digest = sha256(source).digest()
    lines = [_numbered(row) for row in islice(claims_csv.read(source), LINES_MAX + 1)]
    if len(lines) > LINES_MAX:
        raise MalformedFile(place="file", fault=f"more than {LINES_MAX} lines")
    return ClaimOrder(
        id=derived(provider_id, f"claim {digest.hex()}"),
        provider_id=provider_id,
        sha256=digest,
        lines=lines,
    )


def claim(work: Work, order: ClaimOrder, tell: Tell | None = None) -> Claim:
    """Book a whole claim. The same claim again is answered as the first time.

    Raises ClaimRefused with every bad line, ClaimEmpty, or ClaimExists; the caller's transaction
    must then roll back.
    """
    if known := _known(work, order):
        return known
    verdict = _redeemed(work, order, tell)
    if verdict.bad:
        raise ClaimRefused(lines=verdict.bad)
    return _book(work, order, verdict.price_cents)


def judge(work: Work, order: ClaimOrder, tell: Tell | None = None) -> Verdict:
    """What a claim comes to, line by line, without booking anything (a dry run).

    A claim that was booked before comes to what it did then. Raises ClaimEmpty, ClaimExists.
    """
    _known(work, order)
    with work.session.begin_nested() as point:
        try:
            return _redeemed(work, order, tell)
        finally:
            point.rollback()
            work.session.expire_all()


def _redeemed(work: Work, order: ClaimOrder, tell: Tell | None) -> Verdict:
    """Every line that can be redeemed is. Raises ClaimEmpty."""
    if not order.lines:
        raise ClaimEmpty()
    verdict, judged = Verdict(bad=list(_unreadable(order.lines))), 0
    for piece in _pieces(order.lines):
        scans = [_scan(order, line) for line in piece]
        outcomes = redemptions.redeem(work, scans)
        elsewhere = _claimed_elsewhere(work, order, scans)
        for line, scan, outcome in zip(piece, scans, outcomes, strict=True):
            answer = _reference_claimed(line) if scan.id in elsewhere else outcome
            if isinstance(answer, LedgerError):
                verdict.bad.append(BadLine(line=line.line, error=answer))
            else:
                verdict.accept(answer)
        judged += len(piece)
        if tell is not None:
            tell(judged, len(order.lines))
    verdict.bad.sort(key=lambda each: each.line)
    return verdict


def _known(work: Work, order: ClaimOrder) -> Claim | None:
    """The same claim, booked before. Raises ClaimExists where its id is that of another."""
    content = (col(Claim.provider_id) == order.provider_id, col(Claim.sha256) == order.sha256)
    statement = select(Claim).where(
        col(Claim.municipality_id) == work.municipality_id, or_(and_(*content), col(Claim.id) == order.id)
    )
    found = work.session.scalars(statement).all()
    same = [row for row in found if (row.provider_id, row.sha256) == (order.provider_id, order.sha256)]
    if found and not same:
        raise ClaimExists(id=order.id)
    return same[0] if same else None


def _unreadable(lines: Iterable[NumberedLine]) -> Iterator[BadLine]:
    """Lines that could not be read, and references that come twice."""
    first: dict[str, int] = {}
    for line in lines:
        if line.error is not None:
            yield BadLine(line=line.line, error=line.error)
        elif line.content is not None:
            reference = line.content.reference
            before = first.setdefault(reference, line.line)
            if before != line.line:
                error = ReferenceTwice(reference=reference, first_line=before)
                yield BadLine(line=line.line, error=error)


def _pieces(lines: Sequence[NumberedLine]) -> Iterator[list[NumberedLine]]:
    """The readable lines, each reference once, cut into pieces."""
    seen: set[str] = set()
    piece: list[NumberedLine] = []
    for line in lines:
        if line.content is None or line.content.reference in seen:
            continue
        seen.add(line.content.reference)
        piece.append(line)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _scan(order: ClaimOrder, line: NumberedLine) -> Scan:
    """The scan of one line. Its id follows from the provider's reference: claimed once."""
    content = line.content
    assert content is not None, "only readable lines are judged"
    terms = ScanTerms(
        entitlement_id=content.entitlement_id,
        allocation=content.allocation,
        provider_id=order.provider_id,
        lines=(
            ScanLine(service=content.service, quantity=content.quantity, price_cents=content.price_cents),
        ),
        at=day_start(content.service_date),
        acting_person_id=content.acting_person_id,
    )
    return Scan(
        id=derived(order.provider_id, f"claim line {content.reference}"),
        terms=terms,
        claim_id=order.id,
        claim_line=line.line,
    )


def _claimed_elsewhere(work: Work, order: ClaimOrder, scans: Iterable[Scan]) -> set[UUID]:
    """Those whose reference was booked before, in another claim; read after the locks."""
    statement = select(col(Redemption.id)).where(
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.id).in_({scan.id for scan in scans}),
        or_(col(Redemption.claim_id).is_(None), col(Redemption.claim_id) != order.id),
    )
    return set(work.session.scalars(statement))


def _reference_claimed(line: NumberedLine) -> ReferenceClaimed:
    assert line.content is not None, "only readable lines are judged"
    return ReferenceClaimed(reference=line.content.reference)


def _book(work: Work, order: ClaimOrder, cents: int) -> Claim:
    row = Claim(
        municipality_id=work.municipality_id,
        id=order.id,
        provider_id=order.provider_id,
        sha256=order.sha256,
        lines=len(order.lines),
        price_cents=cents,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    work.session.connection().execute(insert(Claim), [row.model_dump()])
    return row


def _numbered(row: CsvLine) -> NumberedLine:
    """A CSV line as a claim line, or what is wrong with it."""
    values = row.values
    if "" in values:
        return _bad(row, values[""])
    allocation = None
    if number := values.get("allocation_number"):
        allocation = {"law": values.get("law", ""), "number": _whole(number)}
    content = {
        "reference": values["reference"],
        "entitlement_id": values.get("entitlement") or None,
        "allocation": allocation,
        "service": values["service"],
        "quantity": _whole(values["quantity"]),
        "service_date": values["service_date"],
        "price_cents": _whole(values["price_cents"]) if values.get("price_cents") else None,
    }
    try:
        return NumberedLine(line=row.line, content=ClaimLine.model_validate(content))
    except ValidationError as error:
        faults = [f"{'.'.join(str(p) for p in each['loc'])}: {each['msg']}" for each in error.errors()]
        return _bad(row, "; ".join(faults))


def _bad(row: CsvLine, fault: str) -> NumberedLine:
    return NumberedLine(line=row.line, error=MalformedFile(place=f"line {row.line}", fault=fault))


def _whole(text: str) -> int | str:
    """A whole number; anything else stays text, for the validation to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
