"""Verdicts on a contract against the book below it:
none that a bill contradicts, and `undecided` where bills hold more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

import pricelang
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.usage.records import Part, Place, Record
from pricelang.verify.against import verdict
from pricelang.verify.against.standing import Against
from pricelang.verify.agreement import against_below
from pricelang.verify.analysis import Analysis
from pricelang.verify.diff import joint_rules
from pricelang.verify.diff.aligned_space import TooLarge
from tests.cli.helpers import run
from tests.generators import write_book
from tests.verify import checked, decide_claims, requests

LIST = """book base in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
meter input, output in tokens
meter calls in requests
meter time in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $4     |
charge calls
  $10 per 1,000 requests
charge time
  $0.60 per hour
"""
DEAL = "book deal extends base from 2026-06-01 before 2027-06-01\nclaim agrees with base\n"

BESIDE = {
    "a longest answer": (
        "figures max_output in tokens\n  | model | from | most |\n  | m-1 | 2026-01-01 | 4,096 |\n",
        {"tightened": "it has no price: a request to `m-1` cannot have an answer of 4,097 tokens"},
    ),
    "a floor of a request": (
        "limit bill\n  at least $0.01 per request\n",
        {"dearer": "it costs $0.01; by `base` it costs $0.000001"},
    ),
    "a cap of a request": (
        "limit bill\n  at most $9 per request\n",
        {"cheaper": "it costs $9; by `base` it costs $10"},
    ),
    "a fee": (
        "surcharge fee\n  $0.01 per request\nstack fee\n",
        {"dearer": "it costs $0.010001; by `base` it costs $0.000001"},
    ),
    "a line rounded up": (
        "round line to $0.01 up\n",
        {"dearer": "it costs $0.01; by `base` it costs $0.000001"},
    ),
    "a line rounded down": (
        "round line to $0.01 down\n",
        {"cheaper": "it costs $0; by `base` it costs $0.000001"},
    ),
    "a total rounded": (
        "round total to $0.01 half_even\n",
        {
            "dearer": "it costs $0.01; by `base` it costs $0.005001",
            "cheaper": "it costs $0; by `base` it costs $0.000001",
        },
    ),
    "a minimum a month": (
        "limit monthly\n  at least $100,000 per organization per month\n",
        {"dearer": "it costs $100,000 as an account's only request; by `base` it costs $0.000001"},
    ),
    "a commitment a term": (
        "commitment agreed\n  $300,000 per organization per term"
        "  from 2026-06-01 before 2027-06-01\n",
        {"dearer": "it costs $300,000 as an account's only request; by `base` it costs $0.000001"},
    ),
    "a maximum a month": (
        "limit monthly\n  at most $5 per organization per month\n",
        {"cheaper": "it costs $5 as an account's only request; by `base` it costs $10"},
    ),
    "a price": (
        "rates per MTok\n  | model | from | input |\n  | m-1 | 2026-06-01 | $2 instead of $1 |\n",
        {"dearer": "one of `input` costs $0.000002, and $0.000001 by `base`"},
    ),
    "a discount": (
        "multiplier rebate\n  x 0.5 on input\nstack rebate\n",
        {"cheaper": "one of `input` costs $0.0000005, and $0.000001 by `base`"},
    ),
    "a batch at half and a fee": (
        "multiplier rebate\n  when tier is batch\n  x 0.5 on input\nsurcharge fee\n  $0.01 per request\nstack rebate, fee\n",
        {
            "dearer": "it costs $0.010001; by `base` it costs $0.000001",
            "cheaper": "it costs $0.51; by `base` it costs $1",
        },
    ),
}
"""What only a contract has, and what each question is answered with; all others are never so."""
CHARGED = {
    "a minimum per use": (
        "  at least 5 minutes per use\n",
        {"dearer": "it costs $0.05; by `base` it costs $0.0246"},
    ),
    "a pool": (
        "  first 50 hours free per organization per month\n",
        {"cheaper": "it costs $0.60 as an account's only request; by `base` it costs $30.60"},
    ),
    "a tier": (
        "  $0.50 per hour after 100 hours per organization per month\n",
        {"cheaper": "it costs $60.50 as an account's only request; by `base` it costs $60.60"},
    ),
    "a dearer tier": (
        "  $0.70 per hour after 100 hours per organization per month\n",
        {"dearer": "it costs $60.70 as an account's only request; by `base` it costs $60.60"},
    ),
}
QUESTIONS = ("dearer", "cheaper", "loosened", "tightened")
TURNED = {
    "dearer": "cheaper",
    "cheaper": "dearer",
    "loosened": "tightened",
    "tightened": "loosened",
}


def against(*texts: str) -> tuple[Against, dict[str, str]]:
    """The four answers on a contract, and what is said of its claims."""
    below, upper = checked(texts[:1]).book, checked(texts).book
    assert below is not None
    assert upper is not None
    analysis = Analysis(upper, lambda: below)
    found = against_below(analysis)
    assert found is not None
    claims = {
        x.claim.kind: "holds" if x.holds else x.why if x.undecided else "broken"
        for x in decide_claims(analysis)
    }
    return found, claims


def book_of(*texts: str) -> m.Book:
    found = checked(texts).book
    assert found is not None
    return found


def answers(found: Against) -> dict[str, str]:
    """What each question is answered with, where it is not `never`; none is undecided."""
    assert not found.undecided
    breaches = {name: getattr(found, name) for name in QUESTIONS}
    return {name: breach[1] for name, breach in breaches.items() if breach is not None}


@pytest.mark.parametrize("name", BESIDE)
def test_what_only_the_contract_has_is_shown_or_proven(name: str) -> None:
    text, said = BESIDE[name]
    found, claims = against(LIST, DEAL + text)
    told = answers(found)
    assert {*told} == {*said}
    assert all(told[question].startswith(words) for question, words in said.items()), told
    assert claims == {"agrees": "broken"}


@pytest.mark.parametrize("name", BESIDE)
def test_what_both_have_alike_is_no_difference(name: str) -> None:
    found, claims = against(LIST + BESIDE[name][0].replace(" instead of $1", ""), DEAL)
    assert (answers(found), claims) == ({}, {"agrees": "holds"})


@pytest.mark.parametrize("name", CHARGED)
def test_the_terms_of_a_charge_are_compared_both_ways(name: str) -> None:
    """Two books of their own; the month that shows it is the smallest that does."""
    text, said = CHARGED[name]
    more, less = book_of(LIST + text), book_of(LIST)
    told = answers(verdict.against(more, less))
    assert told == said
    assert {TURNED[question] for question in told} == {*answers(verdict.against(less, more))}


def test_another_currency_is_undecided() -> None:
    found, claims = against(LIST, DEAL + "convert to EUR at 0.9\n")
    why = "bills in EUR stand beside bills in USD [1.price:3]"
    assert found.undecided == {"dearer": why, "cheaper": why}
    assert claims == {"agrees": why}


def test_ladders_that_go_through_another_stack_are_undecided() -> None:
    """A modifier may move the later prices otherwise than the first: a month shows which way."""
    tier = CHARGED["a tier"][0]
    stack = "limit low\n  at least $0.55 per hour on time\nstack low\n"
    found, _ = against(LIST + tier, DEAL + stack)
    assert found.dearer is not None
    assert (
        found.dearer[1] == "it costs $60.55 as an account's only request; by `base` it costs $60.50"
    )
    assert "graduated prices of `time`" in found.undecided["cheaper"]
    assert not against(LIST + tier, DEAL)[0].undecided


AGREED = """
  ${amount} per organization per term  from 2026-06-01 before 2027-06-01
