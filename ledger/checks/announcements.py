# SPDX-License-Identifier: EUPL-1.2
"""Checks of announcements: nobody is paid on another account without being told."""

from collections.abc import Iterator

from sqlalchemy import literal, select
from sqlmodel import col

from ledger import notices
from ledger.checks.findings import Check, FindingKind
from ledger.tables import AccountDecision, NoticeAbout


def checks(municipality_id: str) -> Iterator[Check]:
    """Approved changes of account of which there is no notice, though none was told otherwise."""
    told = notices.written(municipality_id, col(AccountDecision.change_id), NoticeAbout.ACCOUNT_APPROVED)
    yield Check(
        kind=FindingKind.ACCOUNT_UNTOLD,
        place="account change {}",
        statement=select(col(AccountDecision.change_id), literal(1), literal(0)).where(
            col(AccountDecision.municipality_id) == municipality_id,
            col(AccountDecision.approved),
            col(AccountDecision.told_otherwise).is_(None),
            ~told.exists(),
        ),
    )
