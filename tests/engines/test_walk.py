"""The walk that works out equal combinations once finds
for each what the evaluator finds for it alone.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter

from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.rate_table.unit_prices import finite_price
from pricelang.evaluate.rate_table.walk import Walk
from tests.engines.usage import checked_texts
from tests.generators import books
from tests.oracle_requests import share


def prices(book: pricelang.Book, cell: Combination | None) -> tuple[object, ...] | None:
    return (
        None
        if cell is None
        else tuple(finite_price(cell, meter.name) for meter in book.checked.meters)
    )


def alone(book: pricelang.Book, point: tuple[int, ...]) -> Combination | None:
    try:
        return cell_at(book.checked, point)
    except pricelang.PriceError:
        return None


def test_equal_states_price_alike() -> None:
    seen: Counter[str] = Counter()

    @settings(share(0.4), phases=[Phase.explicit, Phase.generate])
    @given(books(), st.integers(0, 2**32))
    def check(texts: tuple[str, ...], seed: int) -> None:
        checked = checked_texts(texts).book
        if checked is None:
            return
        note("\n".join(texts))
        book, walk = pricelang.Book(checked), Walk(checked)
        sizes = [len(dimension.values) for dimension in checked.dimensions] + [
            len(total.limits) + 1 for total in checked.sums
        ]
        points = [
            (model, stretch, *rest)
            for model in range(len(checked.models))
            for stretch in range(1, len(checked.boundaries) + 1)
            if checked.boundaries[stretch - 1] >= checked.models[model].released
            for rest in itertools.product(*map(range, sizes))
        ]
        random.Random(seed).shuffle(points)
        for point in points[:300]:
            count = len(checked.dimensions)
            found = walk.cell(
                walk.start(point[:2]), point[:2], point[2 : 2 + count], point[2 + count :]
            )
            assert prices(book, found) == prices(book, alone(book, point)), point
            seen["priced" if found is not None else "not"] += 1

    check()
    assert min(seen.values()) > 100, seen