"""


@pytest.mark.parametrize("kind", ["commitment", "credit"])
def test_one_more_commitment_costs_no_less_and_one_more_credit_no_more(kind: str) -> None:
    """Nor does a higher one."""
    never = "cheaper" if kind == "commitment" else "dearer"
    for theirs, ours in ((None, 300), (200, 300)):
        books = [
            book_of(
                LIST if amount is None else f"{LIST}{kind} agreed{AGREED}".format(amount=amount)
            )
            for amount in (theirs, ours)
        ]
        for old, new, proven in ((*books, never), (*books[::-1], TURNED[never])):
            found = verdict.against(new, old)
            assert getattr(found, proven) is None
            assert proven not in found.undecided


def test_a_scope_without_what_differs_is_proven() -> None:
    deal = DEAL.replace("with base\n", "with base when tier is standard\n")
    text = "limit bill\n  at least $0.01 per request when tier is batch\n"
    found, claims = against(LIST, deal + text)
    assert (found.dearer is not None, claims) == (True, {"agrees": "holds"})


def test_a_bill_that_shows_it_is_told_whatever_else_there_is() -> None:
    """A dearer price is a fact, floor or not;
    one that a floor hides in small requests is shown on a large one.
    """
    rates = (
        "rates per MTok\n  | model | from | input |\n  | m-1 | 2026-06-01 | $2 instead of $1 |\n"
    )
    floor = "limit bill\n  at least $0.01 per request\n"
    found, claims = against(LIST + floor, DEAL + rates)
    assert found.dearer is not None
    assert found.dearer[0] is not None
    assert found.dearer[0].record()["usage"] == {"input": 1_000_000}
    assert found.dearer[1] == "it costs $2; by `base` it costs $1"
    assert claims["agrees"] == "broken"
    # It is never cheaper, and that both have the floor alike is no doubt.
    assert (found.cheaper, found.undecided) == (None, {})


def test_a_meter_that_only_one_book_prices() -> None:
    rates = "rates per MTok\n  | model | from | input |\n  | m-1 | 2026-06-01 | not offered instead of $1 |\n"
    if checked((LIST, DEAL + rates)).book is None:
        rates = "meter extra in tokens\nrates per MTok\n  | model | from | extra |\n  | m-1 | 2026-06-01 | $1 |\n"
    found, claims = against(LIST, DEAL + rates)
    assert found.loosened is not None or found.tightened is not None
    assert claims["agrees"] == "broken"


def test_a_dimension_of_its_own_is_refused_below() -> None:
    own = "dimension lane default slow\n  slow, quick\nmultiplier haste\n  when lane is quick\n  x 2 on tokens\n"
    found, _ = against(LIST, DEAL + own + "stack haste\n")
    assert found.loosened is not None
    assert "unknown dimension `lane`" in found.loosened[1]
    assert found.dearer is None


# ---- every form of the answer --------------------------------------------------------------------


@pytest.fixture
def deal(tmp_path: Path) -> str:
    (tmp_path / "base.price").write_text(LIST, encoding="utf-8")
    path = tmp_path / "deal.price"
    path.write_text(DEAL + "convert to EUR at 0.9\n", encoding="utf-8")
    return str(path)


def test_text_markdown_json_and_exit_codes(deal: str) -> None:
    why = "bills in EUR stand beside bills in USD [deal.price:3]"
    text = run("audit", deal, "--contract")
    assert (text.exit_code, text.stdout.splitlines()) == (
        1,
        [
            f"undecided: whether it charges more than `base`: {why}",
            f"undecided: whether it charges less than `base`: {why}",
            "never prices what is refused by `base`",
            "never refuses what is priced by `base`",
        ],
    )
    quoted = why.replace("[", "\\[").replace("]", "\\]")
    assert (
        f"- undecided: whether it charges more than `base`: {quoted}"
        in run("audit", deal, "--markdown").stdout
    )
    claims = run("audit", deal)
    assert claims.exit_code == 1
    assert f"undecided: claim agrees with base\n  --> deal.price:2\n  {why}" in claims.stdout
    data = json.loads(run("audit", deal, "--json").stdout)
    assert data["contract"]["dearer"] == {"undecided": True, "request": None, "why": why}
    assert data["contract"]["loosened"] is None
    assert [(claim["undecided"], claim["why"]) for claim in data["claims"]] == [(True, why)]


def test_html_and_python(deal: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("audit", deal, "--html", str(page), "--at", "2026-07-01").exit_code == 1
    text = page.read_text(encoding="utf-8")
    assert "1 of 1 undecided" in text
    assert "undecided: whether it charges more than" in text
    answers = pricelang.load(deal).audit.against_below
    assert answers is not None
    assert set(answers.undecided) == {"dearer", "cheaper"}


def test_against_any_book(deal: str, tmp_path: Path) -> None:
    """Two books, or two days of them, at the command line; the exit code says what is decided."""
    other = tmp_path / "base.price"
    open_ = run("audit", deal, "--against", str(other))
    assert (open_.exit_code, open_.stdout.splitlines()[0]) == (
        1,
        "undecided: what it charges beside `base`",
    )
    same = run("audit", str(other), "--against", str(other), "--json")
    found = json.loads(same.stdout)
    assert (same.exit_code, found["verdict"], found["dearer"]) == (0, "same", None)
    days = run("audit", "anthropic@2026-10-07", "--against", "anthropic@2026-10-06", "--markdown")
    assert days.exit_code == 0
    assert "**never charges more than `anthropic`, and less at times**" in days.stdout
    assert "and $0.0000002 by `anthropic` on 2026-10-06" in days.stdout
    wrong = run("audit", deal, "--against", str(other), "--order")
    assert (wrong.exit_code, "a question of its own" in wrong.stderr) == (2, True)


def test_what_is_too_large_to_work_out_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not worked out which requests there are, none is said never to be refused."""

    def too_large(*_: object) -> int:
        raise TooLarge

    monkeypatch.setattr(joint_rules, "existing", too_large)
    found = verdict.against(book_of(LIST), book_of(LIST))
    assert (found.loosened, found.tightened) == (None, None)
    assert {*found.undecided} == {*QUESTIONS}


