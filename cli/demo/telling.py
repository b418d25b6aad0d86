# SPDX-License-Identifier: EUPL-1.2
"""The demo told: a short story with tables for people, one JSON object for programs."""

import json
from collections import Counter
from datetime import UTC
from typing import Any

from cli import screen
from cli.demo.days import at
from cli.demo.plans import HOUSEHOLD, LINDE
from cli.demo.story import Told
from ledger.tables import Role

SERVED_AT = "http://127.0.0.1:8000"


def summary(told: Told) -> dict[str, Any]:
    """What happened, in numbers; the keys are documented in docs/cli.md."""
    featured = told.featured
    files, runs = told.payment_files[featured.cbs], featured.runs
    return {
        "region": told.region,
        "seed": told.seed,
        "today": told.days.today,
        "municipalities": len(told.towns),
        "entitlements": sum(_entitlements(told).values()),
        "grants_refused": sum(town.tally.refused_grants for town in told.towns),
        "redemptions": sum(_redemptions(told).values()),
        "refused": sum(town.tally.refused for town in told.towns),
        "reasons": dict(sorted(_reasons(told).items())),
        "follow_ups": dict(sorted(_follow_ups(told).items())),
        "unconfirmed": _unconfirmed(told),
        "redeemed_cents": sum(town.tally.net_cents for town in told.towns),
        "settled_cents": sum(run.total_cents for town in told.towns for run in town.runs),
        "to_give_back_cents": told.to_give_back_cents,
        "payment_file": files[-1] if files else None,
        "payment_file_sha256": runs[-1].files[-1].sha256.hex() if files else None,
        "payment_files": [path for paths in told.payment_files.values() for path in paths],
        "letter": told.letters[0],
        "letters": told.letters,
        "books_balance": all(told.agrees.values()),
        "municipality": featured.cbs,
        "api_keys": {str(role): secret for role, secret in featured.secrets.items()},
        "try_it": curl(told),
    }


def curl(told: Told) -> str:
    """A command that redeems the code of the letter at the served demo."""
    town = told.featured
    body = {
        "code": town.rights[0].code,
        "providerId": str(town.providers[LINDE]),
        "lines": [{"service": HOUSEHOLD, "quantity": 60}],
        "at": at(told.days.back(1), 16).astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    return (
        f"curl -X PUT {SERVED_AT}/v1/redemptions/{told.try_id} "
        f"-H 'Authorization: Bearer {town.secrets[Role.PROVIDER]}' "
        f"-H 'Content-Type: application/json' -d '{json.dumps(body)}'"
    )


def tell(told: Told) -> None:
    """The story on the terminal."""
    first, last = told.days.used[0], told.days.used[-1]
    screen.say(f"{told.region}: {len(told.towns)} municipalities, {first} up to and including {last}.")
    screen.say("The municipalities are real; residents, providers, contracts and money are made up.\n")
    _towns(told)
    _refusals(told)
    _money(told)
    _files(told)


def _towns(told: Told) -> None:
    screen.table(
        "What was given and used",
        ("code", "municipality", "entitlements", "redeemed", "claim lines", "refused", "owed for it"),
        [
            (
                town.cbs,
                town.name,
                len(town.rights) + len(town.unapproved) + len(town.imported),
                len(town.tally.redeemed),
                town.tally.claimed_lines,
                town.tally.refused,
                screen.euros(town.tally.net_cents),
            )
            for town in told.towns
        ],
    )
    refused_grants = sum(town.tally.refused_grants for town in told.towns)
    follow_ups = _follow_ups(told)
    screen.say(f"Not granted, because a hard budget could not carry them: {refused_grants}.")
    screen.say(f"Not paid yet, because the resident was asked and did not answer: {_unconfirmed(told)}.")
    screen.say(
        f"Of the reservations {follow_ups['capture']} were captured and {follow_ups['release']} released; "
        f"{follow_ups['reversal']} redemptions were reversed. Whatever was sent twice was booked once.\n"
    )


def _refusals(told: Told) -> None:
    rows = [(code, number) for code, number in _reasons(told).most_common()]
    screen.table("Why scans were refused (a refusal tells every reason)", ("reason", "times"), rows)
    bad = sum(town.tally.bad_lines for town in told.towns)
    screen.say(f"Claims with {bad} bad lines were refused whole, and booked after they were corrected.\n")


def _money(told: Told) -> None:
    screen.table(
        "What was settled",
        ("municipality", "run up to", "providers", "set off", "paid", "SHA-256 of the payment file"),
        [
            (
                town.name,
                run.until,
                run.providers,
                screen.euros(run.set_off_cents),
                screen.euros(run.total_cents),
                ", ".join(file.sha256.hex()[:16] + "…" for file in run.files),
            )
            for town in told.towns
            for run in town.runs
        ],
    )
    settled = sum(run.total_cents for town in told.towns for run in town.runs)
    owed = sum(town.tally.net_cents for town in told.towns)
    back = told.to_give_back_cents
    more = f", of which providers have to give back {screen.euros(back)}" if back else ""
    screen.say(f"Owed {screen.euros(owed)}, settled {screen.euros(settled)}{more}.")
    agree = [town.name for town in told.towns if told.agrees[town.cbs]]
    if len(agree) == len(told.towns):
        screen.say(f"The books of all {len(agree)} municipalities agree, to the cent.\n")
    else:
        wrong = [town.name for town in told.towns if not told.agrees[town.cbs]]
        screen.say(f"The books of {', '.join(wrong)} do NOT agree: see tegoed check.\n")


def _files(told: Told) -> None:
    town = told.featured
    screen.say(f"Files are in {told.out}: payment files, letters, messages and claims of {town.name}.")
    screen.say(f"The letter: {told.letters[0]}")
    screen.say(f"Specimen API keys of {town.name} ({town.cbs}), for trying only:")
    screen.table("", ("role", "API key"), sorted((role, secret) for role, secret in town.secrets.items()))
    screen.say("Serve the demo (make run does it for you), and redeem the code on the letter:\n")
    screen.say(curl(told))


def _entitlements(told: Told) -> dict[str, int]:
    return {town.cbs: len(town.rights) + len(town.unapproved) + len(town.imported) for town in told.towns}


def _redemptions(told: Told) -> dict[str, int]:
    return {town.cbs: len(town.tally.redeemed) + town.tally.claimed_lines for town in told.towns}


def _reasons(told: Told) -> Counter[str]:
    return sum((town.tally.reasons for town in told.towns), Counter())


def _unconfirmed(told: Told) -> int:
    return sum(len(town.tally.unconfirmed) for town in told.towns)


def _follow_ups(told: Told) -> Counter[str]:
    return sum((town.tally.follow_ups for town in told.towns), Counter())
