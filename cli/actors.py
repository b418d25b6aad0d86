# SPDX-License-Identifier: EUPL-1.2
"""tegoed actors: accounts with their roles, and the API keys that prove them."""

from typing import Annotated

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

Account = Annotated[str, typer.Argument(help="The id of the account.")]


def listed(host: Host) -> None:
    """Every account with its roles."""
    from ledger import actors

    with host.reading() as work:
        found = actors.listed(work)
    if host.as_json:
        screen.write_json({"actors": [{**screen.plain(each), "roles": sorted(each.roles)} for each in found]})
        return
    rows = [(each.id, each.name, ", ".join(sorted(each.roles)), each.disabled_at) for each in found]
    screen.table("Accounts", ("id", "name", "roles", "disabled"), rows)


def add(
    host: Host,
    name: Annotated[str, typer.Argument(help="What the account is called.")],
    role: Annotated[list[str], typer.Option(help="A role (docs/roles.md); repeat for more.")],
    provider: Annotated[str | None, typer.Option(help="With the role provider: its AGB code or id.")] = None,
    person: Annotated[str | None, typer.Option(help="With the role holder: the id of the person.")] = None,
    identity: Annotated[
        str | None,
        typer.Option(help="Who the human is (a personnel number, say): accounts of one are one person."),
    ] = None,
) -> None:
    """Make an account with these roles; prints its API key, this once."""
    from ledger import actors, ids
    from ledger.tables import Role

    unknown = sorted(set(role) - set(Role))
    if unknown:
        raise Fault(f"no such role: {', '.join(unknown)}; there are {', '.join(Role)}", Status.USAGE)
    with host.work() as work:
        account = actors.ActorInput(
            id=ids.uuid7(),
            name=name,
            roles=frozenset(Role(each) for each in role),
            provider_id=typed.provider_id(work, provider) if provider else None,
            person_id=typed.uuid(person) if person else None,
            identity=identity,
        )
        actors.put(work, [account])
        secret = actors.new_key(work, account.id)
    _tell_key(host, account.id, secret)


def identify(
    host: Host,
    identity: Annotated[
        str, typer.Argument(help="Who you are (a personnel number, say), as on your other accounts.")
    ],
) -> None:
    """Say, once, who works here under your name: what you had a hand in is released by somebody else."""
    from ledger import operators

    with host.work() as work:
        operators.identify(work, operators.OperatorInput(identity=identity))
    screen.show(
        host.as_json,
        {"operator": host.operator, "identity": identity},
        [f"operator {host.operator} is {identity}"],
    )


def invite(
    host: Host,
    account: Account,
    login_name: Annotated[
        str, typer.Argument(help="Under which name they log in: their e-mail address, say.")
    ],
) -> None:
    """Let somebody choose a password and set up an app, once; prints the code for them, this once."""
    from ledger import local_logins

    asked = local_logins.InvitationInput(login_name=login_name)
    with host.work() as work:
        code = local_logins.invite(work, typed.uuid(account), asked)
    days = local_logins.OPEN_FOR.days
    lines = [
        f"account {account} logs in as {asked.login_name}",
        f"code, shown this once, good for {days} days: {code}",
        "give it to them alone; they type it at /login/new",
    ]
    told = {"actor_id": account, "login_name": asked.login_name, "code": code}
    screen.show(host.as_json, told, lines)


def link(
    host: Host,
    account: Account,
    issuer: Annotated[str, typer.Argument(help="The identity provider, as it calls itself: https://…")],
    subject: Annotated[
        str,
        typer.Argument(help="By which value it knows them: its sub, say. Never a BSN."),
    ],
) -> None:
    """Let somebody log in at an identity provider; another value of the same provider is replaced."""
    from ledger import identity_links

    asked = identity_links.LinkInput(issuer=issuer, subject=subject)
    with host.work() as work:
        identity_links.link(work, host.municipality_keys, typed.uuid(account), asked)
    told = {"actor_id": account, "issuer": issuer}
    screen.show(host.as_json, told, [f"whom {issuer} knows so logs in as account {account}"])


def unlink(
    host: Host,
    account: Account,
    issuer: Annotated[str, typer.Argument(help="The identity provider, as it calls itself.")],
) -> None:
    """Let an identity provider open an account no more; who is logged in stays so."""
    from ledger import identity_links

    with host.work() as work:
        identity_links.unlink(work, typed.uuid(account), issuer)
    told = {"actor_id": account, "issuer": issuer}
    screen.show(host.as_json, told, [f"{issuer} lets nobody in as account {account}"])


def identities(host: Host, account: Account) -> None:
    """The identity providers that an account logs in with; not by what they know it."""
    from ledger import identity_links

    with host.reading() as work:
        found = [(row.issuer, row.recorded_at) for row in identity_links.of_actor(work, typed.uuid(account))]
    if host.as_json:
        names = ("issuer", "recorded_at")
        screen.write_json({"identities": [dict(zip(names, row, strict=True)) for row in found]})
        return
    screen.table(f"Identity providers of {account}", ("provider", "linked"), found)


def disable(host: Host, account: Account) -> None:
    """Let an account do nothing any more, whatever keys it has."""
    from ledger import actors

    with host.work() as work:
        actors.disable(work, typed.uuid(account))
    screen.show(host.as_json, {"actor_id": account, "disabled": True}, [f"{account} is disabled"])


def new_key(host: Host, account: Account) -> None:
    """A new API key for an account; printed this once. Earlier keys stay valid until they are revoked."""
    from ledger import actors

    with host.work() as work:
        secret = actors.new_key(work, typed.uuid(account))
    _tell_key(host, account, secret)


def keys(host: Host, account: Account) -> None:
    """The API keys of an account, by id; what they are is kept nowhere."""
    from ledger import actors

    with host.reading() as work:
        found = actors.keys_of(work, typed.uuid(account))
    rows = [(each.id, each.recorded_at, each.revoked_at) for each in found]
    if host.as_json:
        names = ("key_id", "recorded_at", "revoked_at")
        screen.write_json({"keys": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    screen.table(f"Keys of {account}", ("id", "made", "revoked"), rows)


def revoke_key(host: Host, key: Annotated[str, typer.Argument(help="The id of the key.")]) -> None:
    """Let a key open nothing any more."""
    from ledger import actors

    with host.work() as work:
        actors.revoke_key(work, typed.uuid(key))
    screen.show(host.as_json, {"key_id": key, "revoked": True}, [f"key {key} opens nothing any more"])


def _tell_key(host: Host, actor_id: object, secret: str) -> None:
    lines = [f"account {actor_id}", f"API key, shown this once: {secret}"]
    screen.show(host.as_json, {"actor_id": actor_id, "api_key": secret}, lines)
