# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/settling: of a run that went to the bank and back."""

from ledger.ids import uuid7
from tests.api.browsing import Scene, Visitor, links


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    finance, second = Visitor.of(scene.served, "finance"), Visitor.of(scene.served, "finance_2")
    run = scene.exported(finance, second)
    finance.upload(scene.bank.submit(finance.see(f"{run}/files/1").content))
    page = finance.page(run)
    (message,) = {each for each in links(finance.page("/bank")) if each.startswith("/bank/messages/")}
    of_run = ("", "/lines", "/submit", "/withdraw", "/release", "/export")
    return {f"/runs/{{id}}{each}": f"{run}{each}" for each in of_run} | {
        "/runs/{id}/files/{number}": f"{run}/files/1",
        "/runs/{id}/statements/{settlementId}/{form}": next(x for x in links(page) if x.endswith("/csv")),
        "/runs/{id}/lines/{entryId}": f"{run}/lines/{uuid7()}",
        "/bank/messages/{id}": message,
        "/bank/payments/{id}": next(x for x in links(page) if x.startswith("/bank/payments/")),
        "/payees/changes/{id}": f"/payees/changes/{scene.account_change()}",
        "/payees/checks/{id}": f"/payees/checks/{scene.blocked_payee()}",
    }