def test_books_that_price_nothing_in_common_are_not_the_same() -> None:
    other = book_of(LIST.replace("m-1", "m-9"))
    found = verdict.against(book_of(LIST), other)
    assert (found.verdict, found.dearer, found.cheaper) == ("nothing in common", None, None)
    assert found.loosened is not None
    assert found.tightened is not None


def test_the_claims_of_the_list_are_asked_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "reads.price"
    path.write_text(
        "book reads extends anthropic from 2026-01-01 before 2027-01-01\n"
        "rates per MTok\n  | model | from | cache_read |\n"
        "  | claude-sonnet-4-6 | 2026-01-01 | $3.90 instead of $0.30 |\n",
        encoding="utf-8",
    )
    found = run("audit", str(path))
    assert found.exit_code == 1
    assert "broken: claim cache_read costs 0.1 input except for" in found.stdout
    assert "(of `anthropic`)" in found.stdout
    assert "no claims of its own\nof `anthropic`: 36 claims, " in found.stdout


def test_no_claims_are_said_as_such(tmp_path: Path) -> None:
    path = tmp_path / "base.price"
    path.write_text(LIST, encoding="utf-8")
    assert run("audit", str(path)).stdout == "no claims\n"


# ---- generated contracts -------------------------------------------------------------------------

