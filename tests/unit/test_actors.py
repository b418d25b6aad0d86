# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: the table, the roles kept apart, accounts and their keys, and the page that shows it."""

import ast
import hashlib
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, insert, select
from sqlmodel import col

from ledger import actors, db
from ledger.actors import (
    ActorBound,
    ActorDisabled,
    ActorInput,
    ActorNotFound,
    ActorPartyNotFound,
    KeyNotFound,
    KeyUnknown,
    OperatorReserved,
    OwnRoles,
    RolesIncompatible,
)
from ledger.db import Work
from ledger.errors import Forbidden, NotFound, Unauthenticated
from ledger.ids import uuid7
from ledger.roles import BOUND, INCOMPATIBLE, MAY, ActingAs, Action, NotAllowed, NotYours
from ledger.tables import Actor, ActorRole, ApiKey, Municipality, Person, Provider, ProviderKind, Role

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
BORNE, ALMELO = "0147", "0141"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PROVIDER_ID, PERSON_ID = uuid7(), uuid7()

STAFF = [role for role in Role if role not in BOUND]
MONEY_OUT = {Action.SETTLE, Action.EXPORT_PAYMENT_FILE, Action.RECORD_BANK_ANSWERS, Action.SET_PAYING_ACCOUNT}
PERSONAL = {Action.FIND_PEOPLE, Action.REGISTER_PEOPLE, Action.CORRECT_PEOPLE}


# -- the table --

APART = [
    ({Action.GRANT}, MONEY_OUT, "who decides does not pay"),
    ({Action.GRANT, Action.ISSUE_CODES}, {Action.REDEEM, Action.CLAIM}, "who decides does not use"),
    ({Action.EDIT_PROVIDERS, Action.EDIT_CONTRACTS}, MONEY_OUT, "who contracts does not pay"),
    ({Action.REDEEM, Action.CLAIM}, MONEY_OUT | {Action.EDIT_CONTRACTS}, "who is paid does not pay"),
    ({Action.APPROVE_CARE}, {Action.APPROVE_CARE_PAYING}, "two approvals are of two"),
    ({Action.MANAGE_ACCOUNTS}, set(Action) - MAY[Role.ADMINISTRATOR], "who makes accounts does nothing else"),
    (PERSONAL, MONEY_OUT | {Action.SEE_ENTRIES}, "who knows names does not see the books"),
]


def combined() -> Iterator[frozenset[Action]]:
    """What every lawful combination of roles may do together."""
    for size in range(1, len(Role) + 1):
        for together in combinations(Role, size):
            if not any(frozenset(pair) in INCOMPATIBLE for pair in combinations(together, 2)):
                yield frozenset[Action]().union(*(MAY[role] for role in together))


@pytest.mark.parametrize(("one", "other", "why"), APART, ids=[why for _, _, why in APART])
def test_no_account_can_have_both(one: set[Action], other: set[Action], why: str) -> None:
    assert [both for both in combined() if one & both and other & both] == [], why


def test_without_incompatible_roles_one_account_could_grant_and_pay() -> None:
    """The negative control: it is INCOMPATIBLE that keeps them apart, not the table alone."""
    everything = frozenset[Action]().union(*MAY.values())
    assert Action.GRANT in everything
    assert everything >= MONEY_OUT


def test_every_role_is_in_the_table_and_every_action_is_somebodys() -> None:
    assert set(MAY) == set(Role)
    assert frozenset[Action]().union(*MAY.values()) == set(Action)


def test_the_table_cannot_be_changed_at_run_time() -> None:
    assert isinstance(MAY, MappingProxyType)
    assert {type(actions) for actions in MAY.values()} == {frozenset}


def test_an_auditor_changes_nothing_and_sees_no_names() -> None:
    assert {action for action in MAY[Role.AUDITOR] if not action.startswith(("see_", "check_"))} == set()
    assert PERSONAL & MAY[Role.AUDITOR] == set()


@pytest.mark.parametrize("alone", [Role.AUDITOR, Role.PROVIDER, Role.HOLDER])
def test_some_roles_go_with_no_other(alone: Role) -> None:
    assert {frozenset({alone, other}) for other in Role if other != alone} <= INCOMPATIBLE


