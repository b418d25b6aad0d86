# SPDX-License-Identifier: EUPL-1.2
"""The region file: every mistake is told with its line, and the same file twice changes nothing."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from ledger import budgets, contacts, contract_versions, contracts, db, ids, notices, programmes, regions
from ledger.budgets import Funding, Lowering
from ledger.formats import lined
from ledger.ids import uuid7
from ledger.regions import Loaded, Region
from ledger.rules.confirmations import AnyConfirmation
from ledger.rules.funding import Production
from ledger.rules.restrictions import AnyRestriction
from ledger.rules.tariffs import AnyTariff, AtCost, PerMeasure, PerUse
from ledger.rules.terms import AnyTerm, ContractTerm
from ledger.tables import ContractVersion, Entry, NoticeAbout
from tests.world import by_another

DOCS = Path(__file__).parents[2] / "docs"
ACTOR = uuid7()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fenced(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


EXAMPLE = fenced("region-file.md", "yaml")[0]


def read(text: str, suffix: str = ".yaml") -> Region:
    return regions.read(text.encode(), suffix)


def faults(text: str, suffix: str = ".yaml") -> list[str]:
    with pytest.raises(regions.RegionFileWrong) as wrong:
        read(text, suffix)
    return list(wrong.value.faults)


def load(engine: Engine, region: Region, *, days: int = 0) -> list[Loaded]:
    """Every municipality in a transaction of its own."""
    loaded = []
    for part in region.municipalities:
        with db.transaction(engine) as session:
            now = NOW + timedelta(days=days)
            work = db.Work(session=session, municipality_id=part.cbs, actor_id=ACTOR, now=now)
            loaded.append(regions.load(work, part))
            programmes.publish(by_another(work), [each.id for each in part.programmes])
            contracts.publish(by_another(work), [each.id for each in part.contracts])
    return loaded


@pytest.fixture
def amsterdam(engine: Engine) -> Iterator[db.Work]:
    load(engine, read(EXAMPLE))
    with db.transaction(engine) as session:
        yield db.Work(session=session, municipality_id="0363", actor_id=ACTOR, now=NOW)


# -------------------------------------------------------------------------------------------- loading


def test_the_documented_example_loads(engine: Engine) -> None:
    assert load(engine, read(EXAMPLE)) == [
        Loaded(created=10, changed=0, unchanged=0, waiting=2),
        Loaded(created=2, changed=0, unchanged=0),
    ]


def test_the_documented_toml_loads(engine: Engine) -> None:
    (toml,) = fenced("region-file.md", "toml")
    assert load(engine, read(toml, ".toml")) == [Loaded(created=4, changed=0, unchanged=0, waiting=1)]


def test_the_same_file_twice_changes_nothing(engine: Engine) -> None:
    load(engine, read(EXAMPLE))
    assert load(engine, read(EXAMPLE), days=1) == [
        Loaded(created=0, changed=0, unchanged=10),
        Loaded(created=0, changed=0, unchanged=2),
    ]
    with db.reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 2
        assert session.scalar(select(func.count()).select_from(ContractVersion)) == 1


def test_what_was_loaded_is_in_force(amsterdam: db.Work) -> None:
    (contract,) = contract_versions.newest(amsterdam)
    assert (contract.published, contract.content.ceiling_cents) == (True, 150_000_000)
    assert contract.content.areas == ("1011", "1012")
    assert [str(line.valid_until) for line in contract.content.lines] == ["2026-12-31", "2029-12-31"]
    (programme,) = programmes.newest(amsterdam)
    assert programme.published
    assert [rule.kind for rule in programme.content.restrictions] == ["only_services", "cap"]
    states = budgets.listed(amsterdam)
    assert [(each.year, each.left_cents) for each in states] == [(2026, 125_000_000), (2027, 130_000_000)]


def test_what_changed_becomes_a_new_version(engine: Engine) -> None:
    load(engine, read(EXAMPLE))
    second = EXAMPLE.replace("38.40", "38.90").replace("De Linde\n", "Linde en Zoon\n", 1)
    second = second.replace("mode: soft", "mode: soft\n        restrictions: []")
    second = second.replace(
        second[second.index("        restrictions:\n") : second.index("        rate_ceil")], ""
    )
    assert load(engine, read(second), days=1)[0] == Loaded(created=0, changed=3, unchanged=7, waiting=2)
    with db.reading(engine) as session:
        versions = session.scalars(select(ContractVersion).order_by(col(ContractVersion.version)))
        assert [(each.version, each.published_at) for each in versions] == [
            (1, NOW),
            (2, NOW + timedelta(days=1)),
        ]


def test_a_budget_that_was_raised_is_funded_by_the_difference(engine: Engine) -> None:
    load(engine, read(EXAMPLE))
    raised = read(EXAMPLE.replace("amount: 1250000", "amount: 1250000.50"))
    assert load(engine, raised, days=1)[0] == Loaded(created=0, changed=1, unchanged=9)
    assert load(engine, raised, days=2)[0] == Loaded(created=0, changed=0, unchanged=10)
    with db.reading(engine) as session:
        assert sorted(session.scalars(select(col(Entry.amount)))) == [50, 125_000_000, 130_000_000]


def test_a_budget_is_not_lowered_and_nothing_of_its_municipality_is_kept(engine: Engine) -> None:
    load(engine, read(EXAMPLE))
    lowered = EXAMPLE.replace("amount: 1300000", "amount: 1").replace("38.40", "38.90")
    with pytest.raises(regions.BudgetLowered) as refused:
        load(engine, read(lowered), days=1)
    assert refused.value.facts == {
        "programme": "Huishoudelijke ondersteuning",
        "year": 2027,
        "funded_cents": 130_000_000,
        "asked_cents": 100,
    }
    with db.reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(ContractVersion)) == 1


def test_contacts_are_known_by_their_name_and_told_of_each_other(amsterdam: db.Work) -> None:
    moved = EXAMPLE.replace("administratie@delinde", "geld@delinde")
    part = read(moved).municipalities[0]
    first = {each.name: each.id for each in read(EXAMPLE).municipalities[0].contacts}
    assert {each.name: each.id for each in part.contacts} == first
    later = replace(amsterdam, now=NOW + timedelta(days=1))
    assert regions.load(later, part) == Loaded(created=0, changed=1, unchanged=9)
    found = [(each.notice.about, each.contact.email) for each in notices.listed(later)]
    assert [about for about, _ in found] == 2 * [NoticeAbout.CONTACT_CHANGED]
    assert {email for _, email in found} == {"administratie@delinde.example", "contracten@delinde.example"}
    contacts.end(later, first["Administratie"])
    assert regions.load(later, part) == Loaded(created=0, changed=0, unchanged=10)  # it stays ended
    assert {each.name: bool(each.ended_at) for each in contacts.listed(later, [part.providers[0].id])} == {
        "Administratie": True,
        "Contractbeheer": False,
    }
    twice = faults(EXAMPLE.replace("name: Contractbeheer", "name: Administratie"))
    assert len(twice) == 1
    assert twice[0].startswith("line 24, providers[0].contacts[1]")


def test_a_budget_that_was_lowered_meanwhile_is_raised_again_by_the_same_file(amsterdam: db.Work) -> None:
    part = read(EXAMPLE).municipalities[0]
    (state, _) = budgets.listed(amsterdam)
    for again in range(2):
        lowered = Lowering(
            id=uuid7(), programme_id=state.programme_id, year=state.year, cents=100 + again, at=NOW
        )
        budgets.lower(amsterdam, [lowered])
        assert regions.load(amsterdam, part) == Loaded(created=0, changed=1, unchanged=9)
        assert budgets.listed(amsterdam)[0].funded_cents == state.funded_cents


def test_money_from_elsewhere_counts(amsterdam: db.Work) -> None:
    (state, _) = budgets.listed(amsterdam)
    extra = Funding(id=uuid7(), programme_id=state.programme_id, year=2026, cents=100, at=NOW)
    budgets.fund(amsterdam, [extra])
    amsterdam.session.expire_all()
    part = read(EXAMPLE.replace("amount: 1250000", "amount: 1250001")).municipalities[0]
    assert regions.load(amsterdam, part) == Loaded(created=0, changed=0, unchanged=10)


def test_ids_follow_from_what_things_are_called_unless_they_are_given() -> None:
    given = uuid7()
    first, second = read(EXAMPLE).municipalities
    assert first == read(EXAMPLE).municipalities[0]
    assert first.services[0].id != second.services[0].id
    named = read(EXAMPLE.replace("  - code: 01A05", f"  - id: {given}\n    code: 01A05"))
    assert {part.services[0].id for part in named.municipalities} == {given}
    made = [each.id for each in first.services] + [each.id for each in first.contracts]
    assert all(ids.is_uuid7(each) for each in made)


# ------------------------------------------------------------------------------------------- mistakes

HEAD = "region: R\nmunicipalities:\n  - cbs: 0363\n"
"""Three lines; what follows is inside the municipality, at four spaces."""


def service(**changes: str) -> str:
    """One service of five lines, the first at line 5 when it follows HEAD and 'services:'."""
    plain = {"code": "01A05", "law": "wmo", "name": "Hulp", "measure": "hour", "segment": "C"} | changes
    return "      - " + "\n        ".join(f"{key}: {value}" for key, value in plain.items()) + "\n"


def test_text_that_looks_like_a_number_keeps_its_zeros() -> None:
    text = HEAD + "    services:\n" + service(code="01234", name="no")
    (part,) = read(text).municipalities
    assert (part.cbs, part.services[0].code, part.services[0].name) == ("0363", "01234", "no")
    assert read(text.replace("0363", '"0363"')).municipalities == (part,)


MISTAKES = {
    "unknown key": (
        HEAD + "    services:\n" + service(colour="blue"),
        ["line 10, municipalities[0].services[0].colour: unknown key"],
    ),
    "unknown key in camel case": (
        HEAD + "    services:\n" + service(productGroup="x"),
        ["line 10, municipalities[0].services[0].productGroup: unknown key"],
    ),
    "unknown key at the top": (HEAD + "colour: blue\n", ["line 4, colour: unknown key"]),
    "duplicate key": (
        HEAD + "    name: A\n    name: B\n",
        ["line 5, municipalities[0].name: was given on line 4 already"],
    ),
    "missing key": (
        HEAD + "    services:\n      - code: 01A05\n        law: wmo\n        measure: hour\n",
        ["line 5, municipalities[0].services[0]: name is missing"],
    ),
    "wrong type": (
        HEAD + "    services: {code: 01A05}\n    contracts: 3\n",
        [
            "line 4, municipalities[0].services: must be the word all, or a list",
            "line 5, municipalities[0].contracts: must be a list",
        ],
    ),
    "no group of keys": ("- 1\n", ["line 1: must be a group of keys and values"]),
    "empty file": ("", ["line 1: must be a group of keys and values"]),
    "syntax": (HEAD + "    name: [\n    debtor_name: }\n", ["line 5: did not find expected node content"]),
    "tab": (HEAD + "\tname: A\n", ["line 4: found a tab character that violates indentation"]),
    "bad checksum": (
        HEAD + "    debtor_name: A\n    debtor_iban: NL21INGB0001234567\n",
        ["line 5, municipalities[0].debtor_iban: not a valid iban: its check digits are wrong"],
    ),
    "bad AGB": (
        HEAD + "    providers:\n      - kind: helper\n        agb: 1234567\n        trade_name: A\n"
        "        account_holder_name: A\n        iban: NL91ABNA0417164300\n",
        ["line 6, municipalities[0].providers[0].agb: not a valid agb: is not 8 digits"],
    ),
    "unknown municipality": (
        HEAD.replace("0363", "0000"),
        ["line 3, municipalities[0].cbs: CBS lists no municipality with this code"],
    ),
    "municipality twice": (
        HEAD + "  - cbs: 0363\n",
        ["line 4, municipalities[1].cbs: was given on line 3 already"],
    ),
    "code twice": (
        HEAD + "    services:\n" + service() + service(),
        ["line 10, municipalities[0].services[1]: was given on line 5 already"],
    ),
    "own service with the code of a shared one": (
        "region: R\nservices:\n" + service() + HEAD[10:] + "    services:\n      - 01A05\n" + service(),
        ["line 12, municipalities[0].services[1]: was given on line 11 already"],
    ),
    "not shared": (
        HEAD + "    services: [01A05]\n    providers:\n      - 01234567\n",
        [
            "line 4, municipalities[0].services[0]: 01A05 is not in the shared services",
            "line 6, municipalities[0].providers[0]: 01234567 is not in the shared providers",
        ],
    ),
    "anchor": (HEAD + "    name: &a A\n", ["line 4: anchors and aliases (& and *) are not used here"]),
    "alias": (HEAD + "    name: *a\n", ["line 4: anchors and aliases (& and *) are not used here"]),
    "tag": (HEAD + "    name: !!str A\n", ["line 4: tags (!) are not used here"]),
    "two documents": (HEAD + "---\n" + HEAD, ["line 4: a file holds one document"]),
    "key that is no word": (HEAD + "    ? [a]\n    : b\n", ["line 4: a key must be a word"]),
    "control character": (HEAD + "    name: \x01\n", ["line 4: control characters are not allowed"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(name: str) -> None:
    text, told = MISTAKES[name]
    assert faults(text) == told


IN_EXAMPLE = {
    "unknown provider": (
        "        provider: 01234567",
        "        provider: 01234568",
        "contracts[0].provider: 01234568 is not a provider of this municipality",
    ),
    "unknown service in a line": (
        "          - service: 01A05\n            tariff: {kind: per_measure, rate: 38.40}",
        "          - service: 44A12\n            tariff: {kind: per_measure, rate: 38.40}",
        "contracts[0].lines[0].service: 44A12 is not a service of this municipality under wmo",
    ),
    "unknown service in a rule": (
        "{kind: only_services, services: [01A05]}",
        "{kind: only_services, services: [01A05, 01A06]}",
        "programmes[0].restrictions[0].services[1]: 01A06 is not a service of this municipality under wmo",
    ),
    "unknown provider in a rule": (
        "{kind: only_services, services: [01A05]}",
        "{kind: only_providers, providers: ['01234568']}",
        "programmes[0].restrictions[0].providers[0]: 01234568 is not a provider of this municipality",
    ),
    "unknown service in a ceiling": (
        "{service: 01A05, rate_class: formal",
        "{service: 01A06, rate_class: formal",
        "programmes[0].rate_ceilings[0].service: 01A06 is not a service of this municipality under wmo",
    ),
    "unknown kind of rule": (
        "{kind: cap,",
        "{kind: hat,",
        "programmes[0].restrictions[1]: input tag 'hat' found using 'kind' does not match any of the "
        "expected tags: 'only_services', 'only_categories', 'only_providers', 'only_items', 'cap', "
        "'uses_max', 'claim_within'",
    ),
    "unknown key in a rule": (
        "most: 180}",
        "most: 180, least: 1}",
        "programmes[0].restrictions[1].least: unknown key",
    ),
    "number in quotes": (
        "most: 180}",
        "most: '180'}",
        "programmes[0].restrictions[1].most: must be a whole number, without quotes, decimals or "
        "leading zeros",
    ),
    "euros with thousands": (
        "amount: 1250000}",
        "amount: 1.250.000}",
        "programmes[0].budgets[0].amount: must be euros with two decimals or none, such as 31.15 or 1250",
    ),
    "no money": (
        "amount: 1250000}",
        "amount: 0}",
        "programmes[0].budgets[0].amount_cents: input should be greater than 0",
    ),
    "money twice": (
        "amount: 1250000}",
        "amount: 1, amount_cents: 100}",
        "programmes[0].budgets[0].amount: is given as amount_cents as well",
    ),
    "day": (
        "        valid_from: 2026-01-01",
        "        valid_from: 1-1-2026",
        "contracts[0].valid_from: must be a day, such as 2026-01-31",
    ),
    "line outside the contract": (
        "            valid_from: 2027-01-01",
        "            valid_from: 2030-01-01",
        "contracts[0].lines[1]: the last day lies before the first",
    ),
}


@pytest.mark.parametrize("name", IN_EXAMPLE)
def test_a_mistake_in_the_example_is_told_with_its_line(name: str) -> None:
    right, wrong, told = IN_EXAMPLE[name]
    assert EXAMPLE.count(right) == 1
    text = EXAMPLE.replace(right, wrong)
    line = text[: text.index(wrong)].count("\n") + 1
    if told.startswith("contracts[0].lines[1]:"):
        line -= 2  # told of the line as a whole, which begins there
    assert faults(text) == [f"line {line}, municipalities[0].{told}"]


def test_a_year_is_given_once() -> None:
    line = EXAMPLE[: EXAMPLE.index("{year: 2027")].count("\n") + 1
    place = "municipalities[0].programmes[0].budgets[1]"
    told = [f"line {line}, {place}: was given on line {line - 1} already"]
    assert faults(EXAMPLE.replace("{year: 2027", "{year: 2026")) == told


def test_lines_over_each_other_are_told() -> None:
    text = EXAMPLE.replace("            valid_from: 2027-01-01\n", "")
    line = text[: text.index("- number:")].count("\n") + 1
    told = "two lines of service 01A05 hold on one day"
    assert faults(text) == [f"line {line}, municipalities[0].contracts[0]: {told}"]


def test_every_mistake_is_told_in_the_order_of_the_lines() -> None:
    text = EXAMPLE.replace("NL91", "NL92").replace("measure: hour", "measure: hours")
    text = text.replace("mode: soft", "mode: weak").replace("- cbs: 0384", "- cbs: 384")
    told = faults(text)
    lines = [int(re.findall(r"\d+", each)[0]) for each in told]
    assert lines == sorted(lines)
    assert len(told) == 4


def test_a_number_that_fails_its_check_is_not_repeated() -> None:
    assert "0417164300" not in "".join(
        faults(EXAMPLE.replace("NL91 ABNA 0417 1643 00", "NL92ABNA0417164300"))
    )


def test_a_file_that_is_too_large_deep_or_not_text_is_refused() -> None:
    assert faults("#" * (lined.MAX_BYTES + 1)) == ["line 1: the file is larger than 5 000 000 bytes"]
    assert faults("[" * 100_000) == ["line 1: is nested too deeply"]
    assert faults("a = " + "[" * 100_000, ".toml") == ["line 1: is nested too deeply"]
    assert faults("[" + "1," * lined.MAX_VALUES + "]") == ["line 1: holds more than 200000 values"]
    assert faults(HEAD, ".json") == ["line 1: the name of the file must end in .yaml, .yml or .toml"]
    with pytest.raises(regions.RegionFileWrong) as wrong:
        regions.read(HEAD.encode() + b"    name: \xff\n", ".yaml")
    assert wrong.value.faults == ("line 4: is not UTF-8 text",)


TOML = """region = "R"

