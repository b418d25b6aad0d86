# SPDX-License-Identifier: EUPL-1.2
"""What a draft of a contract would change, as pages tell who writes it and who puts it in force."""

from dataclasses import dataclass
from uuid import UUID

from api.deps import Desk
from api.pages.words import Teller
from ledger import contract_differences, db
from ledger.contract_differences import Differences
from ledger.contracts import ContractInput
from ledger.tables import Programme
from ledger.texts import Language, rule_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Two versions, what differs, and the terms of both as sentences."""

    before: ContractInput
    after: ContractInput
    differences: Differences
    terms_before: list[str]
    terms_after: list[str]


def between(
    desk: Desk, language: Language, before: ContractInput | None, after: ContractInput | None
) -> Changes | None:
    """What the second would change; None where there is nothing to hold it to."""
    if before is None or after is None:
        return None
    paying = {each.programme_id for each in (*before.terms, *after.terms)}
    called = {id_: row.name for id_, row in db.rows(desk.work, Programme, paying).items()}
    return Changes(
        before=before,
        after=after,
        differences=contract_differences.between(before, after),
        terms_before=_terms(before, called, language),
        terms_after=_terms(after, called, language),
    )


def _terms(content: ContractInput, called: dict[UUID, str], language: Language) -> list[str]:
    """Each with its number and who pays it: a term may change in nothing else."""
    found = []
    for each in content.terms:
        payer = called.get(each.programme_id, str(each.programme_id))
        paid = Teller(language).say("contract.term.paid_by", programme=payer)
        found.append(f"{each.number}. {' '.join(rule_words.of_term(each.term, language))} {paid}")
    return found