def test_the_pairs_that_were_agreed_are_kept_apart() -> None:
    agreed: list[tuple[Role, list[Role]]] = [
        (Role.GATEKEEPER, [Role.FINANCE, Role.PAYING_AGENT, Role.PROVIDER]),
        (Role.FINANCE, [Role.CONTRACT_MANAGER, Role.PROVIDER]),
        (Role.CONTRACT_MANAGER, [Role.PROVIDER]),
        (Role.ADMINISTRATOR, [role for role in Role if role != Role.ADMINISTRATOR]),
    ]
    assert {frozenset({one, other}) for one, others in agreed for other in others} <= INCOMPATIBLE


# -- acting --


def acting(*held: Role, provider_id: UUID | None = None, person_id: UUID | None = None) -> ActingAs:
    return ActingAs(
        municipality_id=BORNE,
        actor_id=uuid7(),
        name="somebody",
        roles=frozenset(held),
        provider_id=provider_id,
        person_id=person_id,
    )


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says_and_nothing_else(role: Role) -> None:
    refused = []
    for action in Action:
        try:
            acting(role).require(action)
        except NotAllowed as error:
            refused.append(error.facts["action"])
    assert refused == [action for action in Action if action not in MAY[role]]


def test_without_roles_nothing_is_allowed() -> None:
    assert [action for action in Action if acting().may(action)] == []
    with pytest.raises(NotYours):
        acting().require_person(PERSON_ID)


def test_roles_add_up() -> None:
    both = acting(Role.GATEKEEPER, Role.CONTRACT_MANAGER)
    both.require(Action.GRANT)
    both.require(Action.EDIT_CONTRACTS)


def passes(who: ActingAs) -> list[bool]:
    """Whether somebody reaches: the provider, another, the person, another, a thing of both."""
    tries: list[Callable[[], None]] = [
        lambda: who.require_provider(PROVIDER_ID),
        lambda: who.require_provider(uuid7()),
        lambda: who.require_person(PERSON_ID),
        lambda: who.require_person(uuid7()),
        lambda: who.require_party(provider_id=PROVIDER_ID, person_id=PERSON_ID),
        lambda: who.require_party(),
    ]
    reached = []
    for attempt in tries:
        try:
            attempt()
            reached.append(True)
        except NotYours:
            reached.append(False)
    return reached


@pytest.mark.parametrize(
    ("who", "reached"),
    [
        *((acting(role), [True] * 6) for role in STAFF),
        (acting(Role.PROVIDER, provider_id=PROVIDER_ID), [True, False, False, False, True, False]),
        (acting(Role.HOLDER, person_id=PERSON_ID), [False, False, True, False, True, False]),
        (acting(Role.PROVIDER), [False] * 6),
        (acting(Role.HOLDER), [False] * 6),
        (acting(Role.GATEKEEPER, person_id=PERSON_ID), [False, False, True, False, True, False]),
    ],
)
def test_a_provider_and_a_resident_reach_their_own_things_only(who: ActingAs, reached: list[bool]) -> None:
    assert passes(who) == reached


def test_a_representative_reaches_who_gave_a_mandate() -> None:
    mother, stranger = uuid7(), uuid7()
    daughter = acting(Role.HOLDER, person_id=PERSON_ID)
    daughter.require_person(mother, represented={mother})
    with pytest.raises(NotYours):
        daughter.require_person(stranger, represented={mother})
    with pytest.raises(NotYours):
        acting(Role.PROVIDER, provider_id=PROVIDER_ID).require_person(mother, represented={mother})


def test_what_is_not_yours_answers_as_if_it_did_not_exist() -> None:
    absent = ActorNotFound(actor_id=uuid7())
    with pytest.raises(ActorNotFound) as refused:
        acting(Role.HOLDER, person_id=PERSON_ID).require_person(uuid7(), otherwise=absent)
    assert refused.value is absent
    assert issubclass(NotYours, NotFound)
    assert issubclass(NotAllowed, Forbidden)
    assert NotYours().facts == {}


# -- accounts --


@pytest.fixture
def engine(engine: Engine) -> Engine:
    return with_parties(engine)


@pytest.fixture
def sqlite_engine(sqlite_engine: Engine) -> Engine:
    return with_parties(sqlite_engine)


def with_parties(engine: Engine) -> Engine:
    """Two municipalities; in the first a provider and a person."""
    rows = [{"municipality_id": code, "name": code, "recorded_at": NOW} for code in (BORNE, ALMELO)]
    person = {"municipality_id": BORNE, "id": PERSON_ID, "recorded_at": NOW}
    with db.transaction(engine) as session:
        session.connection().execute(insert(Municipality), rows)
        session.connection().execute(insert(Person), [person])
        session.add(_provider())
    return engine


