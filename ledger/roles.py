# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: one table of roles and actions, and the roles that nobody may combine.

Whatever the table does not allow is refused. What is allowed to a provider or a resident is so for
their own things only: ActingAs judges both. Knows no database; docs/roles.md shows the table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from ledger.errors import Forbidden, LedgerError, NotFound
from ledger.tables import Role


class Action(StrEnum):
    """Everything somebody may or may not do."""

    MANAGE_ACCOUNTS = "manage_accounts"
    """Make and disable accounts, give roles, make and revoke keys."""
    SEE_ACCOUNTS = "see_accounts"
    """See who has which roles."""
    SEE_CATALOGUE = "see_catalogue"
    """See services, programmes and the highest rates."""
    EDIT_CATALOGUE = "edit_catalogue"
    """Change services and the highest rates."""
    EDIT_PROGRAMMES = "edit_programmes"
    """Write and publish programmes with their rules."""
    SEE_CONTRACTS = "see_contracts"
    """See providers and contracts."""
    EDIT_PROVIDERS = "edit_providers"
    """Change providers, also the account they are paid on."""
    DECIDE_ACCOUNTS = "decide_accounts"
    """Decide on a change of account that somebody else entered, and let pay in spite of a bank's check."""
    EDIT_CONTRACTS = "edit_contracts"
    """Make and change contracts and tariffs."""
    ENTER_TERM_FIGURES = "enter_term_figures"
    """Enter evidence, numbers of people and costs that amounts of contract terms rest on."""
    SEE_TERM_FIGURES = "see_term_figures"
    """See what was entered for contract terms."""
    SEE_TERM_AMOUNTS = "see_term_amounts"
    """See what contract terms came to, how, and what there is to know of them."""
    SET_PAYING_ACCOUNT = "set_paying_account"
    """Change the account the municipality pays from."""
    EDIT_SETTINGS = "edit_settings"
    """Set how runs are reviewed and files for the bank are made."""
    SEE_BUDGETS = "see_budgets"
    """See budgets and what is left of them."""
    FUND_BUDGETS = "fund_budgets"
    """Make budgets, raise and lower them."""
    FIND_PEOPLE = "find_people"
    """Find residents and see who they are; every look is noted."""
    REGISTER_PEOPLE = "register_people"
    """Register residents and representatives, and end mandates."""
    CORRECT_PEOPLE = "correct_people"
    """Correct who residents are and how they are reached, and let somebody act for them."""
    SEE_MANDATES = "see_mandates"
    """See who acts for a resident, and since when."""
    GIVE_MANDATES = "give_mandates"
    """Name who may act for oneself, by the code that they show; nobody names for another."""
    END_MANDATES = "end_mandates"
    """End what one gave oneself; not what a court or the law decided."""
    SHOW_LINK_CODE = "show_link_code"
    """Show the code by which a resident names one as who acts for them."""
    SEE_ACCESS_LOG = "see_access_log"
    """See who looked at whom, and why."""
    SEE_ENTITLEMENTS = "see_entitlements"
    """See what was granted and what is left of it."""
    GRANT = "grant"
    """Grant, change and end entitlements, one by one or from a message, and decide on what others asked."""
    SEE_APPROVALS = "see_approvals"
    """See which grants and changes wait for somebody else, and what was decided on them."""
    ISSUE_CODES = "issue_codes"
    """Issue, print and revoke codes."""
    BLOCK_CODES = "block_codes"
    """Block the codes of one's own entitlement when a letter is lost; the municipality issues new ones."""
    ASK_FOR_CODE = "ask_for_code"
    """Ask for a new code of one's own entitlement, when none works."""
    SEE_CARE_AGREEMENTS = "see_care_agreements"
    """See care agreements and their approvals."""
    ENTER_CARE_AGREEMENT = "enter_care_agreement"
    """Enter a care agreement under a drawing right."""
    APPROVE_CARE = "approve_care"
    """Give the municipality's approval of a care agreement."""
    APPROVE_CARE_PAYING = "approve_care_paying"
    """Give the paying agent's approval of a care agreement."""
    QUOTE = "quote"
    """Ask what a redemption would give, without redeeming."""
    REDEEM = "redeem"
    """Redeem a code."""
    CLAIM = "claim"
    """Send claims."""
    REVERSE = "reverse"
    """Take back a redemption."""
    MANAGE_DEVICES = "manage_devices"
    """Enrol, approve and revoke the devices that a provider redeems with at doors."""
    SEE_REDEMPTIONS = "see_redemptions"
    """See what was redeemed."""
    CONFIRM_USE = "confirm_use"
    """Confirm or dispute what was used; staff writes down what a resident told them."""
    SETTLE = "settle"
    """Draft, submit and withdraw settlement runs."""
    REVIEW_SETTLEMENTS = "review_settlements"
    """Look at lines of a run; hold, free and reject them."""
    RELEASE_SETTLEMENTS = "release_settlements"
    """Release a run that somebody else drafted."""
    SEE_SETTLEMENTS = "see_settlements"
    """See settlements and payments."""
    EXPORT_PAYMENT_FILE = "export_payment_file"
    """Take out the file that the bank is told to pay by."""
    RECORD_BANK_ANSWERS = "record_bank_answers"
    """Record what the bank booked and returned."""
    DEMAND = "demand"
    """Demand money back from a provider, charge interest on it, and say which money is for it."""
    WITHDRAW_DEMANDS = "withdraw_demands"
    """Give up a demand that somebody else made."""
    SEE_ENTRIES = "see_entries"
    """See accounts and their entries."""
    CHECK_BOOKS = "check_books"
    """Check that everything agrees to the cent."""


