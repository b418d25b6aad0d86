# SPDX-License-Identifier: EUPL-1.2
"""Every route as somebody of a party would ask it, and the written table of whose it is.

Only tests/api/matrix.py judges; here stands what is asked (as the API documents it) and for whom it is
(docs/roles.md: a provider only what is its own, a resident only what is their own or of who gave them a
mandate). Nothing here was copied from what the application answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum, auto
from typing import Any

from ledger.formats.iwmo301 import Allocation, Client, Message301, write
from ledger.ids import uuid7
from tests.answers import accepted
from tests.api.two_towns import BIRTH_DAY, Party
from tests.world import GUIDANCE, HOUSEHOLD, NOON


class Whose(Enum):
    """To which accounts of its own municipality a thing exists, beside the staff."""

    EVERYBODYS = auto()
    """To every account: the catalogue, the municipality itself, the public keys."""
    STAFFS = auto()
    """To nobody else: accounts, budgets, runs, entries, who people are."""
    PROVIDERS = auto()
    """To the provider."""
    RESIDENTS = auto()
    """To the resident, and to who has a mandate of them today."""
    BOTH = auto()
    """To the provider, to the resident and to who has a mandate."""
    OWNERS = auto()
    """To the resident alone: not to who acts for them."""
    SENDERS = auto()
    """To the provider that is named, and to the account that sent it."""


class Form(Enum):
    """What is answered when it is not there, or not for who asks."""

    ONE = auto()
    """Not found, as for an id that never was."""
    LIST = auto()
    """A list without it; of what is the staff's alone there is no list for anybody else."""
    LIST_OF_PERSON = auto()
    """A list without it; not found to who is bound to another person or to a provider."""
    LIST_OF_PROVIDER = auto()
    """A list without it; not found to another provider."""
    MADE = auto()
    """Made or changed in the own municipality, whatever exists under that id in another."""
    OUTCOMES = auto()
    """A list of outcomes; in it, not found."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request but for who asks."""

    path: str
    body: Any = None
    content: str | bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that was said in it."""
        return f"{self.path} {self.body} {self.content!r} {self.query}"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One route, asked about what is of a party."""

    method: str
    path: str
    whose: Whose
    form: Form = Form.ONE
    fill: Mapping[str, str] = field(default_factory=dict)
    """What of the party each name in the path is; `new` mints an id."""
    shows: str = ""
    """In a list: what of the party it shows."""
    body: Callable[[Party], Any] = lambda party: None
    content: Callable[[Party], str | bytes | None] = lambda party: None
    query: Callable[[Party], Mapping[str, str]] = lambda party: {}
    elsewhere: int = 404
    """The refusal of what is of another municipality, or of nobody."""
    tells: str = ""
    """What of a stranger's is told to who shows a code of theirs."""
    notes_looks: bool = False
    """Reading it writes a line in the access log."""
    counts_tries: bool = False
    """A wrong code is counted, though it is refused."""
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.variant}".rstrip()

    def of(self, party: Party) -> Asked:
        """The request about this party's."""
        path = self.path
        for name, what in self.fill.items():
            path = path.replace(f"{{{name}}}", _value(party, what))
        assert "{" not in path, f"{self}: not every name in the path is filled"
        return Asked(path=path, body=self.body(party), content=self.content(party), query=self.query(party))


def _refused(party: Party) -> Any:
    asked = {"asked": "Een traplift", "reason": "test", "decidedOn": "2026-06-01"}
    return {"holderId": party.person, "law": "wmo", **asked}


def _value(party: Party, what: str) -> str:
    if what == "new":
        return str(uuid7())
    return what if what.isdigit() else str(getattr(party, what))


# ------------------------------------------------------------------------------------------- bodies

AT = NOON.isoformat()


def _reason(party: Party) -> Any:
    return {"reason": "test", "at": AT}


def _purpose(party: Party) -> Any:
    return {"purpose": "test"}


def _service(party: Party) -> Any:
    return {"law": "wmo", "code": party.service_code, "name": "Nieuwe naam", "measure": "hour"}


def _provider(party: Party) -> Any:
    return {
        "kind": "organisation",
        "agb": party.agb,
        "kvk": "12345678",
        "tradeName": "Nieuwe naam",
        "accountHolderName": party.holder_name,
        "iban": party.iban,
    }


