# SPDX-License-Identifier: EUPL-1.2
"""What we say in English about what one person does not do alone: publishing, and granting much."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

FOUR_EYES: Final[Mapping[str, tuple[str, Detail]]] = {
    "contract_publisher_drafted": (
        "Somebody else must publish this contract",
        "Who drafts a contract does not publish it. Ask a colleague to publish these contracts: {numbers}.",
    ),
    "programme_publisher_drafted": (
        "Somebody else must publish this programme",
        "Who drafts a programme does not publish it. Ask a colleague to publish these programmes: {names}.",
    ),
    "approval_not_found": (
        "We cannot find this request",
        "Nothing that a second person decides on was asked under id {id}.",
    ),
    "approval_exists_with_other_content": (
        "This id was used already",
        "Something else, which a second person decides on, was asked under id {id}. Nothing was done now. "
        "Use a new id.",
    ),
    "approval_decided": (
        "This was decided on already",
        "Request {id} was decided on before, otherwise or for another reason. That stays so.",
    ),
    "approver_asked": (
        "Somebody else must decide on this",
        "You asked this yourself. A colleague must decide on request {id}.",
    ),
    "approval_overtaken": (
        "This request was overtaken",
        "Something newer was decided on this entitlement after request {id}. Refuse the request, and ask for "
        "the change again where it is still needed.",
    ),
    "not_approved": (
        "A colleague refused this",
        "Request {id} was refused by a second person. To ask it again, use a new id.",
    ),
    "allocation_waits": (
        "This allocation still waits for a second person",
        "An earlier version of allocation {number} waits for a decision (request {id}). Let a colleague "
        "decide, and then import this message again.",
    ),
}
"""Title and detail for every code."""
