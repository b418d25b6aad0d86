# SPDX-License-Identifier: EUPL-1.2
"""What a new version of a contract would change: looked at before it is drafted, and before it holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from ledger.contract_versions import ContractInput, LineInput
from ledger.rules.tariffs import AnyTariff

HEAD = ("number", "valid_from", "valid_until", "areas", "acceptance_duty", "ceiling_cents")
"""What is agreed but for lines and terms."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineDifference:
    """A line that comes, goes, or becomes another."""

    service: str
    before: LineInput | None
    after: LineInput | None

    @property
    def more_cents(self) -> int | None:
        """By how much the tariff rises, below zero when it falls; None where it cannot be compared."""
        if self.before is None or self.after is None or self.before.tariff.kind != self.after.tariff.kind:
            return None
        return cents_of(self.after.tariff) - cents_of(self.before.tariff)


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """All that differs."""

    head: tuple[str, ...]
    """Names of HEAD."""
    lines: tuple[LineDifference, ...]
    """By service, then by first day."""
    has_other_terms: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.head or self.lines or self.has_other_terms)


def between(before: ContractInput, after: ContractInput) -> Differences:
    """What the second has otherwise than the first. Lines of one service that differ are paired in order."""
    return Differences(
        head=tuple(name for name in HEAD if getattr(before, name) != getattr(after, name)),
        lines=tuple(_lines(before.lines, after.lines)),
        has_other_terms=before.terms != after.terms,
    )


def cents_of(tariff: AnyTariff) -> int:
    """The amount that a tariff names, whatever it is an amount of."""
    match tariff.kind:
        case "per_measure":
            return tariff.rate_cents
        case "per_use":
            return tariff.cents
        case "at_cost":
            return tariff.up_to_cents


def _lines(before: Iterable[LineInput], after: Iterable[LineInput]) -> Iterator[LineDifference]:
    old, new = _by_service(before), _by_service(after)
    for service in sorted(old.keys() | new.keys()):
        gone = [line for line in old[service] if line not in new[service]]
        come = [line for line in new[service] if line not in old[service]]
        for one, other in zip_longest(gone, come):
            yield LineDifference(service=service, before=one, after=other)


def _by_service(lines: Iterable[LineInput]) -> defaultdict[str, list[LineInput]]:
    found: defaultdict[str, list[LineInput]] = defaultdict(list)
    for line in sorted(lines, key=lambda each: each.valid_from):
        found[line.service].append(line)
    return found
