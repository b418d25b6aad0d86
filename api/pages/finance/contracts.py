# SPDX-License-Identifier: EUPL-1.2
"""Contracts and programmes with their newest version, and putting in force what somebody else drafted."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages import sentences
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Visit, names, visit
from ledger import catalogue, contracts, db, programmes, providers
from ledger.contracts import ContractUnknown
from ledger.programmes import ProgrammeInput, ProgrammeUnknown
from ledger.roles import Action
from ledger.tables import Contract, Programme
from ledger.texts import Language, rule_words
from ledger.texts.rule_words import Called

router = APIRouter(include_in_schema=False)

VERSIONS_MAX: Final = 50
"""How many versions of one contract are told of."""

Seeing = Annotated[Visit, visit(Action.SEE_CONTRACTS)]


@router.get("/contracts")
def get_contracts(visit: Seeing) -> Response:
    """The newest version of each, by the name of the provider."""

    def content(desk: Desk) -> Mapping[str, Any]:
        called = {each.id: each.trade_name for each in providers.listed(desk.work)}
        found = contracts.newest(desk.work)
        return {
            "contracts": sorted(
                found, key=lambda each: (called[each.content.provider_id], each.content.number)
            ),
            "called": called,
        }

    return visit.shown("finance/contracts.html", content)


@router.get("/contracts/{id}")
def get_contract(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One, with its tariffs and its versions."""
    return _contract(visit, id, done=done)


@router.post("/contracts/{id}/publish")
def post_publish(id: PathId, visit: Annotated[Visit, visit(Action.EDIT_CONTRACTS)], form: AForm) -> Response:
    """Put the newest version in force, when it is the one on the page; never by who drafted it."""

    def act(desk: Desk) -> str:
        contracts.publish(desk.work, [id], seen={id: form.one("seen")})
        return f"/contracts/{id}"

    return visit.acted(act, done="published", otherwise=lambda why: _contract(visit, id, refusal=why))


@router.get("/programmes")
def get_programmes(visit: Annotated[Visit, visit(Action.SEE_CATALOGUE)], done: Done = None) -> Response:
    """Each with its newest version."""
    return _programmes(visit, done=done)


@router.post("/programmes/{id}/publish")
def post_publish_programme(
    id: PathId, visit: Annotated[Visit, visit(Action.EDIT_PROGRAMMES)], form: AForm
) -> Response:
    """Put the newest version in force, when it is the one on the page; never by who drafted it."""

    def act(desk: Desk) -> str:
        if not programmes.newest(desk.work, [id]):
            raise ProgrammeUnknown(id=id)
        programmes.publish(desk.work, [id], seen={id: form.one("seen")})
        return "/programmes"

    return visit.acted(act, done="published", otherwise=lambda why: _programmes(visit, refusal=why))


def _contract(visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        row = desk.find(Contract, id, ContractUnknown(id=id))
        (newest,) = contracts.newest(desk.work, [id])
        versions = contracts.versions(desk.work, id, limit=VERSIONS_MAX)
        terms = newest.content.terms
        paying = db.rows(desk.work, Programme, {each.programme_id for each in terms})
        who = {each.drafted_by for each in versions} | {each.published_by for each in versions} - {None}
        return {
            "contract": row,
            "newest": newest,
            "versions": versions,
            "is_cut": bool(versions) and versions[-1].version > 1,
            "names": names(desk, [each for each in who if each is not None]),
            "provider": providers.get(desk.work, [row.provider_id])[0],
            "told": {each.number: rule_words.of_term(each.term, visit.language) for each in terms},
            "programmes": {id_: row.name for id_, row in paying.items()},
            "services": {each.code: each for each in catalogue.listed(desk.work) if each.law == row.law},
        }

    return visit.shown("finance/contract.html", content, refusal=refusal, done=done)


def _programmes(visit: Visit, *, done: str | None = None, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found, called = programmes.newest(desk.work), sentences.called(desk)
        return {
            "programmes": found,
            "called": called,
            "measures": {(row.law, row.code): row.measure for row in catalogue.listed(desk.work)},
            "rules": {each.content.id: _sentences(each.content, visit.language, called) for each in found},
        }

    return visit.shown("finance/programmes.html", content, refusal=refusal, done=done)


def _sentences(content: ProgrammeInput, language: Language, called: Called) -> list[str]:
    """Every rule, and what is asked of the resident."""
    rules = sentences.of_rules(content.restrictions, language, called)
    return [*rules, rule_words.of_confirmation(content.confirmation, language)]
