# SPDX-License-Identifier: EUPL-1.2
"""The last day of the demo: claims, settlements, payment files, letters, and the proof of the books."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from cli.demo.days import at
from cli.demo.town import Paid, Right, Town
from ledger import (
    audit,
    balances,
    claims,
    codes,
    db,
    ids,
    letters,
    lists,
    payment_files,
    releases,
    reviews,
    runs,
)
from ledger.actors import operator_id
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.formats import letter as page
from ledger.reviews import Mark, Marks
from ledger.rules.funding import AccountKind
from ledger.runs import DraftOrder
from ledger.tables import MarkKind, Role, Settlement
from ledger.texts import Language

HEADER: Final = "reference,law,allocation_number,service,quantity,service_date,price_cents"


def claim(town: Town, folder: Path | None) -> None:
    """Each provider that a message names sends one file; the first tries one with mistakes before it."""
    for agb in sorted({each[1] for each in town.imported}):
        lines = _claim_lines(town, agb)
        bad = [
            f"{agb}-X1,wmo,999999,{lines[0].split(',')[3]},60,{town.days.back(9)},",
            f"{agb}-X2,wmo,{town.imported[0][0]},12A08,0,{town.days.back(9)},",
            lines[0],
        ]
        right = "\r\n".join([HEADER, *lines, ""]).encode()
        wrong = "\r\n".join([HEADER, *lines, *bad, ""]).encode()
        with town.work(at(town.days.back(1), 19)) as work:
            order = claims.of_file(town.providers[agb], wrong)
            town.tally.bad_lines += len(claims.judge(work, order).bad)
        with town.work(at(town.days.back(1), 19, 10)) as work:
            booked = claims.claim(work, claims.of_file(town.providers[agb], right))
        town.tally.claimed_lines += booked.lines
        town.tally.claimed_cents += booked.price_cents
        if folder:
            (folder / f"claim-{town.cbs}-{agb}.csv").write_bytes(right)
            (folder / f"claim-{town.cbs}-{agb}-with-mistakes.csv").write_bytes(wrong)


def _claim_lines(town: Town, agb: str) -> list[str]:
    """One line a week for each allocation of this provider."""
    found = []
    for number, provider, service, quantity, times in town.imported:
        for week in range(times if provider == agb else 0):
            day = town.days.back(28) + timedelta(days=7 * week)
            found.append(f"{agb}-{number}-{week + 1},wmo,{number},{service},{quantity},{day},")
    return found


def settle(town: Town, run: int, folder: Path) -> Path | None:
    """One run of two, drafted by one of finance and released by the other; its payment file.

    None where there is nothing to pay.
    """
    until = town.days.settled[run]
    order = DraftOrder(id=ids.uuid7(), until=until, requested_on=until + timedelta(days=4))
    with town.work(at(until, 21), Role.FINANCE) as work:
        runs.draft(work, order)
        runs.submit(work, order.id)
    with town.work(at(until, 22), Role.FINANCE) as work:
        other = replace(work, actor_id=town.releaser_id)
        looked_at = tuple(Mark(entry_id=each, kind=MarkKind.SEEN) for each in reviews.sample(other, order.id))
        if looked_at:
            reviews.mark(other, order.id, Marks(marks=looked_at))
        done = releases.release(other, order.id)
        settled = lists.page(work, Settlement, after=None, limit=1000, run_id=order.id)
        files = tuple(payment_files.export(work, order.id)) if done.count else ()
        pieces = list(payment_files.read(work, order.id, 1)) if files else []
    town.runs.append(
        Paid(
            until=until,
            providers=done.count,
            set_off_cents=sum(each.set_off_cents for each in settled),
            total_cents=done.total_cents,
            files=files,
        )
    )
    if not pieces:
        return None
    path = folder / f"pain001-{town.cbs}-{until}.xml"
    write(path, b"".join(pieces))
    return path


def write_letters(
    town: Town, rights: list[Right], languages: tuple[Language, ...], folder: Path
) -> list[Path]:
    """The letters with the codes of these rights, in these languages; fresh codes, as printed yesterday."""
    now, made = at(town.days.back(1), 20), []
    with town.work(now, Role.GATEKEEPER) as work:
        orders = [codes.IssueOrder(id=ids.uuid7(), entitlement_id=each.id, replace=True) for each in rights]
        for right, outcome in zip(rights, codes.issue(work, town.keys, orders), strict=True):
            assert not isinstance(outcome, LedgerError), outcome
            right.old_code, right.code = right.code, outcome.token
        wanted = [order.id for order in orders]
        composed = [
            each for language in languages for each in letters.compose_all(work, town.keys, wanted, language)
        ]
    for each in composed:
        path = folder / f"letter-{town.cbs}-{each.reference}-{each.language}.pdf"
        write(path, page.pdf(each))
        made.append(path)
    return made


def books_agree(town: Town) -> bool:
    """Whether everything that is written twice agrees."""
    with _reading(town) as work:
        return audit.check(work).agrees


def to_give_back_cents(town: Town) -> int:
    """What providers have to give back after the last run: more was taken back than they were owed."""
    with _reading(town) as work:
        held = balances.totals(work)
    return -sum(each.balance for each in held if each.kind is AccountKind.RECEIVABLE)


@contextmanager
def _reading(town: Town) -> Iterator[Work]:
    with db.reading(town.engine) as session:
        yield Work(
            session=session,
            municipality_id=town.cbs,
            actor_id=operator_id("check"),
            now=at(town.days.today, 0),
        )


def write(path: Path, content: bytes) -> None:
    """A file that is whole or not there."""
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content)
    os.replace(half, path)