def _provider() -> Provider:
    return Provider(
        municipality_id=BORNE,
        id=PROVIDER_ID,
        kind=ProviderKind.HELPER,
        trade_name="Zorg",
        account_holder_name="Zorg",
        iban="NL91ABNA0417164300",
        entered_by=uuid7(),
        recorded_at=NOW,
    )


@contextmanager
def working(engine: Engine, municipality_id: str = BORNE, now: datetime = NOW) -> Iterator[Work]:
    with db.transaction(engine) as session:
        yield Work(session=session, municipality_id=municipality_id, actor_id=uuid7(), now=now)


def account(*held: Role, name: str = "Gerda", **more: object) -> ActorInput:
    bound: dict[str, object] = {}
    if Role.PROVIDER in held:
        bound["provider_id"] = PROVIDER_ID
    if Role.HOLDER in held:
        bound["person_id"] = PERSON_ID
    return ActorInput.model_validate({"id": uuid7(), "name": name, "roles": held, **bound, **more})


def test_an_account_is_what_was_put(engine: Engine) -> None:
    given = [account(role) for role in Role]
    with working(engine) as work:
        first = actors.put(work, given)
        secrets = [actors.new_key(work, each.id) for each in given]
    with working(engine, now=LATER) as work:
        assert actors.put(work, [*given, given[0]]) == [*first, first[0]]
        assert actors.listed(work) == first
        assert work.session.get_one(Actor, (BORNE, given[0].id)).recorded_at == NOW
        who = [actors.authenticate(work.session, secret) for secret in secrets]
    assert who == [
        ActingAs(
            municipality_id=BORNE,
            actor_id=each.id,
            name="Gerda",
            roles=frozenset({role}),
            provider_id=PROVIDER_ID if role == Role.PROVIDER else None,
            person_id=PERSON_ID if role == Role.HOLDER else None,
        )
        for role, each in zip(Role, given, strict=True)
    ]


def test_incompatible_roles_are_refused_by_name_at_once_or_one_after_the_other(engine: Engine) -> None:
    with working(engine) as work:
        for pair in sorted(sorted(pair) for pair in INCOMPATIBLE):
            one, both = account(pair[0]), account(*pair)
            other = account(pair[1]).model_copy(update={"id": one.id})
            for asked in ([both], [one, other], [account(), both]):
                with pytest.raises(RolesIncompatible) as refused:
                    actors.put(work, asked)
                assert [refused.value.role, refused.value.other_role] == pair
            assert actors.listed(work) == []
            actors.put(work, [one])
            with pytest.raises(RolesIncompatible):
                actors.put(work, [other])
            [kept] = actors.listed(work)
            assert (kept.id, kept.roles) == (one.id, frozenset({pair[0]}))
            _forget(work)


def _forget(work: Work) -> None:
    for table in (ActorRole, Actor):
        work.session.connection().execute(delete(table))
    work.session.expunge_all()


def test_two_who_give_one_account_opposite_roles_at_the_same_time_do_not_both_succeed(engine: Engine) -> None:
    gerda = account()
    with working(engine) as work:
        actors.put(work, [gerda])
    start = threading.Barrier(2)

    def give(role: Role) -> str:
        start.wait()
        try:
            with working(engine) as work:
                actors.put(work, [gerda.model_copy(update={"roles": frozenset({role})})])
                time.sleep(0.1)
        except RolesIncompatible as refused:
            return refused.code
        return "given"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(give, [Role.GATEKEEPER, Role.FINANCE])) == ["given", "roles_incompatible"]
    with working(engine) as work:
        assert len(actors.listed(work)[0].roles) == 1


def test_who_changes_sides_first_gives_up_the_one(engine: Engine) -> None:
    gerda = account(Role.GATEKEEPER)
    with working(engine) as work:
        for held in (set(), {Role.FINANCE}, {Role.FINANCE}, set(), {Role.GATEKEEPER, Role.CONTRACT_MANAGER}):
            asked = gerda.model_copy(update={"roles": frozenset(held)})
            assert actors.put(work, [asked])[0].roles == held
        rows = work.session.scalars(select(col(ActorRole.role)))
        assert set(rows) == {Role.GATEKEEPER, Role.CONTRACT_MANAGER}