def _contract(party: Party) -> Any:
    line = {
        "service": HOUSEHOLD,
        "tariff": {"kind": "per_measure", "rateCents": 32_00},
        "validFrom": "2026-01-01",
    }
    return {
        "providerId": party.provider,
        "law": "wmo",
        "number": party.number,
        "validFrom": "2026-01-01",
        "lines": [line],
    }


def _evidence(party: Party) -> Any:
    month = {"first": "2026-02-01", "last": "2026-02-28"}
    return {"contractId": party.contract, "number": 1, **month, "available": 2800}


def _people(party: Party) -> Any:
    return {"group": "youths", "year": 2026, "persons": 100}


def _cost(party: Party) -> Any:
    return {"contractId": party.contract, "year": 2024, "cents": 1000_00}


def _contract_query(party: Party) -> Mapping[str, str]:
    return {"contractId": party.contract}


def _programme(party: Party) -> Any:
    """The name and mode that it has; in the other municipality the name is free."""
    return {
        "law": "wmo",
        "name": party.programme_name,
        "mode": "hard" if "vast" in party.programme_name else "soft",
        "restrictions": [{"kind": "uses_max", "most": 900}],
    }


def _identity(party: Party, **more: str) -> dict[str, str]:
    content = {"bsn": party.bsn, "surname": party.surname, "birthDate": BIRTH_DAY.isoformat()}
    return content | {"postcode": "1112AB", "city": "Diemen"} | more


def _grant(party: Party) -> Any:
    return {
        "kind": "voucher",
        "law": "wmo",
        "programmeId": party.programme,
        "holderId": party.person,
        "validFrom": "2026-01-01",
        "validUntil": "2026-12-31",
        "amountCents": 10_00,
        "at": AT,
    }


def _amendment(party: Party) -> Any:
    return {"kind": "amended", "amountCents": 150_00, "reason": "test", "at": AT}


def _mandate(party: Party) -> Any:
    people = {"holderId": party.person, "representativeId": party.former_friend}
    return people | {"kind": "authorised", "validFrom": "2026-06-01"}


def _agreement(party: Party) -> Any:
    return {
        "entitlementId": party.drawing_right,
        "providerId": party.provider,
        "service": GUIDANCE,
        "rateClass": "formal",
        "rateCents": 19_00,
        "validFrom": "2026-02-01",
        "validUntil": "2026-12-31",
        "at": AT,
    }


def _scan(**named: str) -> Any:
    return {"lines": [{"service": HOUSEHOLD, "quantity": 15}], "at": AT, **named}


def _named(party: Party) -> Any:
    """The party's provider redeems, by name."""
    return _scan(entitlementId=party.right, providerId=party.provider)


def _with_code(party: Party) -> Any:
    """The party's provider redeems the code."""
    return _scan(code=party.token, providerId=party.provider)


def _own_name(party: Party) -> Any:
    """Who asks redeems for itself: the right names both providers of the municipality."""
    return _scan(entitlementId=party.right)


def _code_shown(party: Party) -> Any:
    """Who asks redeems for itself whatever code it was shown."""
    return _scan(code=party.token)


def _word(party: Party) -> Any:
    return {"kind": "disputed", "note": "test", "toldBy": "the resident", "at": AT}


def _claim(party: Party) -> Any:
    line = {"reference": uuid7().hex[-20:], "entitlementId": party.drawing_right, "service": GUIDANCE}
    return {"providerId": party.provider, "lines": [line | {"quantity": 15, "serviceDate": "2026-06-10"}]}


def _claims_file(party: Party) -> str:
    head = "reference,service,quantity,service_date,entitlement"
    return f"{head}\n{uuid7().hex[-20:]},{GUIDANCE},15,2026-06-10,{party.drawing_right}\n"


