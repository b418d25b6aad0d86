# SPDX-License-Identifier: EUPL-1.2
"""tegoed contact: whom at a provider the municipality writes to."""

from typing import Annotated

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host
from cli.runs import Key


def listed(host: Host, provider: Annotated[str, typer.Argument(help="AGB code or id.")]) -> None:
    """The contacts of a provider; those that ended too."""
    from ledger import contacts

    with host.reading() as work:
        found = contacts.listed(work, [typed.provider_id(work, provider)])
    if host.as_json:
        screen.write_json({"contacts": found})
        return
    rows = [(each.id, each.name, each.email, ", ".join(each.purposes), each.ended_at) for each in found]
    screen.table("Contacts", ("id", "name", "e-mail", "for", "ended"), rows)


def put(
    host: Host,
    provider: Annotated[str, typer.Option(help="AGB code or id.")],
    name: Annotated[str, typer.Option(help="A person or a department.")],
    email: Annotated[str, typer.Option(help="Where to write to.")],
    purpose: Annotated[list[str], typer.Option(help="finance, contract or general; repeat for more.")],
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
    id_: Annotated[str | None, typer.Option("--id", help="The id; of one that is there, changes it.")] = None,
    key: Key = None,
) -> None:
    """Make or change a contact; the others are told."""
    from ledger import contacts
    from ledger.roles import Action
    from ledger.tables import ContactPurpose
    from ledger.texts import Language

    unknown = sorted(set(purpose) - set(ContactPurpose))
    if unknown:
        raise Fault(
            f"no such purpose: {', '.join(unknown)}; there are {', '.join(ContactPurpose)}", Status.USAGE
        )
    if language not in set(Language):
        raise Fault(f"no such language: {language}; there are {', '.join(Language)}", Status.USAGE)
    with host.work_as(key, Action.EDIT_PROVIDERS) as work:
        asked = contacts.ContactInput(
            id=typed.fresh_id(id_),
            provider_id=typed.provider_id(work, provider),
            name=name,
            email=email,
            purposes=frozenset(ContactPurpose(each) for each in purpose),
            language=Language(language),
        )
        (row,) = contacts.put(work, [asked])
    answer = {"contact_id": row.id, "version": row.version}
    screen.show(host.as_json, answer, [f"contact {row.id}, version {row.version}"])


def end(
    host: Host,
    contact: Annotated[str, typer.Argument(help="The id of a contact.")],
    key: Key = None,
) -> None:
    """End a contact; they and the others are told."""
    from ledger import contacts
    from ledger.roles import Action

    with host.work_as(key, Action.EDIT_PROVIDERS) as work:
        row = contacts.end(work, typed.uuid(contact))
    answer = {"contact_id": row.id, "ended_at": row.ended_at}
    screen.show(host.as_json, answer, [f"contact {row.id} ended at {row.ended_at}"])
