"""What the audit says of the shipped book and of a contract,
and that each broken claim is broken by its own request.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import pricelang
from pricelang.model.instants import seconds_of
from pricelang.present.decimals import money
from pricelang.verify.audit import Audit

SPECIMENS = Path(__file__).parents[1] / "specimens"
BROKEN = Path(__file__).parents[1] / "corpus" / "claims" / "broken.price"


@pytest.fixture(scope="module")
def audit() -> Audit:
    return pricelang.load().audit


def test_every_claim_of_the_shipped_book_is_proven(audit: Audit) -> None:
    assert [verdict.claim.text for verdict in audit.claims if not verdict.holds] == []
    kinds = {verdict.claim.kind for verdict in audit.claims}
    assert kinds == {"costs", "is", "nevermeets", "commute", "prices", "above", "monotone"}


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        ({"fast", "batch"}, "exclude"),
        ({"fast", "residency"}, "multiply"),
        ({"batch", "residency"}, "multiply"),
        ({"residency", "regional"}, "never"),
        ({"fast", "regional"}, "multiply"),
        ({"long_prompt", "fast"}, "refuse"),
        ({"long_context", "long_prompt"}, "no_effect"),
        ({"long_context", "fast"}, "multiply"),
    ],
)
def test_how_modifiers_of_the_shipped_book_meet(audit: Audit, pair: set[str], kind: str) -> None:
    (meeting,) = [found for found in audit.stacking if {found.left, found.right} == pair]
    assert meeting.kind == kind
    if kind == "multiply":
        assert meeting.witness is not None
        record = meeting.witness.record()
        usage = record.pop("usage")
        bill = pricelang.load().price(usage=usage, **record)
        assert pair <= {factor.rule for line in bill.lines for factor in line.factors}


def test_where_modifiers_of_the_shipped_book_apply(audit: Audit) -> None:
    reach = {found.name: found for found in audit.reach}
    assert reach["fast"].models == (
        "claude-opus-4-6",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-opus-5-5",
        "claude-fable-5-2",
        "claude-mythos-5-2",
    )
    assert reach["fast"].periods == ((seconds_of("2026-02-07"), None),)
    assert {"api", "foundry", "google_cloud"} <= {*dict(reach["fast"].values)["platform"]}
    assert reach["long_context"].periods == ((seconds_of("2025-08-12"), seconds_of("2026-04-30")),)
    assert reach["long_prompt"].models == ("claude-haiku-5-5",)


def test_the_order_of_the_shipped_stack_moves_nothing_and_nothing_is_dead(audit: Audit) -> None:
    assert audit.order.observable == ()
    assert [dead.text for dead in audit.dead] == []


def test_broken_claims_are_broken_by_their_requests() -> None:
    book = pricelang.load(BROKEN)
    verdicts = {verdict.claim.kind: verdict for verdict in book.audit.claims}
    assert not any(verdict.holds for verdict in verdicts.values())
    for verdict in verdicts.values():
        assert verdict.witness is not None
        record = verdict.witness.record()
        usage = record.pop("usage")
        assert book.price(usage=usage, **record).total >= 0
    over = verdicts["monotone"].witness
    assert over is not None
    record = over.record()
    assert record["usage"] == {"input": 200_001}
    dearer = book.total(model=record["model"], at=record["at"], usage={"input": 200_000})
    assert book.total(model=record["model"], at=record["at"], usage={"input": 200_001}) < dearer
    assert book.total(model=record["model"], at=record["at"], usage={"input": 250_000}) == dearer


@pytest.mark.campaign
def test_a_contract_agrees_with_its_list_where_it_says_so(tmp_path: Path) -> None:
    verdicts = pricelang.load(SPECIMENS / "acme.price").audit.claims
    assert all(verdict.holds for verdict in verdicts)
    text = (SPECIMENS / "acme.price").read_text(encoding="utf-8")
    for name in ("claude.price", "acme.price"):
        (tmp_path / name).write_text(
            (SPECIMENS / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    (tmp_path / "acme.price").write_text(
        text.replace(
            "except for claude-opus-4-7, claude-sonnet-4-6", "except for claude-sonnet-4-6"
        )
    )
    contract = pricelang.load(tmp_path / "acme.price")
    broken = [verdict for verdict in contract.audit.claims if not verdict.holds]
    assert [verdict.claim.kind for verdict in broken] == ["agrees"]
    witness = broken[0].witness
    assert witness is not None
    record = witness.record()
    usage = record.pop("usage")
    theirs = pricelang.load(tmp_path / "claude.price").price(usage=usage, **record).total
    assert record["model"] == "claude-opus-4-7"
    assert contract.price(usage=usage, **record).total != theirs


@pytest.mark.campaign
def test_a_contract_that_allows_what_the_list_refuses_shows_both(tmp_path: Path) -> None:
    path = tmp_path / "deal.price"
    path.write_text(
        'book deal in USD extends anthropic\nallow fast with batch because "agreed"\nclaim agrees with anthropic\n',
        encoding="utf-8",
    )
    audit = pricelang.load(path).audit
    broken, *of_the_list = [verdict for verdict in audit.claims if not verdict.holds]
    assert [(one.claim.of, one.claim.kind) for one in of_the_list] == [("anthropic", "nevermeets")]
    assert broken.witness is not None
    record = broken.witness.record()
    amount = money(
        Fraction(pricelang.load(path).price(usage=record.pop("usage"), **record).total), "USD"
    )
    with pytest.raises(pricelang.Refused) as refused:
        pricelang.load().price(usage={"input": 1}, **record)
    said = f"it costs {amount}; by `anthropic` it has no price: fast mode is not available with the Batch API [{refused.value.location}]"
    assert broken.why == said
    against = audit.against_below
    assert against is not None
    assert against.loosened is not None
    assert said in against.loosened[1]
    assert against.tightened is None


def test_an_order_that_matters_is_shown_on_a_request() -> None:
    audit = pricelang.load(SPECIMENS / "extras.price").audit
    assert {seen.meter for seen in audit.order.observable} == {"input", "output"}
    (meeting,) = [
        found for found in audit.stacking if (found.left, found.right) == ("night", "priority_fee")
    ]
    assert meeting.kind == "order"


def test_dead_rules_are_named(tmp_path: Path) -> None:
    book = tmp_path / "dead.price"
    book.write_text(
        'book dead "A book with dead rules" in USD\n\nunit MTok is 1,000,000 tokens\nmeter input, output in tokens\n'
        "dimension tier default standard\n  standard, batch\n"
        "models\n  | model | released |\n  | a | 2026-01-01 |\n"
        "rates per MTok\n  | model | from | input | output |\n  | a | 2026-01-01 | $1 | $2 |\n"
        "rates per MTok when tier is batch\n  | model | from | output |\n  | a | 2026-03-01 | $3 instead of $2 |\n"
        'multiplier batch "Batch"\n  when tier is batch\n  refuse because "gone"\n'
    )
    texts = [(dead.kind, dead.text) for dead in pricelang.load(book).audit.dead]
    assert ("unreached", "no request has tier `batch`") in texts
    assert (
        "unreached",
        "the price of `output` for `a` is never paid: the meter is not offered while it holds",
    ) in texts


def test_a_broken_factor_is_shown_on_one_meter_with_both_amounts(tmp_path: Path) -> None:
    book = tmp_path / "small.price"
    book.write_text(
        BROKEN.read_text(encoding="utf-8").partition("claim batch")[0]
        + "claim batch is x 0.6 on tokens\n",
        encoding="utf-8",
    )
    loaded = pricelang.load(book)
    (verdict,) = loaded.audit.claims
    assert verdict.witness is not None
    assert verdict.witness.record()["usage"] == {"input": 1}
    record = verdict.witness.record()
    bill = loaded.price(model=record["model"], at=record["at"], usage=record["usage"], tier="batch")
    assert f"one of it costs ${bill.lines[0].unit_price:f}," in verdict.why
    assert verdict.why.startswith("there `batch` is x 0.5 on input: ")
    assert verdict.why.endswith(" at x 0.6")


def test_holes_between_dated_lines_and_scopes_that_mean_the_same_are_named(tmp_path: Path) -> None:
    book = tmp_path / "holes.price"
    book.write_text(
        "book holes in USD\nunit MTok is 1,000,000 tokens\ndimension plat default standard\n  standard\n  bed from 2026-02-01\n"
        "dimension tier default standard\n  standard, batch\nmeter input in tokens\nmodels\n  | model | released |\n  | m | 2026-01-01 |\n"
        "rates per MTok\n  | model | from | input |\n  | m | 2026-01-01 | $1 |\n"
        "multiplier a\n  x 2 on input when plat is bed from 2026-03-01 before 2026-04-01\n  x 2 on input when plat is bed from 2026-05-01\n"
        "multiplier half\n  x 0.5 on input when tier is batch\n"
        "multiplier half2\n  x 0.25 on input when tier is batch and plat is standard or bed\n"
        "multiplier whole\n  x 3 on input when plat is bed before 2026-04-01\n  x 2 on input when plat is bed from 2026-04-01\n"
        "stack a, half, half2, whole\n"
    )
    texts = [(dead.kind, dead.text) for dead in pricelang.load(book).audit.dead]
    assert texts == [
        (
            "gap",
            "`a` says nothing from 2026-04-01 before 2026-05-01, of requests that it speaks of before and after",
        ),
        ("same", "`half2` holds for just the requests that `half` holds for"),
    ]
