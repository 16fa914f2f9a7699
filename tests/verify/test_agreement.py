"""Verdicts on a contract against the book below it:
none that a bill contradicts, and `undecided` where bills hold more.
"""

from __future__ import annotations

import inspect
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random

import attrs
import pytest

import pricelang
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.verify import beside
from pricelang.verify.agreement import Against, against_below
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import decide_claims
from tests.cli.helpers import run
from tests.generators import write_book
from tests.verify import checked, requests

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
        "what one request can have at most: max_output of `m-1`",
    ),
    "a floor of a request": (
        "limit bill\n  at least $0.01 per request\n",
        "a minimum for a request",
    ),
    "a cap of a request": ("limit bill\n  at most $9 per request\n", "a maximum for a request"),
    "a fee": ("surcharge fee\n  $0.01 per request\nstack fee\n", "an amount added to each request"),
    "a line rounded up": ("round line to $0.01 up\n", "a rounding of the line"),
    "a total rounded": ("round total to $0.01 half_even\n", "a rounding of the total"),
    "a minimum a month": (
        "limit monthly\n  at least $100,000 per organization per month\n",
        "a minimum for an account",
    ),
    "another currency": ("convert to EUR at 0.9\n", "a conversion to another currency"),
}
CHARGED = {
    "a minimum per use": ("  at least 5 minutes per use\n", "a minimum per use of `time`"),
    "a pool": ("  first 50 hours free per organization per month\n", "a free pool of `time`"),
    "a tier": (
        "  $0.50 per hour after 100 hours per organization per month\n",
        "graduated prices of `time`",
    ),
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


@pytest.mark.parametrize("name", BESIDE)
def test_what_only_the_contract_has_is_undecided(name: str) -> None:
    text, words = BESIDE[name]
    found, claims = against(LIST, DEAL + text)
    assert set(found.undecided) == {"dearer", "cheaper"}
    assert all(words in why and "[1.price:" in why for why in found.undecided.values())
    assert words in claims["agrees"]
    assert (found.loosened, found.tightened) == (None, None)


@pytest.mark.parametrize("name", BESIDE)
def test_what_both_have_alike_is_no_doubt(name: str) -> None:
    found, claims = against(LIST + BESIDE[name][0], DEAL)
    assert (found.undecided, claims) == ({}, {"agrees": "holds"})


@pytest.mark.parametrize("name", CHARGED)
def test_what_only_the_list_has_is_undecided(name: str) -> None:
    """No contract takes a pool away, so two books are compared that only share their names."""
    text, words = CHARGED[name]
    below, upper = checked((LIST + text,)).book, checked((LIST, DEAL)).book
    assert below is not None
    assert upper is not None
    for left, right in ((upper, below), (below, upper)):
        found = against_below(Analysis(left, lambda other=right: other))  # type: ignore[misc]
        assert found is not None
        assert set(found.undecided) == {"dearer", "cheaper"}
        assert words in found.undecided["dearer"]


def test_graduated_prices_are_never_taken_for_the_same() -> None:
    found, _ = against(LIST + CHARGED["a tier"][0], DEAL)
    assert "graduated prices of `time`" in found.undecided["dearer"]
    assert (
        against(LIST + CHARGED["a pool"][0] + CHARGED["a minimum per use"][0], DEAL)[0].undecided
        == {}
    )


def test_a_scope_without_what_differs_is_proven() -> None:
    deal = DEAL.replace("with base\n", "with base when tier is standard\n")
    text = "limit bill\n  at least $0.01 per request when tier is batch\n"
    found, claims = against(LIST, deal + text)
    assert (bool(found.undecided), claims) == (True, {"agrees": "holds"})


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
    path.write_text(DEAL + BESIDE["a floor of a request"][0], encoding="utf-8")
    return str(path)


def test_text_markdown_json_and_exit_codes(deal: str) -> None:
    why = "only unit prices are compared, and bills may differ in a minimum for a request [deal.price:4]"
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


# ---- nothing is forgotten ------------------------------------------------------------------------

FIELDS = {
    m.Price: "model meter rank scope kind amount instead_of per size origin",
    m.Derivation: "meter scope factor of special origin",
    m.ModifierLine: "scope otherwise outcome factors amount size per meters origin",
    m.Modifier: "name title kind when conditional lines origin",
    m.LimitLine: "scope at_least amount target meters size per origin",
    m.Limit: "name title lines origin",
    m.ChargePrice: "scope rank amount instead_of size per after account origin",
    m.ChargeQuantity: "scope quantity written account origin",
    m.Charge: "meter title prices minimums pools free origin",
    m.Exclusion: "left right scope allowed origin",
    m.Rounding: "stage scope step currency mode origin",
    m.Conversion: "currency scope rate origin",
    m.Meter: "name unit kind size whole offers origin",
    m.Unit: "name kind size",
    m.Sum: "label meters limits whole",
    m.Model: "name released retired deprecated origin",
    m.Alias: "name model start end origin",
    m.Offer: "scope origin",
    m.Value: "name offers clock",
    m.Dimension: "name default values clocked origin",
    m.Remark: "scope text origin",
}
NO_BILL = {
    m.Origin,
    m.Source,
    m.Announcement,
    m.Figure,
    m.Example,
    m.Claim,
    m.Sayings,
    m.Decisions,
    m.Book,
}


def test_every_field_of_a_book_is_compared_or_asked_for_or_on_no_bill() -> None:
    """Who adds a rule to `model/` says in `verify/beside.py` whether unit prices know it,
    and then here.
    """
    assert set(beside.BOOK) == {field.name for field in attrs.fields(m.Book)}
    assert set(beside.BOOK.values()) == {beside.COMPARED, beside.BESIDE, beside.NO_BILL}
    classes = {x for _, x in inspect.getmembers(m, inspect.isclass) if attrs.has(x)}
    assert classes == set(FIELDS) | NO_BILL
    for of, names in FIELDS.items():
        assert [field.name for field in attrs.fields(of)] == names.split(), of


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


@pytest.mark.parametrize("part", range(2))
def test_no_bill_contradicts_a_verdict(part: int) -> None:
    """Generated contracts over generated books:
    every request of small quantities, and of large ones, billed by both.
    """
    seen: Counter[str] = Counter()
    for seed in (
        102_110,
        *range(part * 2_000, part * 2_000 + 60),
    ):  # the first has a price that is rounded to nothing
        texts = write_book(seed)
        if len(texts) < 2:
            continue
        chance = Random(seed)
        more = chance.choice(MORE).replace(
            "{test}", "tier is batch" if "dimension tier" in texts[0] else "input over 100"
        )
        base, deal = texts[0], f"{texts[1]}claim agrees with gen\n"
        if chance.random() < 0.3 and "surcharge" not in more:
            base += more
        else:
            deal += more + ("\nstack more after half\n" if "surcharge" in more else "\n")
        below, upper = checked((base,)).book, checked((base, deal)).book
        if below is None or upper is None:
            continue
        analysis = Analysis(upper, lambda book=below: book)  # type: ignore[misc]
        found = against_below(analysis)
        assert found is not None
        (agrees,) = decide_claims(analysis)
        judged = bills(upper, below, chance)
        proven = {
            name
            for name in ("dearer", "cheaper", "loosened", "tightened")
            if getattr(found, name) is None
        }
        proven -= set(found.undecided)
        assert not judged & proven, (seed, judged & proven, deal)
        assert not (agrees.holds and judged), (seed, judged, deal)
        for name in set(found.undecided):
            assert getattr(found, name) is None
        for name in ("dearer", "cheaper"):
            breach = getattr(found, name)
            if breach is not None:
                assert name in {said(upper, below, breach[0].record())}, (seed, name)
        seen["proven" if "dearer" in proven else "open" if found.undecided else "shown"] += 1
    assert min(seen[name] for name in ("open", "shown")) > 0, seen


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
        given = dict(record)
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
