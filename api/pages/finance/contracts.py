# SPDX-License-Identifier: EUPL-1.2
"""Contracts and programmes: what holds, every version there was, and what waits for somebody else than its
drafter to put it in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.deps import Desk, PathId
from api.pages import sentences
from api.pages.faults import Told
from api.pages.finance import changes
from api.pages.visit import AForm, Done, Visit, names, visit
from ledger import catalogue, contract_standing, contract_versions, contracts, db, programmes, providers
from ledger.clock import dutch_day
from ledger.contract_standing import Standing
from ledger.contracts import ContractDraft, ContractUnknown
from ledger.programmes import ProgrammeInput, ProgrammeUnknown
from ledger.roles import Action
from ledger.tables import Contract, Programme
from ledger.texts import Language, rule_words
from ledger.texts.rule_words import Called

router = APIRouter(include_in_schema=False)

VERSIONS_MAX: Final = 50
"""How many versions of one contract are told of."""

VERSION_MAX: Final = 1_000_000
"""A number that no version of a contract reaches."""

Seeing = Annotated[Visit, visit(Action.SEE_CONTRACTS)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """A contract in the list."""

    shown: ContractDraft
    """The version in force; where there is none, the newest."""
    standing: Standing
    waits: ContractDraft | None
    """A draft that would follow it."""


@router.get("/contracts")
def get_contracts(visit: Seeing) -> Response:
    """What holds of each and what waits, by the name of the provider."""

    def content(desk: Desk) -> Mapping[str, Any]:
        called = {each.id: each.trade_name for each in providers.listed(desk.work)}

        def order(each: _Listed) -> tuple[str, str]:
            return called[each.shown.content.provider_id], each.shown.content.number

        return {"contracts": sorted(_listed(desk), key=order), "called": called}

    return visit.shown("finance/contracts.html", content)


def _listed(desk: Desk) -> list[_Listed]:
    found, today = contract_versions.newest(desk.work), dutch_day(desk.work.now)
    waiting = [each.content.id for each in found if each.waits]
    behind = {each.content.id: each for each in contract_versions.in_force(desk.work, waiting)}
    listed = []
    for each in found:
        shown = behind.get(each.content.id, each)
        standing = contract_standing.of_newest(shown, today)
        listed.append(_Listed(shown=shown, standing=standing, waits=None if shown is each else each))
    return listed


@router.get("/contracts/{id}")
def get_contract(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """What holds of one, what its draft would change, and its versions."""
    return _contract(visit, id, done=done)


@router.get("/contracts/{id}/versions/{version}")
def get_version(id: PathId, version: Annotated[int, Path(ge=1, le=VERSION_MAX)], visit: Seeing) -> Response:
    """One version as it is, whatever became of it."""

    def content(desk: Desk) -> Mapping[str, Any]:
        row = desk.find(Contract, id, ContractUnknown(id=id))
        shown = contract_versions.version(desk.work, id, version)
        is_before = shown.published and version != row.published_version
        standing = contract_standing.of_newest(shown, dutch_day(desk.work.now))
        return {
            "contract": row,
            "standing": Standing.REPLACED if is_before else standing,
            **_as_it_is(desk, shown, visit.language),
        }

    return visit.shown("finance/version.html", content)


@router.post("/contracts/{id}/publish")
def post_publish(id: PathId, visit: Annotated[Visit, visit(Action.EDIT_CONTRACTS)], form: AForm) -> Response:
    """Put the newest version in force, when it is the one on the page; never by who drafted it."""

    def act(desk: Desk) -> str:
        contracts.publish(desk.work, [id], seen={id: form.one("seen")})
        return f"/contracts/{id}"

    return visit.acted(act, done="published", otherwise=lambda why: _contract(visit, id, refusal=why))


@router.post("/contracts/{id}/withdraw")
def post_withdraw(id: PathId, visit: Annotated[Visit, visit(Action.EDIT_CONTRACTS)], form: AForm) -> Response:
    """Give up the draft that is on the page, whoever wrote it; it stays to be looked at."""

    def act(desk: Desk) -> str:
        contracts.withdraw(desk.work, [id], seen={id: form.one("seen")})
        return f"/contracts/{id}"

    return visit.acted(act, done="draft_withdrawn", otherwise=lambda why: _contract(visit, id, refusal=why))


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
        today, in_force = dutch_day(desk.work.now), row.published_version
        (newest,) = contract_versions.newest(desk.work, [id])
        holds = next(iter(contract_versions.in_force(desk.work, [id])), None)
        waits = newest if newest.waits else None
        versions = contract_versions.versions(desk.work, id, limit=VERSIONS_MAX)
        acted = {each.drafted_by for each in versions}
        acted |= {by for each in versions for by in (each.published_by, each.withdrawn_by) if by}
        return {
            "contract": row,
            "in_force": in_force,
            "waits": waits,
            "changes": changes.between(
                desk, visit.language, holds.content if holds else None, waits.content if waits else None
            ),
            "is_own": id in contracts.own_drafts(desk.work, [id]),
            "standing": contract_standing.of_newest(holds or newest, today),
            "versions": [
                (each, contract_standing.of_version(each, today, in_force=in_force)) for each in versions
            ],
            "is_cut": bool(versions) and versions[-1].version > 1,
            "names": names(desk, acted),
            **_as_it_is(desk, holds or newest, visit.language),
        }

    return visit.shown("finance/contract.html", content, refusal=refusal, done=done)


def _as_it_is(desk: Desk, shown: ContractDraft, language: Language) -> dict[str, Any]:
    """What a version is told with."""
    content = shown.content
    paying = db.rows(desk.work, Programme, {each.programme_id for each in content.terms})
    services = {each.code: each for each in catalogue.listed(desk.work) if each.law == content.law}
    return {
        "shown": shown,
        "provider": providers.get(desk.work, [content.provider_id])[0],
        "told": {each.number: rule_words.of_term(each.term, language) for each in content.terms},
        "programmes": {id_: row.name for id_, row in paying.items()},
        "services": services,
        "called": {code: each.name for code, each in services.items()},
    }


def _programmes(visit: Visit, *, done: str | None = None, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found, called = programmes.newest(desk.work), sentences.called(desk)
        return {
            "programmes": found,
            "own": programmes.own_drafts(desk.work, [each.content.id for each in found]),
            "called": called,
            "measures": {(row.law, row.code): row.measure for row in catalogue.listed(desk.work)},
            "rules": {
                each.content.id: _sentences(each.content, visit.language, called[each.content.law])
                for each in found
            },
        }

    return visit.shown("finance/programmes.html", content, refusal=refusal, done=done)


def _sentences(content: ProgrammeInput, language: Language, called: Called) -> list[str]:
    """Every rule, and what is asked of the resident."""
    rules = sentences.of_rules(content.restrictions, language, called)
    return [*rules, rule_words.of_confirmation(content.confirmation, language)]