def _message(party: Party) -> bytes:
    allocation = Allocation(
        number=101,
        category="02",
        product=GUIDANCE,
        decided_at=datetime(2026, 5, 20, 9, 30, tzinfo=UTC),
        valid_from=date(2026, 6, 1),
        valid_until=date(2026, 12, 31),
        volume=3,
        unit="04",
        frequency="2",
    )
    client = Client(
        bsn=party.bsn,
        birth_date=BIRTH_DAY,
        surname=party.surname,
        name_use="1",
        gender="1",
        postcode="1112AB",
    )
    return write(
        Message301(
            law="wmo",
            municipality=party.town,
            provider_agb=party.agb,
            identification="ID-1",
            dated_on=date(2026, 5, 20),
            client=client,
            allocations=(allocation,),
        )
    )


def _seen(party: Party) -> Any:
    return {"marks": [{"entryId": party.open_line, "kind": "seen"}]}


def _account(party: Party) -> dict[str, str]:
    iban = "NL02ABNA0123456789"
    return {"providerId": party.provider, "accountHolderName": "Nieuw", "iban": iban}


def _account_change(party: Party) -> Any:
    return _account(party) | {"askedBy": "by telephone"}


def _contact(party: Party) -> Any:
    return {"providerId": party.provider, "name": "Test", "email": "b@example.org", "purposes": ["general"]}


def _demand(party: Party) -> Any:
    return {"providerId": party.provider, "cents": 1, "sentOn": "2026-06-10", "reason": "test"}


def _rates(party: Party) -> Any:
    steps = [{"fromDay": "2026-01-01", "basisPoints": 400}]
    return {"steps": steps, "knownUntil": "2026-12-31", "source": "test"}


def _payee_check(party: Party) -> Any:
    return _account(party) | {"outcome": "no_match", "source": "test"}


def _answer(party: Party) -> bytes:
    return accepted(party.file, answer=uuid7().hex)


# -------------------------------------------------------------------------------------------- the table

E, S, P, R, B, OWN, SENT = (
    Whose.EVERYBODYS,
    Whose.STAFFS,
    Whose.PROVIDERS,
    Whose.RESIDENTS,
    Whose.BOTH,
    Whose.OWNERS,
    Whose.SENDERS,
)


def _get(path: str, whose: Whose, **more: Any) -> Call:
    return Call(method="GET", path=path, whose=whose, **more)


def _put(path: str, whose: Whose, body: Callable[[Party], Any], **more: Any) -> Call:
    return Call(method="PUT", path=path, whose=whose, body=body, **more)


def _post(path: str, whose: Whose, **more: Any) -> Call:
    return Call(method="POST", path=path, whose=whose, **more)


def _list(path: str, whose: Whose, shows: str, **more: Any) -> Call:
    return _get(path, whose, shows=shows, **{"form": Form.LIST, "query": _long} | more)


def _long(party: Party) -> Mapping[str, str]:
    return {"limit": "200"}


def _period(party: Party) -> Mapping[str, str]:
    return {"from": "2026-06-01", "until": "2026-06-10"}


def _provider_query(party: Party) -> Mapping[str, str]:
    return {"providerId": party.provider}


def _of_provider(path: str, whose: Whose, shows: str) -> Call:
    return _list(
        path, whose, shows, query=_provider_query, form=Form.LIST_OF_PROVIDER, variant="of a provider"
    )


FOLLOW = "/v1/redemptions/{id}"
SETTLED = "/v1/settlements/{id}"
ACTOR, CODE, CARE = "/v1/actors/{id}", "/v1/codes/{id}", "/v1/care-agreements/{id}"
RUN, RIGHT, PERSON = "/v1/settlement-runs/{id}", "/v1/entitlements/{id}", "/v1/people/{id}"

_VOUCHED = {"issuer": "https://id.diemen.test", "subject": "clerk"}
"""Whom a provider knows."""

