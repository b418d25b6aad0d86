# SPDX-License-Identifier: EUPL-1.2
"""tegoed run: settlement runs from draft to the files for the bank.

Who drafts does not release: give one of the two steps an API key of somebody else's account.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cli import screen, typed, written
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from ledger.ceiling_uses import Used
    from ledger.reviews import Line
    from ledger.runs import Run
    from ledger.tables import PaymentFile

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a settlement run.")]
Key = Annotated[
    str | None,
    typer.Option(
        envvar="TEGOED_KEY", help="Act as the account with this API key, not as the operator of this host."
    ),
]
Entries = Annotated[
    list[str], typer.Argument(metavar="LINE...", help="Lines by their entry; - reads them from input.")
]
Why = Annotated[
    str,
    typer.Option(
        help="proof_missing, disputed, quantity_doubtful, price_doubtful, contract_doubtful, double, "
        "fraud_signal or other."
    ),
]
Note = Annotated[str, typer.Option(help="Why, in words; the provider reads it.")]


def listed(host: Host) -> None:
    """The newest fifty runs."""
    from ledger import runs

    with host.reading() as work:
        found = runs.listed(work)
    if host.as_json:
        screen.write_json({"runs": [_plain(run) for run in found]})
        return
    rows = [
        (run.id, run.until, run.state, run.count or "", screen.euros(run.total_cents) if run.release else "")
        for run in found
    ]
    screen.table("Settlement runs", ("id", "until", "state", "payments", "together"), rows)


def draft(
    host: Host,
    until: Annotated[str, typer.Option(help="Last Dutch day of what is settled, inclusive.")],
    requested_on: Annotated[
        str | None, typer.Option(help="The day the bank is asked to pay; left out: today.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="The id of the run; the same id again is the same run.")
    ] = None,
    key: Key = None,
) -> None:
    """Set apart all that is owed up to and including a day; nothing is booked yet."""
    from ledger import clock, runs
    from ledger.roles import Action

    order = runs.DraftOrder(
        id=typed.fresh_id(id_),
        until=typed.day(until),
        requested_on=typed.day(requested_on) if requested_on else clock.dutch_day(host.now),
    )
    with host.work_as(key, Action.SETTLE) as work:
        run = runs.draft(work, order)
    _tell_open(host, run)


def plan(
    host: Host,
    every: Annotated[
        bool, typer.Option("--all-municipalities", help="Of every municipality in the database.")
    ] = False,
) -> None:
    """Draft the run that is due by the municipality's plan and was not drafted yet; for a timer.

    Again drafts nothing more. A person submits the run, and another person releases it.
    """
    from ledger import db, municipalities

    hosts = [host]
    if every:
        with db.reading(host.engine) as session:
            known = [row.municipality_id for row in municipalities.listed(session)]
        hosts = [host.as_of(each) for each in known]
    told = {each.municipality_id: _planned(each) for each in hosts}
    if host.as_json:
        screen.write_json({"municipalities": told})
    else:
        for code, said in told.items():
            screen.say(f"{code}: {_said(said)}")
    if any("refused" in said for said in told.values()):
        raise typer.Exit(Status.REFUSED)


def _planned(host: Host) -> dict[str, Any]:
    """What was drafted for one municipality and what comes next; a refusal does not stop the others."""
    from ledger import run_plans
    from ledger.errors import LedgerError
    from ledger.texts import say

    try:
        with host.work() as work:
            run = run_plans.draft(work)
        with host.reading() as work:
            following = run_plans.ahead(work).following
    except LedgerError as refused:
        return {"refused": refused.code, "detail": say(refused, host.lang).detail}
    return {"drafted": _plain(run) if run else None, "following": following}


def _said(told: dict[str, Any]) -> str:
    if "refused" in told:
        return str(told["detail"])
    run, following = told["drafted"], told["following"]
    done = f"drafted {run['run_id']} up to and including {run['until']}" if run else "nothing is due"
    return f"{done}; next on {following.planned_on}" if following else f"{done}; no run is planned"


def submit(host: Host, run: RunId, key: Key = None) -> None:
    """Hand a draft over for review."""
    from ledger import runs
    from ledger.roles import Action

    with host.work_as(key, Action.SETTLE) as work:
        found = runs.submit(work, typed.uuid(run))
    _tell_open(host, found)


def withdraw(
    host: Host, run: RunId, reason: Annotated[str, typer.Option(help="Why it is given up.")], key: Key = None
) -> None:
    """Give a run up before it is released; its lines are free for the next."""
    from ledger import runs
    from ledger.roles import Action

    with host.work_as(key, Action.SETTLE) as work:
        found = runs.withdraw(work, typed.uuid(run), reason)
    screen.show(host.as_json, _plain(found), [f"run {found.id} is withdrawn"])


def show(host: Host, run: RunId) -> None:
    """What a run comes to, by provider, and what stands out; after its release what was settled."""
    from ledger import runs

    with host.reading() as work:
        found = runs.get(work, typed.uuid(run))
    if found.release is None:
        _tell_open(host, found)
    else:
        _tell_released(host, found)


def lines(
    host: Host,
    run: RunId,
    sample: Annotated[bool, typer.Option(help="Only the lines that must be looked at.")] = False,
    unseen: Annotated[bool, typer.Option(help="Only those of the sample that nobody looked at yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 200,
    after: Annotated[str | None, typer.Option(help="The line that was seen last.")] = None,
) -> None:
    """Lines of an open run, with what was held and looked at."""
    from ledger import reviews

    run_id = typed.uuid(run)
    with host.reading() as work:
        only = reviews.unseen(work, run_id) if unseen else reviews.sample(work, run_id) if sample else None
        found = reviews.lines(
            work, run_id, only=only, after=typed.uuid(after) if after else None, limit=limit
        )
    if host.as_json:
        screen.write_json({"lines": found})
        return
    rows = [
        (
            each.entry_id,
            each.use.service if each.use else "",
            each.use.service_day if each.use else "",
            screen.amount(each.use.quantity, each.use.unit) if each.use else "",
            screen.euros(each.left_cents),
            _state(each),
        )
        for each in found
    ]
    screen.table(f"Lines of run {run_id}", ("line", "service", "day", "quantity", "owed", ""), rows)


def seen(host: Host, run: RunId, entries: Entries, key: Key = None) -> None:
    """Say that lines were looked at; who drafted the run does not."""
    _mark(host, run, entries, key, kind="seen")


def hold(host: Host, run: RunId, entries: Entries, reason: Why, note: Note, key: Key = None) -> None:
    """Hold lines: they are not paid until they are freed, and stay in every later run."""
    _mark(host, run, entries, key, kind="held", reason=reason, note=note)


def free(host: Host, run: RunId, entries: Entries, key: Key = None) -> None:
    """Let held lines be paid."""
    _mark(host, run, entries, key, kind="freed")


def let_go(
    host: Host,
    run: RunId,
    entries: Entries,
    note: Annotated[str, typer.Option(help="Why, in words; not for the provider.")],
    key: Key = None,
) -> None:
    """Let lines be paid in spite of what their resident said last; who drafted the run does not."""
    _mark(host, run, entries, key, kind="let_go", note=note)


def reject(host: Host, run: RunId, entries: Entries, reason: Why, note: Note, key: Key = None) -> None:
    """Take lines back at once: what was used goes back to the entitlement."""
    _mark(host, run, entries, key, kind="rejected", reason=reason, note=note)


def release(host: Host, run: RunId, key: Key = None) -> None:
    """Book a reviewed run and fix the files for the bank; never by who drafted it or decided on it."""
    from ledger import releases
    from ledger.roles import Action

    with host.work_as(key, Action.RELEASE_SETTLEMENTS) as work:
        found = releases.release(work, typed.uuid(run))
    _tell_released(host, found)


def export(
    host: Host,
    run: RunId,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder the files (pain.001) go to.")],
    key: Key = None,
) -> None:
    """Write the files for the bank; again gives the same bytes. Compare each SHA-256 with the bank's."""
    from ledger import payment_files
    from ledger.roles import Action

    run_id = typed.uuid(run)
    with host.work_as(key, Action.EXPORT_PAYMENT_FILE) as work:
        files = payment_files.export(work, run_id)
    paths = [write_file(host, file, out / f"pain001-{run_id}-{file.number}.xml") for file in files]
    answer = {
        "run_id": run_id,
        "files": [
            {"file": path, **{name: getattr(file, name) for name in ("count", "total_cents", "sha256")}}
            for path, file in zip(paths, files, strict=True)
        ],
    }
    told = [
        f"{path}\n{file.count} payments, {screen.euros(file.total_cents)}\nSHA-256 {file.sha256.hex()}"
        for path, file in zip(paths, files, strict=True)
    ]
    screen.show(host.as_json, answer, told or ["There is nothing to pay, so there is no file."])


