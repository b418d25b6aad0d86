# SPDX-License-Identifier: EUPL-1.2
"""Somebody at a browser without scripts: logs in, reads pages, fills in the forms that are on them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from httpx2 import Response
from lxml import html
from starlette.testclient import TestClient

from api.pages import cookies
from ledger import db, payees, providers, sessions
from ledger.ids import uuid7
from ledger.providers import ProviderInput
from ledger.tables import PayeeOutcome, Role
from tests.api.served import Served
from tests.bank import Bank, Credit, Script
from tests.world import HOUSEHOLD

HOST = "https://tegoed.test"
OWN_FORM = {"Sec-Fetch-Site": "same-origin", "Origin": HOST}
"""What a browser says of a form on a page of ours."""


@dataclass
class Visitor:
    """One browser with its own cookies."""

    served: Served
    language: str = "nl"
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(
            self.served.client.app, base_url=HOST, follow_redirects=False, raise_server_exceptions=False
        )
        self.client.headers["Accept-Language"] = self.language

    @classmethod
    def of(cls, served: Served, who: str, *, language: str = "nl") -> "Visitor":
        """Logged in by the page."""
        visitor = cls(served=served, language=language)
        answer = visitor.send("/login", key=served.secrets[who])
        assert answer.status_code == 303, answer.text
        return visitor

    @classmethod
    def forced(cls, served: Served, who: str, *, language: str = "nl") -> "Visitor":
        """With a session that no page would give: also for who has no pages."""
        visitor = cls(served=served, language=language)
        with db.transaction(served.world.engine) as session:
            begun = sessions.begin(session, served.secrets[who], now=served.world.now)
        visitor.client.cookies.set(cookies.SECURE, begun.secret)
        return visitor

    def see(self, path: str, **more: Any) -> Response:
        """What is answered when somebody goes there."""
        return self.client.get(path, **more)

    def page(self, path: str) -> str:
        """A page that is there."""
        answer = self.see(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.text

    def send(self, path: str, *, headers: dict[str, str] | None = None, **fields: Any) -> Response:
        """A form, as a browser sends it from a page of ours unless headers say otherwise."""
        return self.client.post(path, data=fields, headers=OWN_FORM if headers is None else headers)

    def upload(self, content: bytes, **fields: str) -> Response:
        """A file for the page of the bank."""
        files = {"file": ("bank.xml", content, "application/xml")}
        return self.client.post("/bank", data=fields, files=files, headers=OWN_FORM)

    def done(self, path: str, **fields: Any) -> str:
        """A form that is accepted; the page it leads to."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, (answer.status_code, shown(answer.text))
        return self.page(answer.headers["location"])


def fields(page: str, action: str) -> dict[str, Any]:
    """What a form on a page would send as it stands: its hidden fields and ticked boxes, by name."""
    read = html.fromstring(page)
    (form,) = _found(read, "//form[@action = $action]", action=action) or _found(
        read, "//form[starts-with(@action, $action)]", action=action
    )
    found: dict[str, list[str]] = {}
    for each in _found(form, ".//input[@type='hidden'] | .//input[@type='checkbox'][@checked]"):
        found.setdefault(each.get("name"), []).append(each.get("value"))
    return found


def boxes(page: str) -> list[str]:
    """The lines that can be ticked on a page."""
    return [str(each) for each in _found(html.fromstring(page), "//input[@name='line']/@value")]


def shown(page: str) -> str:
    """What somebody reads: the words, without the markup."""
    return " ".join(" ".join(_found(html.fromstring(page), "//body//text()")).split())


def links(page: str) -> list[str]:
    """Where a page leads to."""
    return [str(each) for each in _found(html.fromstring(page), "//a/@href")]


def buttons(page: str) -> set[str]:
    """Where the forms of a page go to, without their questions."""
    return {
        str(each).split("?")[0] for each in _found(html.fromstring(page), "//form[@method='post']/@action")
    }


