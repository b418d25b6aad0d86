# SPDX-License-Identifier: EUPL-1.2
"""The demo from its first day to its last, in the order of the calendar, over all municipalities."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from rich.progress import Progress
from sqlalchemy import Engine

from cli.demo import beginning, ending, residents
from cli.demo.days import Days, at
from cli.demo.featured import Featured
from cli.demo.month import Month
from cli.demo.town import Town
from ledger import ids, regions
from ledger.keys import Keyring
from ledger.regions import Region
from ledger.texts import Language

FEATURED: Final = "0384"
"""The municipality whose files are kept and whose accounts get keys: Diemen."""

SMALL: Final = (FEATURED, "0437")
"""The municipalities of a small demo: Diemen and Ouder-Amstel."""

LETTERS: Final = 3
"""How many letters the other municipalities print together with it, one each."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The whole story, to be told."""

    days: Days
    seed: int
    region: str
    towns: tuple[Town, ...]
    out: Path
    letters: tuple[Path, ...]
    """The first is the one to redeem."""
    payment_files: dict[str, list[Path]]
    """By municipality, the last run last."""
    to_give_back_cents: int
    """What providers have to give back at the end."""
    agrees: dict[str, bool]
    try_id: UUID
    """The id of the redemption that a newcomer tries."""

    @property
    def featured(self) -> Town:
        """The municipality that is shown closest."""
        return next(town for town in self.towns if town.cbs == FEATURED)


def region(*, small: bool) -> Region:
    """The region file that comes with the demo; small keeps two of its municipalities."""
    source = Path(__file__).with_name("region.yml")
    whole = regions.read(source.read_bytes(), source.suffix)
    kept = tuple(part for part in whole.municipalities if not small or part.cbs in SMALL)
    return replace(whole, municipalities=kept)


def tell(
    engine: Engine,
    made_of: Region,
    keyring: Keyring,
    *,
    calendar: Days,
    seed: int,
    out: Path,
    bar: Progress,
) -> Told:
    """Live the whole story in an empty database; the same seed and calendar live the same one."""
    with ids.seeded(seed, at(calendar.set_up, 8)):
        towns = tuple(
            Town(
                engine=engine,
                part=part,
                keys=keyring[part.cbs],
                days=calendar,
                random=Random(f"{seed} {part.cbs}"),
            )
            for part in made_of.municipalities
        )
        files = _live(towns, out, bar)
        printed = _letters(towns, out)
        return Told(
            days=calendar,
            seed=seed,
            region=made_of.name,
            towns=towns,
            out=out,
            letters=tuple(printed),
            payment_files=files,
            to_give_back_cents=sum(map(ending.to_give_back_cents, towns)),
            agrees={
                town.cbs: ending.books_agree(town)
                for town in bar.track(towns, description="proving the books")
            },
            try_id=ids.uuid7(),
        )


def _live(towns: tuple[Town, ...], out: Path, bar: Progress) -> dict[str, list[Path]]:
    """The days in their order; on each of them every municipality. Answers the payment files."""
    numbers, calendar = residents.bsns(), towns[0].days
    for town in bar.track(towns, description="setting up"):
        is_featured = town.cbs == FEATURED
        beginning.begin(town, numbers, with_keys=is_featured, messages_to=out if is_featured else None)
    closest = next(town for town in towns if town.cbs == FEATURED)
    featured = Featured.begin(closest, out)
    neighbours = (*towns[1:], towns[0])
    months = [Month(town=town, neighbour=next_) for town, next_ in zip(towns, neighbours, strict=True)]
    files: dict[str, list[Path]] = {town.cbs: [] for town in towns}
    for day in bar.track(calendar.used, description="redeeming"):
        for month in months:
            month.live(day)
        featured.live(day)
        if day == calendar.settled[1]:
            for town in towns:
                ending.claim(town, out if town.cbs == FEATURED else None)
        for run in [run for run, until in enumerate(calendar.settled) if until == day]:
            for town in towns:
                if path := ending.settle(town, run, out):
                    files[town.cbs].append(path)
    featured.leave()
    return files


def _letters(towns: tuple[Town, ...], out: Path) -> list[Path]:
    """The letter to redeem in both languages, and one of each of a few neighbours."""
    found: list[Path] = []
    for town in sorted(towns, key=lambda each: each.cbs != FEATURED)[: 1 + LETTERS]:
        languages = tuple(Language) if town.cbs == FEATURED else (Language.NL,)
        found += ending.write_letters(town, [town.rights[0]], languages, out)
    return found