MORE = [
    "limit more\n  at least $0.01 per request",
    "limit more\n  at most $9 per request when {test}",
    "limit more\n  at least $100 per organization per month",
    "round line to $0.01 up",
    "round total to $0.05 half_up from 2026-05-01",
    "convert to EUR at 0.9",
    "surcharge more\n  $0.01 per request",
    "",
    "",
    "",
    "",
    "",
    "",
]


def pairs(seed: int, chance: Random) -> Iterator[tuple[m.Book, m.Book, bool]]:
    """A contract and its list, the list and the contract, and two books that share some names;
    and whether the first extends the second.
    """
    texts = write_book(seed)
    if len(texts) > 1:
        test = "tier is batch" if "dimension tier" in texts[0] else "input over 100"
        more = chance.choice(MORE).replace("{test}", test)
        base, deal = texts[0], f"{texts[1]}claim agrees with gen\n"
        if chance.random() < 0.3 and "surcharge" not in more:
            base += more
        else:
            deal += more + ("\nstack more after half\n" if "surcharge" in more else "\n")
        below, upper = checked((base,)).book, checked((base, deal)).book
        if below is not None and upper is not None:
            yield upper, below, True
            yield below, upper, False
    other = checked(write_book(seed + 1)[:1]).book
    this = checked(texts[:1]).book
    if other is not None and this is not None:
        yield this, other, False


@pytest.mark.parametrize(
    "seeds",
    [
        (102_110, *range(50)),  # the first has a price that is rounded to nothing
        range(1_000, 1_050),
        pytest.param(range(10_000, 10_100), marks=pytest.mark.campaign),
    ],
    ids=lambda seeds: f"{seeds[1]}-{seeds[-1]}",
)
def test_no_bill_and_no_month_contradicts_a_verdict(seeds: Sequence[int]) -> None:
    """Generated pairs of books: requests of small quantities, and of large ones, billed by both,
    and months of several.
    """
    seen: Counter[str] = Counter()
    for seed in seeds:
        chance = Random(seed)
        for ours, theirs, extends in pairs(seed, chance):
            found = verdict.against(ours, theirs)
            judged = bills(ours, theirs, chance) | months(ours, theirs, chance)
            never = {name for name in QUESTIONS if getattr(found, name) is None}
            proven = never - {*found.undecided}
            assert not judged & proven, (seed, judged & proven)
            assert {*found.undecided} <= never
            check_breaches(found, ours, theirs)
            if extends:
                (agrees,) = decide_claims(Analysis(ours, lambda book=theirs: book))  # type: ignore[misc]
                assert not (agrees.holds and judged), (seed, judged)
            ladders = all(any(d.ladder for d in book.dimensions) for book in (ours, theirs))
            answer = "open" if not ladders else "open by tiers"
            seen["proven" if "dearer" in proven else answer if found.undecided else "shown"] += 1
    assert min(seen[name] for name in ("proven", "shown")) > 2, seen
    assert seen["open"] < sum(seen.values()) / 5, seen