CALLS = [
    _get("/v1/municipality", E, form=Form.LIST, shows="town"),
    _put(
        "/v1/municipality/debtor",
        S,
        lambda party: {"debtorName": "Nieuw", "debtorIban": "NL02ABNA0123456789"},
        form=Form.MADE,
    ),
    _get("/v1/municipality/settings", E, form=Form.MADE),
    _put(
        "/v1/municipality/settings",
        S,
        lambda party: {
            "sampleBps": 2000,
            "accountWaitDays": 3,
            "paymentsPerFile": 500,
            "paymentFileVersion": "pain.001.001.03",
            "runPlan": {"kind": "monthly", "day": 5},
            "taxNumber": "123456782",
            "grantAloneCents": 5_000_00,
        },
        form=Form.MADE,
    ),
    _get("/v1/municipality/run-plan", E, form=Form.MADE),
    _list("/v1/services", E, "service"),
    _get("/v1/services/{id}", E, fill={"id": "service"}),
    _put("/v1/services/{id}", S, _service, fill={"id": "service"}, form=Form.MADE),
    _list("/v1/providers", P, "provider"),
    _get("/v1/providers/{id}", P, fill={"id": "provider"}),
    _put("/v1/providers/{id}", S, _provider, fill={"id": "provider"}, form=Form.MADE),
    _put("/v1/account-changes/{id}", S, _account_change, fill={"id": "new"}),
    _post(
        "/v1/account-changes/{id}/_decide",
        S,
        fill={"id": "account_change"},
        body=lambda party: {"approved": True, "reason": "test", "toldOtherwise": "by letter"},
    ),
    _get("/v1/providers/{id}/account-changes", P, fill={"id": "provider"}),
    _put("/v1/contacts/{id}", S, _contact, fill={"id": "contact"}),
    _post("/v1/contacts/{id}/_end", S, fill={"id": "contact"}),
    _get("/v1/providers/{id}/contacts", P, fill={"id": "provider"}),
    _get("/v1/providers/{id}/notices", P, fill={"id": "provider"}),
    _put("/v1/payee-checks/{id}", S, _payee_check, fill={"id": "new"}),
    _get("/v1/providers/{id}/payee-checks", P, fill={"id": "provider"}),
    _post(
        "/v1/payee-checks/{id}/_override",
        S,
        fill={"id": "payee_check"},
        body=lambda party: {"reason": "test"},
    ),
    _list("/v1/contracts", P, "contract"),
    _of_provider("/v1/contracts", P, "contract"),
    _get("/v1/contracts/{id}", P, fill={"id": "contract"}),
    _put("/v1/contracts/{id}", S, _contract, fill={"id": "contract"}, elsewhere=409),
    _post("/v1/contracts/{id}/_publish", S, fill={"id": "contract"}),
    _post("/v1/contracts/{id}/_withdraw", S, fill={"id": "drafted_contract"}),
    _put("/v1/term-evidence/{id}", S, _evidence, fill={"id": "new"}),
    _list("/v1/term-evidence", S, "evidence"),
    _list("/v1/term-evidence", S, "evidence", query=_contract_query, variant="of a contract"),
    _put("/v1/population-figures/{id}", S, _people, fill={"id": "new"}, form=Form.MADE),
    _list("/v1/population-figures", S, "population"),
    _put("/v1/historical-costs/{id}", S, _cost, fill={"id": "new"}),
    _list("/v1/historical-costs", S, "cost"),
    _list("/v1/historical-costs", S, "cost", query=_contract_query, variant="of a contract"),
    _get("/v1/contracts/{id}/term-amounts", P, fill={"id": "contract"}),
    _get("/v1/contracts/{id}/term-notices", P, fill={"id": "contract"}),
    _get("/v1/term-notices", S, form=Form.MADE),
    _list("/v1/programmes", E, "programme"),
    _get("/v1/programmes/{id}", E, fill={"id": "programme"}),
    _put("/v1/programmes/{id}", S, _programme, fill={"id": "programme"}, form=Form.MADE),
    _post("/v1/programmes/{id}/_publish", S, fill={"id": "programme"}),
    _get("/v1/budgets", S, form=Form.LIST, shows="programme"),
    _put(
        "/v1/programmes/{id}/budgets/{year}/fundings/{fundingId}",
        S,
        lambda party: {"cents": 1_00, "at": AT},
        fill={"id": "programme", "year": "2026", "fundingId": "new"},
    ),
    _put(
        "/v1/programmes/{id}/budgets/{year}/lowerings/{loweringId}",
        S,
        lambda party: {"cents": 1, "at": AT},
        fill={"id": "programme", "year": "2026", "loweringId": "new"},
    ),
    _put(PERSON, S, lambda party: {"identity": _identity(party)}, fill={"id": "person"}, form=Form.MADE),
    _post(
        f"{PERSON}/_correct",
        S,
        fill={"id": "person"},
        body=lambda party: {"identity": _identity(party, city="Elders"), "purpose": "test"},
    ),
    _post(
        "/v1/people/_search",
        S,
        form=Form.LIST,
        shows="person",
        body=lambda party: {"by": {"bsn": party.bsn}, "purpose": "test"},
        notes_looks=True,
    ),
    _post(f"{PERSON}/_read", S, fill={"id": "person"}, body=_purpose, notes_looks=True),
    _get(f"{PERSON}/access-log", R, fill={"id": "person"}, form=Form.LIST_OF_PERSON, shows="look"),
    _get(f"{PERSON}/mandates", R, fill={"id": "person"}, form=Form.LIST_OF_PERSON, shows="mandate"),
    _put("/v1/mandates/{id}", S, _mandate, fill={"id": "new"}),
    _post(
        "/v1/mandates/{id}/_end",
        S,
        fill={"id": "mandate"},
        body=lambda party: {"lastDay": "2026-06-10"},
    ),
    _post("/v1/link-codes", E, form=Form.MADE),
    _put(
        "/v1/own-mandates/{id}",
        E,
        lambda party: {"code": party.link_code},
        fill={"id": "new"},
        elsewhere=409,
        counts_tries=True,
    ),
    _post("/v1/own-mandates/{id}/_end", OWN, fill={"id": "mandate"}),
    _list("/v1/entitlements", R, "right"),
    _list("/v1/entitlements", R, "right", query=lambda p: {"holderId": p.person}, variant="of somebody"),
    _get(RIGHT, R, fill={"id": "right"}),
    _put(RIGHT, S, _grant, fill={"id": "new"}),
    _put(f"{RIGHT}/changes/{{changeId}}", S, _amendment, fill={"id": "right", "changeId": "new"}),
    _get(f"{RIGHT}/history", R, fill={"id": "right"}),
    _get(f"{RIGHT}/balance", R, fill={"id": "right"}),
    _list("/v1/approvals", S, "approval"),
    _list("/v1/approvals", S, "approval", query=lambda p: {"waiting": "true"}, variant="that wait"),
    _get("/v1/approvals/{id}", S, fill={"id": "approval"}),
    _get("/v1/providers/{id}/devices", P, fill={"id": "provider"}),
    _post("/v1/devices/{id}/_approve", P, fill={"id": "device"}),
    _post("/v1/devices/{id}/_revoke", P, fill={"id": "device"}),
    _list("/v1/refusals", S, "refusal"),
    _list("/v1/refusals", S, "refusal", query=lambda p: {"holderId": p.person}, variant="of somebody"),
    _get("/v1/refusals/{id}", S, fill={"id": "refusal"}),
    _put("/v1/refusals/{id}", S, _refused, fill={"id": "new"}),
    _get("/v1/refusals/{id}/letter", S, fill={"id": "refusal"}, notes_looks=True),
    _get(f"{RIGHT}/end-letter", S, fill={"id": "ended_right"}, notes_looks=True),
    _put(
        "/v1/approvals/{id}/decision",
        S,
        lambda party: {"approved": True, "reason": "test"},
        fill={"id": "approval"},
    ),
    _list("/v1/care-agreements", B, "agreement"),
    _list(
        "/v1/care-agreements",
        B,
        "agreement",
        query=lambda p: {"entitlementId": p.drawing_right},
        variant="of a right",
    ),
    _get(CARE, B, fill={"id": "agreement"}),
    _put(CARE, R, _agreement, fill={"id": "new"}),
    _put(f"{CARE}/approvals/gatekeeper", S, lambda party: None, fill={"id": "open_agreement"}),
    _put(f"{CARE}/approvals/paying-agent", S, lambda party: None, fill={"id": "open_agreement"}),
    _put(f"{CARE}/declines/gatekeeper", S, lambda party: {"reason": "test"}, fill={"id": "open_agreement"}),
    _put(f"{CARE}/declines/paying-agent", S, lambda party: {"reason": "test"}, fill={"id": "open_agreement"}),
    _put(CODE, S, lambda party: {"entitlementId": party.right}, fill={"id": "new"}),
    _get(CODE, S, fill={"id": "code"}),
    _get(f"{RIGHT}/codes", S, fill={"id": "right"}),
    _get(f"{CODE}/qr", S, fill={"id": "code"}),
    _get(f"{CODE}/letter", S, fill={"id": "code"}, notes_looks=True),
    _post(f"{CODE}/_revoke", S, fill={"id": "code"}),
    _post(f"{RIGHT}/_block-codes", R, fill={"id": "right"}),
    _put(
        "/v1/code-requests/{id}",
        R,
        lambda party: {"entitlementId": party.drawing_right},
        fill={"id": "new"},
    ),
    _get("/v1/code-keys", E, form=Form.LIST, shows="key_id"),
    _put(FOLLOW, P, _named, fill={"id": "new"}, variant="for a provider, by name"),
    _put(FOLLOW, P, _with_code, fill={"id": "new"}, variant="for a provider, with a code"),
    _put(FOLLOW, E, _own_name, fill={"id": "new"}, variant="for itself, by name"),
    _put(
        FOLLOW,
        E,
        _code_shown,
        fill={"id": "new"},
        tells="right",
        variant="for itself, with a code",
        elsewhere=409,
    ),
    _post("/v1/redemptions/_quote", P, body=_named, variant="for a provider"),
    _post(
        "/v1/redemptions/_quote",
        E,
        body=_code_shown,
        tells="right",
        variant="for itself, with a code",
        elsewhere=409,
    ),
    _post(
        "/v1/redemptions/_batch",
        P,
        form=Form.OUTCOMES,
        body=lambda party: {"scans": [_named(party) | {"id": str(uuid7())}]},
    ),
    _list("/v1/redemptions", B, "redemption"),
    _list(
        "/v1/redemptions", B, "redemption", query=lambda p: {"entitlementId": p.right}, variant="of a right"
    ),
    _of_provider("/v1/redemptions", B, "redemption"),
    _get(FOLLOW, B, fill={"id": "redemption"}),
    _put(f"{FOLLOW}/captures/{{followUpId}}", P, _reason, fill={"id": "reservation", "followUpId": "new"}),
    _put(f"{FOLLOW}/releases/{{followUpId}}", P, _reason, fill={"id": "reservation", "followUpId": "new"}),
    _put(f"{FOLLOW}/reversals/{{followUpId}}", P, _reason, fill={"id": "redemption", "followUpId": "new"}),
    _put(f"{FOLLOW}/words/{{wordId}}", R, _word, fill={"id": "redemption", "wordId": "new"}),
    _get(f"{FOLLOW}/words", R, fill={"id": "redemption"}),
    _list("/v1/unconfirmed-lines", R, "redemption"),
    _list(
        "/v1/unconfirmed-lines",
        R,
        "redemption",
        query=lambda p: {"entitlementId": p.right},
        variant="of a right",
    ),
    _put("/v1/claims/{id}", B, _claim, fill={"id": "new"}),
    _post("/v1/claims/_file", B, content=_claims_file, query=_provider_query),
    _list("/v1/claims", SENT, "own_claim", variant="a resident's"),
    _list("/v1/claims", P, "claim", variant="a provider's"),
    _of_provider("/v1/claims", SENT, "own_claim"),
    _get("/v1/claims/{id}", SENT, fill={"id": "own_claim"}, variant="a resident's"),
    _get("/v1/claims/{id}", P, fill={"id": "claim"}, variant="a provider's"),
    _post("/v1/allocations/_import", S, content=_message, elsewhere=409),
    _put(
        RUN,
        S,
        lambda party: {"until": party.until, "requestedOn": "2026-06-11"},
        fill={"id": "run"},
        form=Form.MADE,
    ),
    _list("/v1/settlement-runs", S, "run"),
    _get(RUN, S, fill={"id": "run"}),
    _get(f"{RUN}/settlements", S, fill={"id": "run"}),
    _get(f"{RUN}/totals", S, fill={"id": "open_run"}),
    _get(f"{RUN}/shares", S, fill={"id": "open_run"}),
    _get(f"{RUN}/ceilings", S, fill={"id": "open_run"}),
    _get(f"{RUN}/lines", S, fill={"id": "open_run"}),
    _get(f"{RUN}/lines/{{entryId}}/marks", S, fill={"id": "open_run", "entryId": "open_line"}),
    _post(f"{RUN}/_mark", S, body=_seen, fill={"id": "open_run"}),
    _post(f"{RUN}/_submit", S, fill={"id": "open_run"}),
    _post(f"{RUN}/_withdraw", S, body=lambda party: {"reason": "test"}, fill={"id": "open_run"}),
    _post(f"{RUN}/_release", S, fill={"id": "reviewed_run"}),
    _post(f"{RUN}/_export", S, fill={"id": "run"}),
    _get(f"{RUN}/payment-files", S, fill={"id": "run"}),
    _get(f"{RUN}/payment-files/{{number}}", S, fill={"id": "run", "number": "1"}),
    _list("/v1/payments", S, "payment"),
    _get("/v1/payments/{id}", P, fill={"id": "payment"}),
    _post("/v1/bank-messages", S, content=_answer, elsewhere=409),
    _list("/v1/bank-messages", S, "bank_message"),
    _get("/v1/bank-messages/{id}", S, fill={"id": "bank_message"}),
    _list("/v1/bank-lines", S, "bank_statement"),
    _put("/v1/demands/{id}", S, _demand, fill={"id": "new"}),
    _list("/v1/demands", P, "demand"),
    _of_provider("/v1/demands", P, "demand"),
    _get("/v1/demands/{id}", P, fill={"id": "demand"}),
    _post("/v1/demands/{id}/_charge", S, fill={"id": "demand"}, body=lambda party: {"until": "2026-06-10"}),
    _post(
        "/v1/demands/{id}/_assign",
        S,
        fill={"id": "demand"},
        body=lambda party: {"statementId": party.credit, "line": 1},
    ),
    _post(
        "/v1/demands/{id}/_withdraw",
        S,
        fill={"id": "demand"},
        body=lambda party: {"reason": "test"},
    ),
    _put("/v1/statutory-rates/{id}", S, _rates, fill={"id": "new"}, form=Form.MADE),
    _get("/v1/statutory-rates", E, form=Form.MADE),
    _list("/v1/settlements", P, "settlement"),
    _of_provider("/v1/settlements", P, "settlement"),
    _get(f"{SETTLED}/statement", P, fill={"id": "settlement"}),
    _get(f"{RUN}/statements/{{providerId}}", P, fill={"id": "run", "providerId": "provider"}),
    _get("/v1/providers/{id}/unsettled-runs", P, fill={"id": "provider"}),
    _get("/v1/audit-file", S, query=_period, form=Form.MADE),
    _get("/v1/journal", S, query=_period, form=Form.MADE),
    _get("/v1/year-close/{year}", S, fill={"year": "2026"}, form=Form.MADE),
    _list("/v1/entries", S, "entry"),
    _list("/v1/entries", S, "entry", query=lambda p: {"causeId": p.right}, variant="of a cause"),
    _get("/v1/entries/{id}", S, fill={"id": "entry"}),
    _post("/v1/books/_check", S, form=Form.MADE),
    _list("/v1/actors", S, "clerk"),
    _get(ACTOR, S, fill={"id": "clerk"}),
    _put(
        ACTOR,
        S,
        lambda party: {"name": "Nieuwe naam", "roles": ["auditor"]},
        fill={"id": "clerk"},
        form=Form.MADE,
    ),
    _post(f"{ACTOR}/_disable", S, fill={"id": "clerk"}),
    _get(f"{ACTOR}/keys", S, fill={"id": "clerk"}),
    _post(f"{ACTOR}/keys", S, fill={"id": "clerk"}),
    Call(method="DELETE", path=f"{ACTOR}/keys/{{keyId}}", whose=S, fill={"id": "clerk", "keyId": "key"}),
    _get(f"{ACTOR}/identities", S, fill={"id": "clerk"}),
    _post(f"{ACTOR}/identities/_link", S, fill={"id": "clerk"}, body=lambda party: _VOUCHED),
    _post(
        f"{ACTOR}/identities/_unlink",
        S,
        fill={"id": "clerk"},
        body=lambda party: {"issuer": "https://id.diemen.test"},
    ),
    *(_get(path, E, form=Form.MADE) for path in ("/v1/docs", "/v1/health", "/v1/openapi.json")),
]
"""Every route, some in more than one way."""