MAY: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(
            {
                Action.MANAGE_ACCOUNTS,
                Action.EDIT_SETTINGS,
                Action.SEE_ACCOUNTS,
                Action.SEE_CATALOGUE,
            }
        ),
        Role.GATEKEEPER: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.SEE_CONTRACTS,
                Action.SEE_BUDGETS,
                Action.FIND_PEOPLE,
                Action.REGISTER_PEOPLE,
                Action.CORRECT_PEOPLE,
                Action.SEE_MANDATES,
                Action.SEE_ENTITLEMENTS,
                Action.GRANT,
                Action.SEE_APPROVALS,
                Action.ISSUE_CODES,
                Action.SEE_CARE_AGREEMENTS,
                Action.ENTER_CARE_AGREEMENT,
                Action.APPROVE_CARE,
                Action.SEE_REDEMPTIONS,
                Action.CONFIRM_USE,
            }
        ),
        Role.CONTRACT_MANAGER: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.EDIT_CATALOGUE,
                Action.EDIT_PROGRAMMES,
                Action.SEE_CONTRACTS,
                Action.EDIT_PROVIDERS,
                Action.MANAGE_DEVICES,
                Action.DECIDE_ACCOUNTS,
                Action.EDIT_CONTRACTS,
                Action.ENTER_TERM_FIGURES,
                Action.SEE_TERM_FIGURES,
                Action.SEE_TERM_AMOUNTS,
                Action.SEE_BUDGETS,
                Action.SEE_SETTLEMENTS,
            }
        ),
        Role.FINANCE: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.SEE_CONTRACTS,
                Action.SET_PAYING_ACCOUNT,
                Action.SEE_TERM_FIGURES,
                Action.SEE_TERM_AMOUNTS,
                Action.SEE_BUDGETS,
                Action.FUND_BUDGETS,
                Action.REVERSE,
                Action.SEE_REDEMPTIONS,
                Action.SETTLE,
                Action.REVIEW_SETTLEMENTS,
                Action.RELEASE_SETTLEMENTS,
                Action.SEE_SETTLEMENTS,
                Action.EXPORT_PAYMENT_FILE,
                Action.RECORD_BANK_ANSWERS,
                Action.DEMAND,
                Action.WITHDRAW_DEMANDS,
                Action.SEE_ENTRIES,
                Action.CHECK_BOOKS,
            }
        ),
        Role.PAYING_AGENT: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.SEE_CONTRACTS,
                Action.SEE_ENTITLEMENTS,
                Action.SEE_CARE_AGREEMENTS,
                Action.APPROVE_CARE_PAYING,
                Action.SEE_REDEMPTIONS,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                Action.SEE_ACCOUNTS,
                Action.SEE_CATALOGUE,
                Action.SEE_CONTRACTS,
                Action.SEE_TERM_FIGURES,
                Action.SEE_TERM_AMOUNTS,
                Action.SEE_BUDGETS,
                Action.SEE_ACCESS_LOG,
                Action.SEE_ENTITLEMENTS,
                Action.SEE_APPROVALS,
                Action.SEE_CARE_AGREEMENTS,
                Action.SEE_REDEMPTIONS,
                Action.SEE_SETTLEMENTS,
                Action.SEE_ENTRIES,
                Action.CHECK_BOOKS,
            }
        ),
        Role.PROVIDER: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.SEE_CONTRACTS,
                Action.SEE_TERM_AMOUNTS,
                Action.SEE_CARE_AGREEMENTS,
                Action.MANAGE_DEVICES,
                Action.QUOTE,
                Action.REDEEM,
                Action.CLAIM,
                Action.REVERSE,
                Action.SEE_REDEMPTIONS,
                Action.SEE_SETTLEMENTS,
            }
        ),
        Role.HOLDER: frozenset(
            {
                Action.SEE_CATALOGUE,
                Action.SEE_MANDATES,
                Action.GIVE_MANDATES,
                Action.END_MANDATES,
                Action.SHOW_LINK_CODE,
                Action.SEE_ACCESS_LOG,
                Action.SEE_ENTITLEMENTS,
                Action.BLOCK_CODES,
                Action.ASK_FOR_CODE,
                Action.SEE_CARE_AGREEMENTS,
                Action.ENTER_CARE_AGREEMENT,
                Action.CLAIM,
                Action.SEE_REDEMPTIONS,
                Action.CONFIRM_USE,
            }
        ),
    }
)
"""What each role may do. Not here is not allowed."""