def check_breaches(found: Against, ours: m.Book, theirs: m.Book) -> None:
    """What is shown is what both bills, or both invoices of the month, say."""
    for name in QUESTIONS:
        breach = getattr(found, name)
        if breach is None:
            continue
        record = breach[0].record()
        if "as an account's only request" in breach[1]:
            found_so = said_of_month(ours, theirs, [record])
            # a commitment is billed at the end of its period, which the record may not reach
            late = found_so == "same" and (has_commitment(ours) or has_commitment(theirs))
            assert name == found_so or late, breach
        else:
            assert name == said(ours, theirs, record), breach


def has_commitment(book: m.Book) -> bool:
    return any(limit.kind == "commitment" for limit in book.limits)


def months(ours: m.Book, theirs: m.Book, chance: Random) -> set[str]:
    """What invoices of some months show, all of whose requests both books price."""
    asked, found = list(requests(ours).values()), set()
    for _ in range(40):
        records = []
        for request in chance.sample(asked, min(len(asked), 4)):
            scale = chance.choice([1, 1000, 10**7])
            usage = {meter.name: scale for meter in ours.meters if chance.random() < 0.4}
            usage |= dict(request.usage)
            record = {
                "model": request.model,
                "at": request.at,
                **request.dimensions,
                "usage": usage,
            }
            if said(ours, theirs, record) in ("same", "dearer", "cheaper"):
                records.append(record)
        found.add(said_of_month(ours, theirs, records))
    return found - {"same"}


def known_to(book: m.Book, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without a tier that the book does not know, and that no request says."""
    known = any(dimension.name == "used" for dimension in book.dimensions)
    return {key: value for key, value in record.items() if known or key != "used"}


def record_of(record: dict[str, Any], holder: str) -> Record:
    given = dict(record)
    model, at, usage = given.pop("model"), given.pop("at"), given.pop("usage")
    uses = {meter: Fraction(use) for meter, use in usage.items()}
    keys = {"project": holder, "workspace": holder}  # what a book may count by
    return Record((Part(model, at, given, uses),), Place("f", 1), "canonical", attributes=keys)


def said_of_month(ours: m.Book, theirs: m.Book, records: Sequence[dict[str, Any]]) -> str:
    amounts = []
    for book in (ours, theirs):
        told = [
            record_of(known_to(book, record), ("west", "east")[n % 2])
            for n, record in enumerate(records)
        ]
        found = pricelang.Book(book).invoice(told)
        if found.unpriced or not found.totals:
            return "same"
        amounts.append({total.currency: total.due for total in found.totals})
    if [*amounts[0]] != [*amounts[1]]:
        return "same" if not records else "dearer"
    mine, other = (sum(found.values(), Fraction(0)) for found in amounts)
    return "same" if mine == other else "dearer" if mine > other else "cheaper"


def bills(upper: m.Book, below: m.Book, chance: Random) -> set[str]:
    """What the bills of some requests show, in the words of `Against`."""
    found: set[str] = set()
    cards = RateCard(upper), RateCard(below)
    asked = list(requests(upper).values())
    for request in chance.sample(asked, min(len(asked), 250)):
        record = {"model": request.model, "at": request.at, **request.dimensions}
        scale = chance.choice([1, 1, 1000, 10**7])
        usage = {meter.name: scale for meter in upper.meters if chance.random() < 0.4} | dict(
            request.usage
        )
        found |= {said(upper, below, {**record, "usage": usage}, cards)} - {"same"}
    return found


def said(
    upper: m.Book,
    below: m.Book,
    record: dict[str, object],
    cards: tuple[RateCard, RateCard] | None = None,
) -> str:
    amounts: list[tuple[Fraction, str] | None] = []
    for card in cards or (RateCard(upper), RateCard(below)):
        given = known_to(card.book, record)
        model, at, usage = given.pop("model"), given.pop("at"), given.pop("usage")
        try:
            priced = card.request(model, at, usage, given)  # type: ignore[arg-type]
            amounts.append((priced.total, priced.currency))
        except PriceError:
            amounts.append(None)
    ours, theirs = amounts
    if ours is None or theirs is None:
        return "same" if ours is theirs else "tightened" if ours is None else "loosened"
    if ours == theirs:
        return "same"
    return "dearer" if ours[1] != theirs[1] or ours[0] > theirs[0] else "cheaper"