def test_an_account_can_be_renamed(engine: Engine) -> None:
    gerda, other = account(Role.GATEKEEPER), account(Role.AUDITOR)
    with working(engine) as work:
        actors.put(work, [gerda, other])
        actors.put(work, [gerda.model_copy(update={"name": "Gerda de Wit"})])
        assert [(each.name, each.roles) for each in actors.listed(work)] == [
            ("Gerda de Wit", frozenset({Role.GATEKEEPER})),
            ("Gerda", frozenset({Role.AUDITOR})),
        ]


def test_nobody_changes_their_own_roles(engine: Engine) -> None:
    boss = account(Role.ADMINISTRATOR)
    with working(engine) as work:
        actors.put(work, [boss])
        own = Work(session=work.session, municipality_id=BORNE, actor_id=boss.id, now=NOW)
        actors.put(own, [boss.model_copy(update={"name": "Boss"})])
        for held in (frozenset[Role](), frozenset({Role.GATEKEEPER})):
            with pytest.raises(OwnRoles):
                actors.put(own, [boss.model_copy(update={"roles": held})])


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ["provider"]},
        {"roles": ["holder"]},
        {"roles": ["gatekeeper"], "providerId": str(PROVIDER_ID)},
        {"roles": ["gatekeeper"], "personId": str(PERSON_ID)},
        {"roles": ["provider"], "personId": str(PERSON_ID)},
        {"roles": ["king"]},
        {"roles": [], "name": " "},
    ],
)
def test_a_provider_or_holder_says_which_one_and_others_do_not(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ActorInput.model_validate({"id": uuid7(), "name": "x", **wrong})


def test_who_an_account_acts_for_must_exist_and_stays_the_same(engine: Engine) -> None:
    shop, ann = account(Role.PROVIDER), account(Role.HOLDER)
    with working(engine) as work:
        actors.put(work, [shop, ann])
        for unknown in (
            account(Role.PROVIDER, provider_id=uuid7()),
            account(Role.HOLDER, person_id=PROVIDER_ID),
        ):
            with pytest.raises(ActorPartyNotFound):
                actors.put(work, [unknown])
        with pytest.raises(ActorBound):
            actors.put(work, [account().model_copy(update={"id": shop.id})])
        second = _provider()
        second.id = uuid7()
        work.session.add(second)
        work.session.flush()
        with pytest.raises(ActorBound):
            actors.put(work, [shop.model_copy(update={"provider_id": second.id})])
    with working(engine, ALMELO) as work, pytest.raises(ActorPartyNotFound):
        actors.put(work, [account(Role.HOLDER)])


# -- keys --


def test_only_the_hash_of_a_key_is_kept(sqlite_engine: Engine, tmp_path: Path) -> None:
    gerda = account(Role.GATEKEEPER)
    with working(sqlite_engine) as work:
        actors.put(work, [gerda])
        secret, other = actors.new_key(work, gerda.id), actors.new_key(work, gerda.id)
        assert [key.digest for key in actors.keys_of(work, gerda.id)] == [
            hashlib.sha256(each.encode()).digest() for each in (secret, other)
        ]
    assert secret.startswith("tgd_0147_")
    assert len(secret) == len("tgd_0147_") + 43
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert b"Gerda" in stored
    assert secret[9:].encode() not in stored


def test_unknown_revoked_and_disabled_are_one_answer(engine: Engine) -> None:
    gerda, henk = account(Role.GATEKEEPER), account(Role.FINANCE)
    with working(engine) as work:
        actors.put(work, [gerda, henk])
        first, second, third = (actors.new_key(work, who) for who in (gerda.id, gerda.id, henk.id))
        actors.revoke_key(work, actors.keys_of(work, gerda.id)[0].id)
        actors.disable(work, henk.id)
    with db.reading(engine) as session:
        for secret in ("", "tgd_0147_", first, third, second[:-1], second.replace("0147", "0141")):
            with pytest.raises(KeyUnknown) as refused:
                actors.authenticate(session, secret)
            assert isinstance(refused.value, Unauthenticated)
            assert refused.value.facts == {}
        assert actors.authenticate(session, second).actor_id == gerda.id


def test_revoking_and_disabling_again_changes_nothing(engine: Engine) -> None:
    gerda = account(Role.GATEKEEPER)
    with working(engine) as work:
        actors.put(work, [gerda])
        actors.new_key(work, gerda.id)
        key_id = actors.keys_of(work, gerda.id)[0].id
        actors.revoke_key(work, key_id)
        actors.disable(work, gerda.id)
    with working(engine, now=LATER) as work:
        actors.revoke_key(work, key_id)
        actors.disable(work, gerda.id)
        assert work.session.get_one(ApiKey, (BORNE, key_id)).revoked_at == NOW
        [state] = actors.put(work, [gerda.model_copy(update={"name": "Gerda"})])
        assert state.disabled_at == NOW
        with pytest.raises(ActorDisabled):
            actors.new_key(work, gerda.id)
        for unknown in (actors.disable, actors.new_key):
            with pytest.raises(ActorNotFound):
                unknown(work, uuid7())
        with pytest.raises(KeyNotFound):
            actors.revoke_key(work, uuid7())


def test_an_account_without_roles_can_sign_in_and_do_nothing(engine: Engine) -> None:
    nobody = account()
    with working(engine) as work:
        actors.put(work, [nobody])
        who = actors.authenticate(work.session, actors.new_key(work, nobody.id))
    assert who.roles == frozenset()
    with pytest.raises(NotAllowed):
        who.require(Action.SEE_CATALOGUE)


def test_accounts_of_another_municipality_are_out_of_reach(engine: Engine) -> None:
    gerda = account(Role.GATEKEEPER)
    with working(engine) as work:
        actors.put(work, [gerda])
        actors.new_key(work, gerda.id)
        key_id = actors.keys_of(work, gerda.id)[0].id
    with working(engine, ALMELO) as work:
        assert actors.listed(work) == []
        assert actors.keys_of(work, gerda.id) == []
        with pytest.raises(ActorNotFound):
            actors.disable(work, gerda.id)
        with pytest.raises(KeyNotFound):
            actors.revoke_key(work, key_id)


# -- operators --


def test_an_operator_is_made_once_and_has_no_roles_and_no_keys(engine: Engine) -> None:
    with db.transaction(engine) as session:
        ids = [actors.operator(session, code, "anna", now=NOW) for code in (BORNE, BORNE, ALMELO)]
        assert set(ids) == {actors.operator_id("anna")} != {actors.operator_id("bert")}
    with working(engine) as work:
        [state] = actors.listed(work)
        assert (state.name, state.roles) == ("operator: anna", frozenset())
        with pytest.raises(OperatorReserved):
            actors.new_key(work, state.id)
        for asked in (
            account(Role.FINANCE).model_copy(update={"id": state.id}),
            account(name="operator: bert"),
            account(name="operator:"),
        ):
            with pytest.raises(OperatorReserved):
                actors.put(work, [asked])
        actors.disable(work, state.id)
        with pytest.raises(ActorDisabled):
            actors.operator(work.session, BORNE, "anna", now=NOW)


# -- the page --


def sentences() -> dict[Action, str]:
    """The sentence under each action in the source."""
    told, name = {}, ""
    for node in ast.walk(ast.parse(inspect.getsource(Action))):
        match node:
            case ast.Assign(value=ast.Constant(value=str(value))):
                name = value
            case ast.Expr(value=ast.Constant(value=str(value))) if name:
                told[Action(name)] = value
    return told


def table() -> str:
    """The rows of the page, one for each action."""
    lines = ["| action | what | " + " | ".join(Role) + " |", "|---" * (len(Role) + 2) + "|"]
    for action, sentence in sentences().items():
        marks = (_mark(role, action) for role in Role)
        lines.append(f"| `{action}` | {sentence} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def _mark(role: Role, action: Action) -> str:
    if action not in MAY[role]:
        return ""
    return "own" if role in BOUND and action != Action.SEE_CATALOGUE else "yes"


def apart() -> str:
    """The rows of the page, one for each role: with which others it never goes."""
    lines = ["| role | never together with |", "|---|---|"]
    for role in Role:
        others = [other for other in Role if frozenset({role, other}) in INCOMPATIBLE]
        lines.append(f"| {role} | {', '.join(others)} |")
    return "\n".join(lines)


def test_every_action_has_a_sentence() -> None:
    assert list(sentences()) == list(Action)
    assert all(text.endswith(".") for text in sentences().values())


def test_the_page_shows_the_table_and_the_roles_kept_apart() -> None:
    page = PAGE.read_text("utf-8")
    assert table() in page, f"docs/roles.md should hold:\n\n{table()}"
    assert apart() in page, f"docs/roles.md should hold:\n\n{apart()}"