def write_file(host: Host, file: "PaymentFile", out: Path) -> Path:
    """Stream a file to its place; a half file never has the name."""
    from ledger import payment_files

    with host.reading() as work:
        written.pieces(out, payment_files.read(work, file.run_id, file.number))
    return out


def _mark(
    host: Host,
    run: str,
    entries: Sequence[str],
    key: str | None,
    *,
    kind: str,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    from ledger import reviews
    from ledger.reviews import Mark, Marks
    from ledger.roles import Action
    from ledger.tables import MarkKind, MarkReason

    if reason is not None and reason not in set(MarkReason):
        raise Fault(f"no such reason: {reason}; there are {', '.join(MarkReason)}", Status.USAGE)
    run_id, ids = typed.uuid(run), _entries(entries)
    made = []
    with host.work_as(key, Action.REVIEW_SETTLEMENTS) as work:
        for start in range(0, len(ids), reviews.MARKS_MAX):
            marks = tuple(
                Mark(
                    entry_id=each,
                    kind=MarkKind(kind),
                    reason=MarkReason(reason) if reason else None,
                    note=note,
                )
                for each in ids[start : start + reviews.MARKS_MAX]
            )
            made += reviews.mark(work, run_id, Marks(marks=marks))
    answer = {"run_id": run_id, "marked": [each.entry_id for each in made]}
    screen.show(host.as_json, answer, [f"{kind}: {len(made)} lines; {len(ids) - len(made)} were so already"])


def _state(line: "Line") -> str:
    """What there is to know of a line before its release."""
    if line.held:
        return f"held: {line.held.reason}"
    if line.left_cents != line.cents:
        return f"was {screen.euros(line.cents)}, reversed"
    if line.waits and line.dispute:
        return f"{line.waits}: {line.dispute.note}"
    return line.waits or ("seen" if line.seen else "")


def _entries(texts: Sequence[str]) -> list[UUID]:
    named = sys.stdin.read().split() if list(texts) == ["-"] else texts
    if not named:
        raise Fault("no lines were named", Status.USAGE)
    return [typed.uuid(each) for each in named]


def _plain(run: "Run") -> dict[str, Any]:
    return {
        "run_id": run.id,
        "until": run.until,
        "requested_on": run.requested_on,
        "state": run.state,
        "is_planned": run.is_planned,
        "sample_seed": run.sample_seed,
        "payments": run.count,
        "total_cents": run.total_cents,
        "steps": run.steps,
    }


def _tell_open(host: Host, run: "Run") -> None:
    from ledger import ceiling_uses, overviews

    with host.reading() as work:
        totals, shares = overviews.totals(work, run.id), overviews.shares(work, run.id, limit=1000)
        ceilings = ceiling_uses.of_run(work, run.id)
    if host.as_json:
        screen.write_json({**_plain(run), "totals": totals, "shares": shares, "ceilings": ceilings})
        return
    rows = [
        (
            each.trade_name,
            each.lines,
            screen.euros(each.cents),
            screen.euros(each.held_cents) if each.held_cents else "",
            screen.euros(waits) if (waits := each.disputed_cents + each.unconfirmed_cents) else "",
            screen.euros(each.owing_cents) if each.owing_cents else "",
            screen.euros(sum(each.earlier_cents) // len(each.earlier_cents)) if each.earlier_cents else "",
            ", ".join(each.signals),
        )
        for each in shares
    ]
    columns = (
        "provider",
        "lines",
        "owed",
        "held",
        "waits for residents",
        "to set off",
        "before, on average",
        "stands out",
    )
    screen.table(f"Run {run.id}, up to and including {run.until}: {run.state}", columns, rows)
    if ceilings:
        _tell_ceilings(ceilings)
    screen.say(f"{totals.lines} lines, {screen.euros(totals.cents)}; held {screen.euros(totals.held_cents)}")
    screen.say(f"sample: {totals.sample} lines by seed {run.sample_seed}, {totals.unseen} not looked at")


def _tell_ceilings(ceilings: "Sequence[Used]") -> None:
    rows = [
        (
            each.contract_number,
            each.number,
            str(each.year),
            screen.euros(each.counted_cents),
            screen.euros(each.ceiling_cents),
            _percent(each.share_bps),
            ", ".join(map(_percent, each.passed_bps)),
            f"not told: {each.refusal}" if each.refusal else screen.euros(each.kept_back_cents),
        )
        for each in ceilings
    ]
    columns = ("contract", "term", "year", "counts", "ceiling", "used", "reached", "not paid")
    screen.table("Ceilings, with this run", columns, rows)


def _percent(bps: int | None) -> str:
    return "" if bps is None else f"{bps // 100}.{bps % 100:02d}%"


def _tell_released(host: Host, run: "Run") -> None:
    from ledger import lists, payment_files, payments, settlements, unsettled
    from ledger.tables import Settlement

    with host.reading() as work:
        rows = lists.page(work, Settlement, after=None, limit=1000, run_id=run.id)
        paid = settlements.payments(work, {row.id for row in rows})
        states = payments.states(work, paid.values())
        files = payment_files.listed(work, run.id)
        left = unsettled.of_run(work, run.id, limit=1000)
    if host.as_json:
        told = [{"number": each.number, "sha256": each.sha256} for each in files]
        screen.write_json({**_plain(run), "settlements": len(rows), "unsettled": left, "files": told})
        return
    shown = [
        (
            paid[row.id].creditor_name if row.id in paid else "(all set off)",
            paid[row.id].reference if row.id in paid else "",
            screen.euros(row.gross_cents),
            screen.euros(row.set_off_cents),
            screen.euros(row.net_cents),
            states[paid[row.id].id] if row.id in paid else "",
        )
        for row in rows
    ]
    columns = ("provider", "reference", "gross", "set off", "net", "payment")
    screen.table(f"Run {run.id}, up to and including {run.until}: {run.state}", columns, shown)
    for each in left:
        why = ", ".join(each.reasons)
        screen.say(f"provider {each.provider_id}: nothing settled ({why}), {screen.euros(each.cents)} open")
    screen.say(f"payments: {run.count}, together {screen.euros(run.total_cents)}")
    for file in files:
        screen.say(f"file {file.number}: {file.count} payments, SHA-256 {file.sha256.hex()}")
    if not files:
        screen.say("There is nothing to pay, so there is no file.")
