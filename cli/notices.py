# SPDX-License-Identifier: EUPL-1.2
"""tegoed notices: what contacts of providers are told, and sending it; for a timer."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

if TYPE_CHECKING:
    from uuid import UUID

    from api.smtp import Mail, Settings
    from ledger.notices import Told


def listed(
    host: Host,
    provider: Annotated[
        str | None, typer.Option(help="AGB code or id: all notices about it; left out: what was never sent.")
    ] = None,
) -> None:
    """Notices that were never sent, or all about one provider."""
    from ledger import notices

    with host.reading() as work:
        found = notices.listed(work, typed.provider_id(work, provider) if provider else None)
    if host.as_json:
        screen.write_json({"notices": [_plain(each) for each in found]})
        return
    rows = [
        (each.notice.id, each.notice.about, each.contact.email, each.notice.recorded_at, _became(each))
        for each in found
    ]
    screen.table("Notices", ("id", "about", "to", "written", "became"), rows)


def show(host: Host, notice: Annotated[str, typer.Argument(help="The id of a notice.")]) -> None:
    """One notice: its text, and every try to send it."""
    from ledger import notices

    with host.reading() as work:
        found = notices.get(work, typed.uuid(notice))
    if host.as_json:
        screen.write_json(_plain(found))
        return
    screen.say(f"To: {found.contact.name} <{found.contact.email}>")
    screen.say(f"Subject: {found.notice.subject}")
    screen.say()
    screen.say(found.notice.body)
    rows = [(each.number, each.recorded_at, each.outcome, each.detail) for each in found.deliveries]
    screen.table("Tries", ("number", "at", "outcome", "what the mail server said"), rows)


def send(
    host: Host,
    again: Annotated[
        list[str] | None,
        typer.Option(help="The id of a notice that was given up, or failed just now: try it all the same."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all-municipalities", help="Of every municipality in the database.")
    ] = False,
) -> None:
    """Send what waits, by the mail server of the environment (docs/operations.md, Mail); for a timer.

    Status 1 when something was not taken.
    """
    from api.smtp import MailUnusable, Settings
    from ledger import db, municipalities

    try:
        settings = Settings.of(os.environ)
    except MailUnusable as error:
        raise Fault(str(error), Status.HOST) from None
    hosts = [host]
    if every:
        with db.reading(host.engine) as session:
            known = [row.municipality_id for row in municipalities.listed(session)]
        hosts = [host.as_of(each) for each in known]
    ids = [typed.uuid(each) for each in again or []]
    counts = {"sent": 0, "failed": 0, "given_up": 0}
    for each in hosts:
        for outcome in _sent(each, settings, ids):
            counts[outcome] += 1
    screen.show(host.as_json, counts, [", ".join(f"{count} {name}" for name, count in counts.items())])
    if counts["sent"] != sum(counts.values()):
        raise typer.Exit(Status.REFUSED)


def _sent(host: Host, settings: "Settings", again: "list[UUID]") -> list[str]:
    """What became of each. Kept message by message, after the server answered: what was taken just before
    a crash is sent twice, and nothing is lost.
    """
    from api import smtp
    from ledger import municipalities, notices

    with host.reading() as work:
        waiting = notices.waiting(work, again)
        name = municipalities.get(work).name
    outcomes = []
    for each in waiting:
        try:
            answer = smtp.send(settings, _mail(each), name, host.now)
        except smtp.MailUnusable as error:
            raise Fault(str(error), Status.HOST) from None
        with host.work() as work:
            kept = notices.note(work, each.notice.id, answer.outcome, answer.detail)
        outcomes.append(kept.outcome.value)
    return outcomes


def _mail(told: "Told") -> "Mail":
    from api.smtp import Mail

    return Mail(
        id=told.notice.id,
        to_name=told.contact.name,
        to=told.contact.email,
        language=told.notice.language,
        subject=told.notice.subject,
        body=told.notice.body,
    )


def _became(told: "Told") -> str:
    if not told.deliveries:
        return "waits"
    last = told.deliveries[-1]
    return f"{last.outcome}: {last.detail}"


def _plain(told: "Told") -> object:
    return {
        "notice_id": told.notice.id,
        "about": told.notice.about,
        "cause_id": told.notice.cause_id,
        "provider_id": told.notice.provider_id,
        "contact_id": told.notice.contact_id,
        "name": told.contact.name,
        "email": told.contact.email,
        "subject": told.notice.subject,
        "body": told.notice.body,
        "recorded_at": told.notice.recorded_at,
        "deliveries": told.deliveries,
    }
