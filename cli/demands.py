# SPDX-License-Identifier: EUPL-1.2
"""tegoed demand: what providers must pay back, the interest on it, and money that is said to be for it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key

if TYPE_CHECKING:
    from ledger.demands import Told

ADemand = Annotated[str, typer.Argument(metavar="DEMAND", help="The id of a demand.")]
Id = Annotated[str | None, typer.Option("--id", help="The id; the same id again changes nothing.")]


def make(
    host: Host,
    provider: Annotated[str, typer.Option(help="AGB code or id.")],
    amount: Annotated[str, typer.Option(help="How much, in euros.")],
    reason: Annotated[str, typer.Option(help="Why, in words; the provider reads it.")],
    sent_on: Annotated[str | None, typer.Option(help="The day it is sent; today unless it is named.")] = None,
    due_on: Annotated[
        str | None, typer.Option(help="The last day to pay; six weeks later unless it is named.")
    ] = None,
    id_: Id = None,
    key: Key = None,
) -> None:
    """Demand back what a provider owes and no demand stands for, the oldest debts first."""
    from ledger import demands
    from ledger.clock import dutch_day
    from ledger.roles import Action

    with host.work_as(key, Action.DEMAND) as work:
        asked = demands.DemandInput(
            id=typed.fresh_id(id_),
            provider_id=typed.provider_id(work, provider),
            cents=typed.euros(amount),
            sent_on=typed.day(sent_on) if sent_on else dutch_day(work.now),
            due_on=typed.day_or_none(due_on),
            reason=reason,
        )
        told = demands.make(work, asked)
    _tell(host, told)


def listed(
    host: Host,
    provider: Annotated[str | None, typer.Option(help="Only of this provider: AGB code or id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 200,
) -> None:
    """Demands with what is left of them, the oldest first."""
    from ledger import demands

    with host.reading() as work:
        provider_id = typed.provider_id(work, provider) if provider else None
        found = demands.listed(work, provider_id=provider_id, limit=limit)
    if host.as_json:
        screen.write_json({"demands": [_plain(each) for each in found]})
        return
    rows = [
        (
            each.demand.id,
            each.demand.due_on,
            each.state,
            screen.euros(each.demand.cents),
            screen.euros(each.standing.interest_cents),
            screen.euros(each.standing.left_cents),
        )
        for each in found
    ]
    screen.table("Demands", ("id", "due", "state", "demanded", "interest", "left"), rows)


def show(host: Host, demand_id: ADemand) -> None:
    """One demand: the debts it is for, all that happened to it, and how its interest was computed."""
    from ledger import demands

    with host.reading() as work:
        told = demands.get(work, typed.uuid(demand_id))
        why, lines = demands.why(work, told.demand), demands.interest_lines(work, told.demand.id)
    if host.as_json:
        screen.write_json({**_plain(told), "debts": why, "steps": told.steps, "interest_lines": lines})
        return
    screen.say(_line(told))
    debts = [
        (each.debt.kind, each.debt.service_day or each.debt.first, screen.euros(each.cents)) for each in why
    ]
    screen.table("For", ("what", "day", "amount"), debts)
    steps = [(each.number, each.kind, each.day, screen.euros(each.cents)) for each in told.steps]
    screen.table("What happened", ("step", "what", "day", "amount"), steps)
    computed = [
        (
            each.number,
            each.first,
            each.last,
            screen.euros(each.principal_cents),
            f"{each.basis_points // 100}.{each.basis_points % 100:02}%",
            f"{each.days}/{each.days_of_year}",
            screen.euros(each.cents),
        )
        for each in lines
    ]
    screen.table("Interest", ("step", "first", "last", "over", "rate", "days", "amount"), computed)


def charge(
    host: Host,
    demand_id: ADemand,
    until: Annotated[str, typer.Option(help="Up to and including which day.")],
    key: Key = None,
) -> None:
    """Charge statutory interest up to a day; the same day again charges nothing."""
    from ledger import recoveries
    from ledger.roles import Action

    with host.work_as(key, Action.DEMAND) as work:
        told = recoveries.charge_interest(work, typed.uuid(demand_id), typed.day(until))
    _tell(host, told)


def withdraw(
    host: Host,
    demand_id: ADemand,
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    key: Key = None,
) -> None:
    """Give up a demand that somebody else made; what was left of it stays a debt, without interest."""
    from ledger import recoveries
    from ledger.roles import Action

    with host.work_as(key, Action.WITHDRAW_DEMANDS) as work:
        told = recoveries.withdraw(work, typed.uuid(demand_id), reason)
    _tell(host, told)


def assign(
    host: Host,
    demand_id: ADemand,
    statement: Annotated[str, typer.Option(help="The id of a statement of the bank; see tegoed bank lines.")],
    line: Annotated[int, typer.Option(min=1, help="Which line of it.")],
    key: Key = None,
) -> None:
    """Say that money nobody could place is for a demand."""
    from ledger import repayments
    from ledger.roles import Action

    with host.work_as(key, Action.DEMAND) as work:
        told = repayments.assign(work, typed.uuid(statement), line, typed.uuid(demand_id))
    _tell(host, told)


def rates(
    host: Host,
    rate: Annotated[list[str], typer.Option(help="A day and the percentage from then on: 2024-01-01=7.00.")],
    known_until: Annotated[str, typer.Option(help="The last day for which you looked them up.")],
    source: Annotated[str, typer.Option(help="Where you looked them up.")],
    id_: Id = None,
    key: Key = None,
) -> None:
    """Enter the statutory rates, all of them, the oldest first; from now on these count."""
    from ledger import statutory_rates
    from ledger.roles import Action

    asked = statutory_rates.RatesInput(
        id=typed.fresh_id(id_),
        steps=tuple(_rate(each) for each in rate),
        known_until=typed.day(known_until),
        source=source,
    )
    with host.work_as(key, Action.DEMAND) as work:
        row = statutory_rates.put(work, asked)
    answer = {"rates_id": row.id, "known_until": row.known_until}
    screen.show(host.as_json, answer, [f"{len(row.steps)} rates, known until {row.known_until}"])


def _rate(text: str) -> Any:
    from ledger.statutory_rates import RateInput

    day, _, percentage = text.partition("=")
    if not percentage:
        raise Fault("a rate is typed as a day and a percentage: 2024-01-01=7.00", Status.USAGE)
    # Hundredths of a percent are typed like hundredths of a euro.
    return RateInput(from_day=typed.day(day), basis_points=typed.euros(percentage))


def _tell(host: Host, told: "Told") -> None:
    screen.show(host.as_json, _plain(told), [_line(told)])


def _line(told: "Told") -> str:
    row, left = told.demand, screen.euros(told.standing.left_cents)
    return f"demand {row.id} ({row.reference}): {told.state}, {left} left, due on {row.due_on}"


def _plain(told: "Told") -> dict[str, Any]:
    row, standing = told.demand, told.standing
    return {
        "demand_id": row.id,
        "provider_id": row.provider_id,
        "reference": row.reference,
        "sent_on": row.sent_on,
        "due_on": row.due_on,
        "state": told.state,
        "cents": row.cents,
        "interest_cents": standing.interest_cents,
        "paid_cents": standing.paid_cents,
        "left_cents": standing.left_cents,
    }
