# SPDX-License-Identifier: EUPL-1.2
"""What a version of a contract is on a day: what is published need not have begun, and may have ended."""

from datetime import date
from enum import StrEnum

from ledger.contract_versions import ContractDraft
from ledger.tables import ContractVersion


class Standing(StrEnum):
    """What people may expect of it."""

    DRAFT = "draft"
    """It waits for somebody else to publish it."""
    WITHDRAWN = "withdrawn"
    """It was given up before anybody published it."""
    REPLACED = "replaced"
    """A later version was published."""
    COMING = "coming"
    """Published; its first day has not come."""
    HOLDS = "holds"
    """It is in force."""
    ENDED = "ended"
    """Its last day is over."""


def of_newest(found: ContractDraft, day: date) -> Standing:
    """Of the newest version of a contract, or of the one that was published last."""
    if found.withdrawn:
        return Standing.WITHDRAWN
    if not found.published:
        return Standing.DRAFT
    return _published(found.content.valid_from, found.content.valid_until, day)


def of_version(row: ContractVersion, day: date, *, in_force: int | None) -> Standing:
    """Of any version; in_force is the number of the one that was published last."""
    if row.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if row.published_at is None:
        return Standing.DRAFT
    if row.version != in_force:
        return Standing.REPLACED
    return _published(row.valid_from, row.valid_until, day)


def _published(first_day: date, last_day: date | None, day: date) -> Standing:
    """Last days are inclusive."""
    if day < first_day:
        return Standing.COMING
    if last_day is not None and last_day < day:
        return Standing.ENDED
    return Standing.HOLDS
