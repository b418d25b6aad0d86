# SPDX-License-Identifier: EUPL-1.2
"""The application in process, with a client that asks as any role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from httpx2 import Response
from starlette.testclient import TestClient

from api.app import build
from api.deps import House
from ledger import actors, municipalities
from ledger.actors import ActorInput
from ledger.ids import uuid7
from ledger.keys import new_municipality_keys
from ledger.tables import Role
from tests.world import HOUSEHOLD, World

ELSEWHERE = "0344"
"""Another municipality in the same database."""

PROVIDER_2 = "provider_2"
"""Another provider of the same municipality."""


@dataclass
class Served:
    """A client and the secrets of its accounts."""

    world: World
    client: TestClient
    secrets: dict[str, str] = field(default_factory=dict)
    actor_ids: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def over(cls, world: World) -> "Served":
        """An application over this world, at its instant, with an account for every role."""
        with world.work(municipality_id=ELSEWHERE) as work:
            municipalities.put(work, municipalities.MunicipalityInput(name="Utrecht"))
        keyring = {world.municipality_id: world.keys, ELSEWHERE: new_municipality_keys(specimen=True)}
        app = build(House(engine=world.engine, keyring=keyring, now=lambda: _tick(world)))
        served = cls(world=world, client=TestClient(app, raise_server_exceptions=False))
        others = served._input(PROVIDER_2, Role.PROVIDER, provider_id=world.other_provider_id)
        served._put(*(served._input(role, role) for role in Role), others)
        staff = (Role.GATEKEEPER, Role.AUDITOR, Role.FINANCE, Role.ADMINISTRATOR, Role.CONTRACT_MANAGER)
        elsewhere = [served._input(f"elsewhere_{role}", role) for role in staff]
        served._put(*elsewhere, municipality_id=ELSEWHERE)
        return served

    def account(
        self,
        name: str,
        role: Role,
        *,
        municipality_id: str | None = None,
        provider_id: UUID | None = None,
        person_id: UUID | None = None,
    ) -> UUID:
        """An account with one role and a key; a provider's is the world's first, a holder's its resident."""
        actor = self._input(name, role, provider_id=provider_id, person_id=person_id)
        self._put(actor, municipality_id=municipality_id)
        return actor.id

    def _input(
        self, name: str, role: Role, *, provider_id: UUID | None = None, person_id: UUID | None = None
    ) -> ActorInput:
        return ActorInput(
            id=uuid7(),
            name=name,
            roles=frozenset({role}),
            provider_id=(provider_id or self.world.provider_id) if role is Role.PROVIDER else None,
            person_id=(person_id or self.world.holder_id) if role is Role.HOLDER else None,
        )

    def _put(self, *asked: ActorInput, municipality_id: str | None = None) -> None:
        """Many in one transaction: nearly every test of the API begins with it."""
        changes: dict[str, Any] = {"municipality_id": municipality_id} if municipality_id else {}
        with self.world.work(**changes) as work:
            actors.put(work, asked)
            for actor in asked:
                self.secrets[actor.name] = actors.new_key(work, actor.id)
                self.actor_ids[actor.name] = actor.id

    def ask(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Response:
        """What is answered; body is sent as JSON."""
        wanted = dict(headers or {})
        if who is not None:
            wanted["Authorization"] = f"Bearer {self.secrets[who]}"
        if body is not None:
            more["json"] = body
        return self.client.request(method, path, headers=wanted, **more)

    def put(self, who: str, path: str, body: Any, **more: Any) -> Response:
        """See ask."""
        return self.ask(who, "PUT", path, body, **more)

    def post(self, who: str, path: str, body: Any = None, **more: Any) -> Response:
        """See ask."""
        return self.ask(who, "POST", path, body, **more)

    def get(self, who: str, path: str, **more: Any) -> Response:
        """See ask."""
        return self.ask(who, "GET", path, **more)

    def released(self, until: str) -> str:
        """A run up to and including a day, drafted by one of finance and released by another; its address."""
        if "finance_2" not in self.secrets:
            self.account("finance_2", Role.FINANCE)
        run = f"/v1/settlement-runs/{uuid7()}"
        drafted = self.put("finance", run, {"until": until, "requestedOn": until})
        assert drafted.status_code == 201, drafted.text
        assert self.post("finance", f"{run}/_submit").status_code == 200
        sample = self.get("finance_2", f"{run}/lines?sample=true&limit=200").json()["items"]
        marks = [{"entryId": each["entryId"], "kind": "seen"} for each in sample]
        if marks:
            assert self.post("finance_2", f"{run}/_mark", {"marks": marks}).status_code == 200
        released = self.post("finance_2", f"{run}/_release")
        assert released.status_code == 200, released.text
        return run

    # ------------------------------------------------------------------------------ what is often sent

    def grant(self, **changes: Any) -> dict[str, Any]:
        """A voucher of 100 euros for 2026 that any contracted provider may redeem with a code."""
        return {
            "kind": "voucher",
            "law": "wmo",
            "programmeId": str(self.world.programme_id),
            "holderId": str(self.world.holder_id),
            "validFrom": "2026-01-01",
            "validUntil": "2026-12-31",
            "amountCents": 100_00,
            "at": "2026-06-01T10:00:00+02:00",
        } | changes

    def granted(self, **changes: Any) -> str:
        """Grant it; its id."""
        id_ = str(uuid7())
        answer = self.put("gatekeeper", f"/v1/entitlements/{id_}", self.grant(**changes))
        assert answer.status_code == 201, answer.text
        return id_

    def code_for(self, entitlement_id: str) -> str:
        """The text of a new code's QR."""
        answer = self.put("gatekeeper", f"/v1/codes/{uuid7()}", {"entitlementId": entitlement_id})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def scan(self, code: str | None = None, **changes: Any) -> dict[str, Any]:
        """An hour of household help now."""
        content: dict[str, Any] = {
            "lines": [{"service": HOUSEHOLD, "quantity": 60}],
            "at": self.world.now.isoformat(),
        }
        return content | ({"code": code} if code is not None else {}) | changes

    def redeemed(self, code: str, **changes: Any) -> str:
        """Redeem it; its id."""
        id_ = str(uuid7())
        answer = self.put("provider", f"/v1/redemptions/{id_}", self.scan(code, **changes))
        assert answer.status_code == 201, answer.text
        return id_


def _tick(world: World) -> datetime:
    """The world's instant; as in life, no two requests have the same."""
    world.later(microseconds=1)
    return world.now
