# SPDX-License-Identifier: EUPL-1.2
"""tegoed: the command line. This file only lists the commands; each lives in a file of its own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import (
    accounting,
    actors,
    approvals,
    balance,
    bank,
    changes,
    check,
    claim,
    confirmations,
    contacts,
    demands,
    demo,
    export,
    follow_up,
    grant,
    init,
    keys,
    letter,
    load,
    messages,
    migrate,
    notices,
    payees,
    publish,
    redeem,
    refuse,
    runs,
    serve,
    settings,
    statement,
    terms,
    withdraw,
)
from cli.options import command
from ledger import collector

app = typer.Typer(
    name="tegoed",
    help="Tegoed: a ledger for municipal support. docs/cli.md describes every command.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # slow, and seldom asked

        typer.echo(f"tegoed {version('tegoed')}")
        raise typer.Exit()


@app.callback()
def _main(
    asked: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    pass


_SET_UP, _DAILY, _MONEY, _HOST = "Set-up", "Entitlements and codes", "Use and money", "The installation"

_COMMANDS: tuple[tuple[str, Any, str], ...] = (
    ("init", init.init, _SET_UP),
    ("load", load.load, _SET_UP),
    ("publish", publish.publish, _SET_UP),
    ("withdraw", withdraw.withdraw, _SET_UP),
    ("grant", grant.grant, _DAILY),
    ("amend", changes.amend, _DAILY),
    ("suspend", changes.suspend, _DAILY),
    ("resume", changes.resume, _DAILY),
    ("end", changes.end, _DAILY),
    ("expire", changes.expire, _DAILY),
    ("refuse", refuse.refuse, _DAILY),
    ("letter", letter.letter, _DAILY),
    ("quote", redeem.quote, _MONEY),
    ("redeem", redeem.redeem, _MONEY),
    ("capture", follow_up.capture, _MONEY),
    ("release", follow_up.release, _MONEY),
    ("reverse", follow_up.reverse, _MONEY),
    ("claim", claim.claim, _MONEY),
    ("balance", balance.balance, _MONEY),
    ("statement", statement.statement, _MONEY),
    ("check", check.check, _MONEY),
    ("export", export.export, _MONEY),
    ("audit-file", accounting.audit_file, _MONEY),
    ("journal", accounting.journal, _MONEY),
    ("year-close", accounting.year_close, _MONEY),
    ("serve", serve.serve, _HOST),
    ("migrate", migrate.migrate, _HOST),
)
for _name, _function, _panel in _COMMANDS:
    app.command(_name, rich_help_panel=_panel)(command(_function))
app.command("demo", rich_help_panel=_SET_UP)(command(demo.demo, database=demo.DATABASE, keys=Path(demo.KEYS)))

_GROUPS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("import", "Import messages.", _DAILY, {"allocations": messages.allocations}),
    (
        "approval",
        "Grants and raises that somebody else must approve.",
        _DAILY,
        {
            "list": approvals.listed,
            "show": approvals.show,
            "approve": approvals.approve,
            "refuse": approvals.refuse,
        },
    ),
    (
        "run",
        "Settlement runs: drafted by one, released by another.",
        _MONEY,
        {
            "list": runs.listed,
            "draft": runs.draft,
            "plan": runs.plan,
            "show": runs.show,
            "lines": runs.lines,
            "submit": runs.submit,
            "seen": runs.seen,
            "hold": runs.hold,
            "free": runs.free,
            "let-go": runs.let_go,
            "reject": runs.reject,
            "withdraw": runs.withdraw,
            "release": runs.release,
            "export": runs.export,
        },
    ),
    (
        "confirmation",
        "What residents say of what was used: confirmed or disputed.",
        _MONEY,
        {
            "waiting": confirmations.waiting,
            "show": confirmations.show,
            "confirm": confirmations.confirm,
            "dispute": confirmations.dispute,
            "withdraw": confirmations.withdraw,
        },
    ),
    (
        "settings",
        "What a municipality chooses: its letterhead, what nobody grants alone, how runs are reviewed.",
        _SET_UP,
        {"show": settings.show, "set": settings.set_},
    ),
    (
        "payee",
        "On which account a provider is paid: changed by two people.",
        _MONEY,
        {
            "show": payees.show,
            "change": payees.change,
            "decide": payees.decide,
            "check": payees.check,
            "override": payees.override,
        },
    ),
    (
        "term",
        "Contract terms that pay by period: what is entered for them, and what they came to.",
        _MONEY,
        {
            "evidence": terms.evidence,
            "population": terms.population,
            "cost": terms.cost,
            "amounts": terms.amounts,
            "notices": terms.notices,
        },
    ),
    (
        "contact",
        "Whom at a provider the municipality writes to.",
        _MONEY,
        {"list": contacts.listed, "put": contacts.put, "end": contacts.end},
    ),
    (
        "notices",
        "What contacts are told, and sending it.",
        _MONEY,
        {"list": notices.listed, "show": notices.show, "send": notices.send},
    ),
    (
        "demand",
        "What providers must pay back, and the interest on it.",
        _MONEY,
        {
            "make": demands.make,
            "list": demands.listed,
            "show": demands.show,
            "charge": demands.charge,
            "withdraw": demands.withdraw,
            "assign": demands.assign,
            "rates": demands.rates,
        },
    ),
    ("bank", "What the bank says.", _MONEY, {"read": bank.read, "lines": bank.lines}),
    (
        "keys",
        "The keys that sign codes.",
        _HOST,
        {"show": keys.show, "new": keys.new, "rotate": keys.rotate},
    ),
    (
        "actors",
        "Accounts, their roles and their API keys.",
        _HOST,
        {
            "list": actors.listed,
            "add": actors.add,
            "identify": actors.identify,
            "invite": actors.invite,
            "link": actors.link,
            "unlink": actors.unlink,
            "identities": actors.identities,
            "disable": actors.disable,
            "new-key": actors.new_key,
            "keys": actors.keys,
            "revoke-key": actors.revoke_key,
        },
    ),
)
for _group, _help, _panel, _functions in _GROUPS:
    _sub = typer.Typer(no_args_is_help=True)
    for _name, _function in _functions.items():
        _sub.command(_name)(command(_function))
    app.add_typer(_sub, name=_group, help=_help, rich_help_panel=_panel)


def main() -> None:
    """The entry point of the script tegoed."""
    collector.rarely()
    app()


if __name__ == "__main__":
    main()