[[municipalities]]
cbs = "0384"

[[municipalities]]
cbs = "0363"

[[municipalities.services]]
code = "01A05"
law = "wmo"
name = "Hulp"
measure = "hour"

[[municipalities.services]]
code = 12345
law = "jw"
name = "Verblijf"
measure = "day"
"""


def test_toml_says_the_same_and_numbers_may_be_text() -> None:
    codes = [service.code for service in read(TOML, ".toml").municipalities[1].services]
    assert codes == ["01A05", "12345"]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"hour"', '"hours"', "line 13, municipalities[1].services[0].measure: input should be"),
        ('law = "jw"', 'color = "jw"', "line 15, municipalities[1].services[1]: law is missing"),
        ('cbs = "0363"', "cbs = 0363", "line 7: Expected newline or end of document"),
        ('name = "Verblijf"', "name = 'V'\nname = 'W'", "line 19: Cannot overwrite a value"),
    ],
)
def test_toml_mistakes_have_a_line(right: str, wrong: str, told: str) -> None:
    assert faults(TOML.replace(right, wrong), ".toml")[0].startswith(told)


# ---------------------------------------------------------------------------------- the page with rules


RULES = fenced("rules.md", "yaml")


def kinds(union: object) -> set[str]:
    """The kinds of a closed union."""
    return {kind.model_fields["kind"].default for kind in get_args(get_args(union)[0])}


def test_every_kind_has_one_example_on_the_page() -> None:
    told = [example.splitlines()[0].removeprefix("kind: ") for example in RULES]
    unions = (AnyRestriction, AnyTariff, AnyTerm, AnyConfirmation)
    known = {Production().kind}.union(*map(kinds, unions))
    assert sorted(told) == sorted(known)


def item(example: str, indent: int) -> str:
    """An example as an item of a list at this indent."""
    return " " * indent + "- " + textwrap.indent(example, " " * (indent + 2)).lstrip()


def test_every_restriction_on_the_page_can_stand_in_a_region_file() -> None:
    rules = [example for example in RULES if example.splitlines()[0].split()[1] in kinds(AnyRestriction)]
    start, end = EXAMPLE.index("          - {kind: only_services"), EXAMPLE.index("        rate_ceilings")
    text = EXAMPLE[:start] + "".join(item(rule, 10) for rule in rules) + EXAMPLE[end:]
    text = text.replace("code: 44A12\n    law: jw", "code: 01A06\n    law: wmo")
    found = read(text).municipalities[0].programmes[0].restrictions
    assert {rule.kind for rule in found} == kinds(AnyRestriction)


def test_every_tariff_on_the_page_can_stand_in_a_region_file() -> None:
    for example in RULES:
        if example.splitlines()[0].split()[1] in kinds(AnyTariff):
            text = EXAMPLE.replace(
                "tariff: {kind: per_measure, rate: 38.40}",
                "tariff:\n" + textwrap.indent(example, " " * 14),
            )
            (line, _) = read(text).municipalities[0].contracts[0].lines
            assert f"kind: {line.tariff.kind}\n" in example


def test_everything_a_resident_may_be_asked_can_stand_in_a_region_file() -> None:
    for example in RULES:
        if example.splitlines()[0].split()[1] in kinds(AnyConfirmation):
            put = "        confirmation:\n" + textwrap.indent(example, " " * 10) + "        rate_ceilings:"
            found = read(EXAMPLE.replace("        rate_ceilings:", put)).municipalities[0].programmes[0]
            assert f"kind: {found.confirmation.kind}\n" in example
            assert getattr(found.confirmation, "silence_days", None) == (14 if "14" in example else None)


def terms(*examples: str, programme: str = "Huishoudelijke ondersteuning") -> str:
    """The example with these terms in its contract."""
    listed = "".join(
        f"          - number: {number}\n            programme: {programme}\n            term:\n"
        + textwrap.indent(example, " " * 14)
        for number, example in enumerate(examples, start=1)
    )
    return EXAMPLE.replace("        lines:\n", f"        terms:\n{listed}        lines:\n", 1)


def test_every_term_on_the_page_can_stand_in_a_region_file_and_loads(engine: Engine) -> None:
    examples = [example for example in RULES if example.splitlines()[0].split()[1] in kinds(AnyTerm)]
    text = terms(*examples).replace("yearly_cents: 12000000", "yearly: 120000.00")
    load(engine, read(text))
    load(engine, read(text), days=1)
    with db.reading(engine) as session:
        (version,) = session.scalars(select(ContractVersion))
        found = [(each.number, each.term.kind) for each in version.terms]
        work = db.Work(session=session, municipality_id="0363", actor_id=ACTOR, now=NOW)
        (programme,) = programmes.newest(work)
    assert found == [(1, "availability"), (2, "ceiling")]
    assert {each.programme_id for each in version.terms} == {programme.content.id}
    assert version.terms[0] == ContractTerm.model_validate(version.terms[0].model_dump())
    assert "yearly_cents=12000000" in repr(version.terms[0].term)


def test_a_term_names_a_programme_of_this_municipality() -> None:
    text = terms("kind: ceiling\nscope: contract\namounts: [{year: 2026, cents: 1}]\n", programme="Zorgfonds")
    (fault,) = faults(text)
    assert "terms[0].programme: Zorgfonds is not a programme of this municipality under wmo" in fault


def test_every_price_may_be_given_in_euros() -> None:
    for euros, cents in [
        ("{kind: per_use, price: 45}", PerUse(cents=4500)),
        ("{kind: at_cost, up_to: '250,00'}", AtCost(up_to_cents=25_000)),
        ("{kind: per_measure, rate_cents: 3115}", PerMeasure(rate_cents=3115)),
    ]:
        text = EXAMPLE.replace("{kind: per_measure, rate: 38.40}", euros)
        assert read(text).municipalities[0].contracts[0].lines[0].tariff == cents
