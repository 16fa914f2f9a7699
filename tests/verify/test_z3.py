"""Every verdict on a claim again, by Z3: of the shipped book, and of many generated ones."""

from __future__ import annotations

from collections import Counter

import pytest
from attrs import evolve
from hypothesis import settings

from pricelang.check.book_files import Layer
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.model import book as m
from pricelang.verify.analysis import Analysis
from tests.verify import book_with_claims, by_request, decide_claims
from tests.verify.encoding import Encoding  # skips this file where Z3 is not installed

FALSE = """
claim cache_write_1h + cache_read costs less than 2 input
claim cache_read costs 0.1 input
claim cache_write_5m costs 1.25 input
claim output costs 5 input except for early_models
claim output costs 4 input for claude-opus-4-7
claim batch is x 0.5 on input
claim fast is x 6 on tokens
claim residency is x 1.1 on prompt for claude-opus-4-7
claim residency never meets batch
claim fast never meets residency from 2026-02-05
claim long_context never meets batch
claim every model prices cache_read
claim every price is above $0.000001
claim every price is above $0.0000001 when service_tier is standard
claim input costs at least output
claim every price is at most $0.02
claim every price is at most $247 per MTok
claim every price is at most $100 per MTok when speed is standard
claim input costs at most $5 per MTok for claude-opus-4-7 when speed is standard
claim input + cache_read costs at most $70 per MTok
"""


def with_claims(lines: str) -> m.Book:
    """The shipped book with other claims than its own."""
    (layer,) = read_layers("anthropic")
    files = [
        evolve(x, text=lines) if x.name.endswith("claims.price") else x
        for x in layer.files
        if "examples" not in x.name
    ]
    files[0] = evolve(
        files[0],
        text="\n".join(x for x in files[0].text.split("\n") if 'include "examples' not in x),
    )
    found = check_layers((Layer(tuple(files)),))
    assert found.book is not None, found.faults
    return found.book


def of_accounts(book: m.Book) -> bool:
    """Decides whether more usage of an account may cost less, which no single request tells."""
    return any(found.ladder is not None and found.ladder.all_units for found in book.dimensions)


def agree(book: m.Book, seen: Counter[tuple[str, bool]]) -> None:
    encoding = Encoding(book)
    for verdict in decide_claims(Analysis(book)):
        if verdict.claim.kind != "agrees" and not (
            verdict.claim.kind == "monotone" and (by_request(book) or of_accounts(book))
        ):
            assert encoding.holds(verdict.claim) == verdict.holds, (
                verdict.claim.text,
                verdict.why,
                str(verdict.witness),
            )
            seen[verdict.claim.kind, verdict.holds] += 1


@pytest.mark.campaign
def test_the_shipped_claims() -> None:
    """Z3 proves what the audit proves."""
    (layer,) = read_layers("anthropic")
    text = next(file.text for file in layer.files if file.name.endswith("claims.price"))
    seen: Counter[tuple[str, bool]] = Counter()
    agree(with_claims(text), seen)
    assert sum(seen.values()) >= 30
    assert {holds for _, holds in seen} == {True}


def test_false_claims_of_the_shipped_book() -> None:
    """Z3 finds a request where the audit finds one."""
    seen: Counter[tuple[str, bool]] = Counter()
    agree(with_claims(FALSE), seen)
    assert {holds for _, holds in seen} == {False}


@pytest.mark.campaign
def test_generated_books() -> None:
    """The same verdict on each claim of many books."""
    seen: Counter[tuple[str, bool]] = Counter()
    books = 0
    for seed in range(240 * max(1, settings().max_examples // 100)):
        made = book_with_claims(seed, claims=6)
        if made is not None:
            agree(made[1], seen)
            books += 1
    assert books >= 100
    assert min(seen[kind, holds] for kind in KINDS for holds in (True, False)) >= 5, seen


KINDS = ("costs", "is", "nevermeets", "commute", "prices", "above", "at_most", "monotone")
