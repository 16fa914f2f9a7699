"""Values that a row must name: on some platforms a price depends on what usage often leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pricelang.apps.price_book import PriceBook
from pricelang.usage.platform_names import LEAVES_UNSAID

PLATFORM = "platform"


def assumed(book: PriceBook, chosen: Sequence[str], fixed: Mapping[str, str]) -> dict[str, str]:
    """What every row is taken to have of the dimensions that are not `chosen` to have a column:
    the `fixed` value, or the default.
    """
    return {
        dimension.name: fixed.get(dimension.name, dimension.values[dimension.default].name)
        for dimension in book.checked.dimensions
        if dimension.name not in chosen and not dimension.clocked
    }


def default_sql(
    name: str,
    default: str,
    columns: Mapping[str, str],
    fixed: Mapping[str, str],
    text: Callable[[str], str],
) -> str | None:
    """What a dimension is where its column is empty, as SQL; None where it is always to be said.

    `columns` are the columns of dimensions that have one, `fixed` the values of others. On a
    platform that leaves the dimension unsaid it is NULL, and the row has no price, as a single
    request has none.
    """
    platforms: Sequence[str] = [
        platform for platform, names in LEAVES_UNSAID.items() if name in names
    ]
    if fixed.get(PLATFORM) in platforms:
        return None
    if not platforms or PLATFORM not in columns:
        return text(default)
    return (
        f"case when {columns[PLATFORM]} in ({', '.join(map(text, platforms))}) then null else "
        f"{text(default)} end"
    )
