# SPDX-License-Identifier: EUPL-1.2
"""Settings of a municipality: how its runs are reviewed, how its bank is told, what nobody grants alone."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from ledger import letterheads, municipalities, runs
from ledger.db import Work
from ledger.errors import Conflict
from ledger.formats import decision_letter
from ledger.formats.pain001 import Version
from ledger.inputs import PRINTABLE, Input, fingerprint
from ledger.letterheads import Sender
from ledger.municipalities import TaxNumber
from ledger.rules.run_plan import AnyRunPlan, NoPlan
from ledger.tables import Municipality
from ledger.texts import Language
from ledger.units import AMOUNT_MAX

_BPS = 10_000
_WAIT_MOST = 90
_FILE_MOST = 100_000
"""The most payments a bank takes in one file. Source: BNG, batches of payments."""


_PAGES = r"^(https://[A-Za-z0-9.-]{1,150}(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)?$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), PRINTABLE]
Text80 = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True), PRINTABLE]


class Settings(Input):
    """What a municipality chooses for itself."""

    sample_bps: Annotated[int, Field(strict=True, ge=0, le=_BPS)]
    """How many lines in ten thousand of a run must be looked at before its release; 1500 unless it is set."""
    account_wait_days: Annotated[int, Field(strict=True, ge=0, le=_WAIT_MOST)]
    """How many days an approved change of a provider's account waits; 5 unless it is set."""
    payments_per_file: Annotated[int, Field(strict=True, ge=1, le=_FILE_MOST)]
    """The most payments in one file; 10,000 unless it is set."""
    payment_file_version: Version
    """pain.001.001.09 unless it is set."""
    run_plan: AnyRunPlan = NoPlan()
    """On which days settlement runs are drafted by themselves; none unless it is set."""
    tax_number: TaxNumber | None = None
    """RSIN or VAT number of the municipality, which an audit file must name."""
    letter_address: Annotated[tuple[Line, ...], Field(max_length=5)] = ()
    """The lines of the address at the top of letters; none unless they are set."""
    letter_web: Text80 = ""
    """The website that letters name; in general words unless it is set."""
    letter_phone: Text80 = ""
    """The telephone number that letters name; in general words unless it is set."""
    pages_address: Annotated[str, StringConstraints(pattern=_PAGES, max_length=200)] = ""
    """Where residents find the pages of this service, as https and a host. Unless it is set, letters lead to
    no page and bring no code to log in with.
    """
    grant_alone_cents: Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)] | None
    """Above how many eurocents somebody else must approve a grant or a raise; null sets no limit. Always
    said, so that no edit of another setting takes the limit away.
    """


@dataclass(kw_only=True, eq=False)
class SettingsChanged(Conflict):
    """Somebody else set them since they were looked at."""

    code: ClassVar[str] = "settings_changed"


def get(work: Work) -> Municipality:
    """As they are."""
    return municipalities.get(work)


def known(work: Work) -> Settings:
    """As they are, to be changed and put back."""
    return _of(municipalities.get(work))


def mark(settings: Settings) -> str:
    """Says which settings somebody looked at."""
    return fingerprint(settings).hex()


def put(work: Work, settings: Settings, *, seen: str | None = None) -> Municipality:
    """Set them for what is drafted, released and granted from now on; the same again changes nothing.

    seen is the mark of what somebody looked at. Raises SettingsChanged when they are others now, and
    LetterUnprintable where letters have no typeface for what they would say.
    """
    row = runs.locked(work)
    if seen is not None and seen != mark(_of(row)):
        raise SettingsChanged()
    _require_printable(row, settings)
    values = {**dict(settings), "tax_number": settings.tax_number or ""}
    if any(getattr(row, name) != value for name, value in values.items()):
        row.sqlmodel_update({**values, "recorded_at": work.now})
    work.session.flush()
    return row


def _require_printable(row: Municipality, settings: Settings) -> None:
    """One letter is made now, lest none can be made later. Raises LetterUnprintable."""
    wanted = (settings.letter_address, settings.letter_web, settings.letter_phone)
    if wanted == (row.letter_address, row.letter_web, row.letter_phone):
        return
    sender = Sender(address=wanted[0], web=wanted[1], phone=wanted[2])
    decision_letter.pdf(letterheads.specimen(row.name, sender, Language.NL, date(2026, 1, 1)))


def _of(row: Municipality) -> Settings:
    values = {name: getattr(row, name) for name in Settings.model_fields}
    return Settings.model_validate(values | {"tax_number": row.tax_number or None})
