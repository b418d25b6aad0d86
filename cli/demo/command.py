# SPDX-License-Identifier: EUPL-1.2
"""tegoed demo: builds the demo and tells what happened. What is heavy is imported when it runs."""

from pathlib import Path
from typing import Annotated, Final

import typer

from cli import screen, typed
from cli.faults import Fault, Status
from cli.host import Host

DATABASE: Final = "sqlite:///var/demo.db"
KEYS: Final = "var/demo-keys.json"


def demo(
    host: Host,
    seed: Annotated[int, typer.Option(help="Another seed is another story.")] = 7,
    today: Annotated[str | None, typer.Option(help="The day on which it is told; left out: today.")] = None,
    out: Annotated[
        Path, typer.Option(file_okay=False, help="Where letters, messages and payment files go.")
    ] = Path("var/demo"),
    small: Annotated[bool, typer.Option(help="Two municipalities only: quicker.")] = False,
) -> None:
    """Build a made-up month in eight municipalities, and tell what happened.

    Real municipalities, made-up everything else: residents with test numbers, specimen keys. The same
    seed and day give the same counts, amounts and payment files. An earlier demo in the database is
    replaced; anything else in it is refused.
    """
    from cli.demo import days, site, story, telling
    from ledger import clock

    told_on = typed.day(today) if today else clock.dutch_day(host.now)
    if not days.EARLIEST <= told_on <= days.LATEST:
        raise Fault(f"the demo plays between {days.EARLIEST} and {days.LATEST}", Status.USAGE)
    region = story.region(small=small)
    keyring = site.specimen_keys(host, [part.cbs for part in region.municipalities])
    engine = site.prepared(host)
    out.mkdir(parents=True, exist_ok=True)
    with screen.progress(hidden=host.as_json) as bar:
        told = story.tell(
            engine, region, keyring, calendar=days.Days(today=told_on), seed=seed, out=out, bar=bar
        )
    if host.as_json:
        screen.write_json(telling.summary(told))
    else:
        telling.tell(told)