BOUND: Final = frozenset({Role.PROVIDER, Role.HOLDER})
"""Roles that reach only what is of one provider or of one resident."""

_ALONE = (Role.AUDITOR, *BOUND)
_APART = (
    (Role.GATEKEEPER, Role.FINANCE),
    (Role.GATEKEEPER, Role.PAYING_AGENT),
    (Role.CONTRACT_MANAGER, Role.FINANCE),
    (Role.ADMINISTRATOR, Role.GATEKEEPER),
    (Role.ADMINISTRATOR, Role.FINANCE),
    (Role.ADMINISTRATOR, Role.CONTRACT_MANAGER),
    (Role.ADMINISTRATOR, Role.PAYING_AGENT),
)
INCOMPATIBLE: Final = frozenset(
    {frozenset(pair) for pair in _APART}
    | {frozenset({alone, other}) for alone in _ALONE for other in Role if other != alone}
)
"""Roles that one account never has together.

Who decides does not pay, who contracts does not pay, who makes accounts touches nothing else, who
audits only looks, and an account of a provider or a resident is nothing more than that.
"""


@dataclass(kw_only=True, eq=False)
class NotAllowed(Forbidden):
    """None of this actor's roles may do this."""

    code = "not_allowed"
    action: str


@dataclass(kw_only=True, eq=False)
class NotYours(NotFound):
    """It is of another provider or resident. To this actor it does not exist, so nothing else is said."""

    code = "not_found"


@dataclass(frozen=True, kw_only=True, slots=True)
class ActingAs:
    """Who asks, for which municipality, in which roles; bound to a provider or a person, or to neither."""

    municipality_id: str
    actor_id: UUID
    name: str
    roles: frozenset[Role]
    provider_id: UUID | None = None
    person_id: UUID | None = None

    def may(self, action: Action) -> bool:
        """Whether one of the roles may do this."""
        return any(action in MAY[role] for role in self.roles)

    def require(self, action: Action) -> None:
        """Raises NotAllowed when no role may do this."""
        if not self.may(action):
            raise NotAllowed(action=action)

    def require_provider(self, provider_id: UUID, *, otherwise: LedgerError | None = None) -> None:
        """See require_party: this is of the provider alone."""
        self.require_party(provider_id=provider_id, otherwise=otherwise)

    def require_person(
        self,
        person_id: UUID,
        *,
        represented: Collection[UUID] = (),
        otherwise: LedgerError | None = None,
    ) -> None:
        """See require_party: this is of the person alone. represented: for whom the actor has a mandate."""
        whom = self.person_id if person_id in represented else person_id
        self.require_party(person_id=whom, otherwise=otherwise)

    def require_party(
        self,
        *,
        provider_id: UUID | None = None,
        person_id: UUID | None = None,
        otherwise: LedgerError | None = None,
    ) -> None:
        """Pass when the actor is bound to one of these, or to nothing: then the roles alone decide.

        Call require() as well: this does not look at roles. Raises NotYours, or otherwise: the error
        that a thing which does not exist would give, so that the answers cannot be told apart.
        """
        bound_to = (self.provider_id, self.person_id)
        is_staff = bool(self.roles) and BOUND.isdisjoint(self.roles) and bound_to == (None, None)
        as_provider = self.provider_id is not None and self.provider_id == provider_id
        as_person = self.person_id is not None and self.person_id == person_id
        if not (is_staff or as_provider or as_person):
            raise otherwise or NotYours()