def _found(element: Any, path: str, **given: str) -> list[Any]:
    found: list[Any] = element.xpath(path, **given)
    return found


@dataclass
class Scene:
    """A served world where something is owed to two providers, two people of finance, and a bank."""

    served: Served
    bank: Bank = field(init=False)
    day: str = field(init=False)

    @classmethod
    def over(cls, served: Served, *, lines: int = 4) -> "Scene":
        """So many hours of help by each provider, yesterday and before."""
        scene = cls(served=served)
        served.account("finance_2", Role.FINANCE)
        world = served.world
        scene.day = world.now.date().isoformat()
        scene.owe(lines)
        world.later(hours=1)
        scene.bank = Bank(
            iban="NL91ABNA0417164300",
            name="Gemeente Diemen",
            opening_cents=1_000_000_00,
            first_day=world.now.date(),
            seed=1,
            script=Script(
                return_after_days={"NL20INGB0001234567": (1, "AC04")},
                other_credits=(Credit(day=0, amount_cents=12_34, name="Iemand", iban="NL39RABO0300065264"),),
            ),
        )
        return scene

    def owe(self, lines: int = 4) -> None:
        """So many hours of help by each provider."""
        world = self.served.world
        right = world.grant(amount_cents=5_000_00)
        for _ in range(lines):
            for provider_id in (world.provider_id, world.other_provider_id):
                world.redeemed(right.id, provider_id=provider_id, service=HOUSEHOLD, quantity=60)
            world.later(minutes=1)

    def rename(self, trade_name: str) -> None:
        """The first provider is called otherwise."""
        with self.served.world.work() as work:
            (row,) = providers.get(work, [self.served.world.provider_id])
            known = row.model_dump(include={*ProviderInput.model_fields}) | {"trade_name": trade_name}
            providers.put(work, [ProviderInput.model_validate(known)])

    def drafted(self, who: Visitor) -> str:
        """A run that is drafted by a form; its address."""
        hidden = fields(who.page("/runs"), "/runs")
        answer = who.send("/runs", **hidden, until=self.day, requestedOn=self.day)
        assert answer.status_code == 303, shown(answer.text)
        return str(answer.headers["location"]).split("?")[0]

    def looked_at(self, who: Visitor, run: str) -> None:
        """Every line of the sample, page by page."""
        while found := boxes(who.page(f"{run}/lines?show=unseen")):
            who.done(f"{run}/lines?show=unseen", line=found, kind="seen")

    def exported(self, maker: Visitor, checker: Visitor) -> str:
        """A run from its draft to the files for the bank."""
        run = self.drafted(maker)
        maker.done(f"{run}/submit")
        self.looked_at(checker, run)
        checker.done(f"{run}/release")
        checker.done(f"{run}/export")
        return run

    def account_change(self, who: str = "contract_manager") -> UUID:
        """A wish to pay a provider elsewhere that waits, entered by an account of this name."""
        asked = payees.ChangeInput(
            id=uuid7(),
            provider_id=self.served.world.provider_id,
            account_holder_name="Stichting Thuis Goed",
            iban="NL39RABO0300065264",
            asked_by="de directeur, per brief",
        )
        with self.served.world.work(actor_id=self.served.actor_ids[who]) as work:
            payees.change(work, asked)
        return asked.id

    def blocked_payee(self) -> UUID:
        """A bank said that the account of a provider is somebody else's; the id of the check."""
        asked = payees.CheckInput(
            id=uuid7(),
            provider_id=self.served.world.other_provider_id,
            account_holder_name="De Brug B.V.",
            iban="NL20INGB0001234567",
            outcome=PayeeOutcome.NO_MATCH,
            source="de bank, per telefoon",
        )
        with self.served.world.work() as work:
            payees.check(work, asked)
        return asked.id

    def pass_time(self, **delta: int) -> None:
        """For all who are logged in."""
        self.served.world.now += timedelta(**delta)
