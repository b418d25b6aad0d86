# SPDX-License-Identifier: EUPL-1.2
"""The words of pages: whole in both languages, for all that templates and stored values ask; no others."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import UndefinedError

from api.pages.templates import ENVIRONMENT, FOLDER
from api.pages.words import CATALOGUES, Teller
from ledger import actors, audit, holder_accounts
from ledger.access_log import LookAction, OwnPurpose, own_purpose
from ledger.checks.findings import FindingKind
from ledger.ids import uuid7
from ledger.overviews import Signal
from ledger.rules.confirmations import WordKind
from ledger.rules.demands import DemandState
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.periods import Per
from ledger.rules.states import PaymentState, RunState
from ledger.statements import Form
from ledger.tables import (
    UNDONE,
    ApprovalKind,
    BankMessageKind,
    BudgetMode,
    ChangeKind,
    DemandStepKind,
    FollowUpKind,
    LeftOutReason,
    LineOutcome,
    MandateKind,
    MarkKind,
    MarkReason,
    PayeeOutcome,
    RateClass,
    Role,
)
from ledger.texts import Language
from ledger.units import Measure, Unit

NL, EN = CATALOGUES[Language.NL], CATALOGUES[Language.EN]
TEMPLATES = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(FOLDER.rglob("*.html"))
}
STORED: dict[str, Iterable[str]] = {
    "state": RunState,
    "payment_state": PaymentState,
    "signal": Signal,
    "mark": MarkKind,
    "waits": (LeftOutReason.DISPUTED, LeftOutReason.UNCONFIRMED),
    "reason": MarkReason,
    "kind": BankMessageKind,
    "outcome": LineOutcome,
    "payee": PayeeOutcome,
    "mandate": MandateKind,
    "right_kind": EntitlementKind,
    "unit": Unit,
    "per": Per,
    "history.kind": ChangeKind,
    "approval": ApprovalKind,
    "look": LookAction,
    "use.word": WordKind,
    "my.kind": EntitlementKind,
    "left_out": LeftOutReason,
    "payable.form": (Form.PDF, Form.CSV, Form.XLSX, Form.HELD_CSV),
    "access_action": LookAction,
    "purpose": OwnPurpose,
    "finding": FindingKind,
    "rows_of": [str(table.__tablename__) for table in audit.LOOKED_AT],
    "entry": EntryKind,
    "account": AccountKind,
    "follow": FollowUpKind,
    "demand_state": DemandState,
    "demand_step": DemandStepKind,
    "budget_mode": BudgetMode,
    "rate_class": RateClass,
    "measure": Measure,
    "law": Law,
    "role": Role,
}
SAME_IN_BOTH = {
    "nav./accounts",
    "demand.over",
    "field.code",
    "law.wmo",
    "measure.euro",
    "payees.said.by",
    "per.week",
    "product",
    "rows_of.code",
    "run.ceilings.contract",
    "run.sha256",
}
"""What is the same word in Dutch and English, or may be."""


def asked(text: str) -> set[str]:
    """The names that a template asks for, as far as they are written in it."""
    return set(re.findall(r"""say\(\s*["']([a-z0-9_./]+)["']\s*[,)]""", text))


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    assert NL.keys() == EN.keys()
    for key in NL:
        facts = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (NL[key], EN[key])]
        assert facts[0] == facts[1], key
        assert NL[key].strip()
        assert EN[key].strip()
        assert "  " not in NL[key] + EN[key], key
    same = {key for key in NL if NL[key] == EN[key]}
    assert same <= SAME_IN_BOTH


def test_everything_a_template_asks_for_is_there() -> None:
    assert len(TEMPLATES) >= 12
    for name, text in TEMPLATES.items():
        assert asked(text) - NL.keys() == set(), name
    assert asked("{{ say(\"no.such\") }} {{ say('nor.this', a=1) }}") == {"no.such", "nor.this"}


@pytest.mark.parametrize(("family", "values"), STORED.items(), ids=STORED)
def test_every_stored_value_has_words(family: str, values: Iterable[str]) -> None:
    assert {f"{family}.{value}" for value in values} - NL.keys() == set()


def test_no_look_is_noted_in_words_that_are_in_no_catalogue() -> None:
    sources = {path: path.read_text(encoding="utf-8") for top in ("ledger", "cli") for path in _python(top)}
    assert sources
    assert {str(path): found for path, text in sources.items() if (found := _own_words(text))} == {}
    written = (
        'A_PURPOSE = "by hand"\ndef f(purpose: str = "x"): ...\nLook(purpose="y")\nLook(purpose=f"z {a}")'
    )
    assert len(_own_words(written)) == 4


def _python(top: str) -> Iterable[Path]:
    return (FOLDER.parents[2] / top).rglob("*.py")


def _own_words(source: str) -> list[str]:
    """What is written as a purpose in the source itself, and is not one of ours."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found += [node.value] if name.endswith("PURPOSE") else []
            case ast.keyword(arg="purpose"):
                found.append(node.value)
            case ast.arguments():
                last = node.args[len(node.args) - len(node.defaults) :]
                found += [
                    value for arg, value in zip(last, node.defaults, strict=True) if arg.arg == "purpose"
                ]
    return [ast.unparse(each) for each in found if each is not None and _is_written(each)]


def _is_written(node: ast.expr) -> bool:
    """A text, or one with something filled in that does not begin with a purpose of ours."""
    if isinstance(node, ast.JoinedStr):
        return "OwnPurpose." not in ast.unparse(node)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_our_own_purposes_are_told_in_both_languages_and_typed_ones_as_typed() -> None:
    dutch, english = Teller(Language.NL), Teller(Language.EN)
    for each in OwnPurpose:
        stored = f"{each} {uuid7()}" if each is OwnPurpose.MANDATE else str(each)
        assert own_purpose(stored) is each
        assert (dutch.purpose(stored), english.purpose(stored)) == (
            NL[f"purpose.{each}"],
            EN[f"purpose.{each}"],
        )
    for words in ("vraag over de brief", "mandate", "mandate of a mother", "letter_with_code again", ""):
        assert own_purpose(words) is None
        assert dutch.purpose(words) == words


def test_reasons_that_we_write_are_told_in_both_languages_and_a_signal_of_fraud_to_nobody() -> None:
    dutch, english = Teller(Language.NL), Teller(Language.EN)
    assert (dutch.reason(UNDONE), english.reason(UNDONE)) == (
        "ongedaan gemaakt aan de deur",
        "undone at the door",
    )
    assert dutch.reason("double: zie 3 juni") == "Lijkt dubbel gedeclareerd: zie 3 juni"
    assert dutch.reason("fraud_signal: zie 3 juni") == "wordt nagekeken: zie 3 juni"
    for words in ("te veel gescand", "let op: te veel", "double"):
        assert dutch.reason(words) == words


def test_names_that_the_system_gave_are_told_in_the_language_of_who_reads() -> None:
    dutch = Teller(Language.NL)
    operator, resident = f"{actors.OPERATOR}M. de Vries", f"{holder_accounts.RESIDENT}81e871ae"
    assert dutch.who(operator) == "technisch beheer (M. de Vries)"
    assert dutch.who(resident) == "inwoner 81e871ae"
    assert Teller(Language.EN).who(resident) == resident
    assert "inwoner 81e871ae" in dutch.say("logged_in", name=resident)
    for name in ("S. Bakker", "resident", "resident of Diemen"):
        assert dutch.who(name) == name


def test_nothing_is_said_that_nobody_asks_for() -> None:
    sources = [*TEMPLATES.values()]
    sources += [
        path.read_text(encoding="utf-8")
        for path in FOLDER.parent.rglob("*.py")
        if path.parent.name != "words" or path.name == "__init__.py"
    ]
    text = "\n".join(sources)
    made = {f"{family}.{value}" for family, values in STORED.items() for value in values}
    assert {key for key in NL.keys() - made if not is_asked(key, text)} == set()
    assert not is_asked("no.such", text)


def is_asked(key: str, text: str) -> bool:
    """Whether it is named whole, or put together from a family and a name."""
    return f'"{key}"' in text or f"'{key}'" in text or any(f'"{start}' in text for start in _starts(key))


def _starts(key: str) -> Iterator[str]:
    """How the sources write a name that is put together: say("run." ~ each), say(f"done.{done}")."""
    parts = key.split(".")
    for length in range(1, len(parts)):
        start = ".".join(parts[:length])
        yield f'{start}." ~'
        yield f"{start}.{{"


def test_no_template_holds_a_word_of_its_own() -> None:
    """What is between the markup is filled in, or a sign."""
    for name, text in TEMPLATES.items():
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        between = re.sub(r"<[^>]*>", " ", bare)
        assert re.findall(r"[A-Za-z]{2,}", between) == [], name


def test_what_nobody_wrote_is_a_mistake_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        Teller(Language.NL).say("no.such")
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ nothing }}").render()
    assert ENVIRONMENT.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert CATALOGUES.keys() == set(Language)


def test_time_that_went_out_is_told_in_hours_as_well() -> None:
    assert Teller(Language.NL).amount(-85_190, Unit.MINUTE) == "-1.419 uur en 50 minuten"
    assert Teller(Language.EN).amount(-30, Unit.MINUTE) == "-30 minutes"


def test_money_days_and_amounts_are_said_as_in_letters() -> None:
    dutch, english = Teller(Language.NL), Teller(Language.EN)
    assert (dutch.money(-123_456), english.money(123_456)) == ("€\u00a0-1.234,56", "€1,234.56")
    assert (dutch.count(1234), english.count(1234)) == ("1.234", "1,234")
