"""The order in which tables show the meters of a book."""

from __future__ import annotations

from collections.abc import Container

from pricelang.model.book import Book


def columns_of(book: Book, meters: Container[str]) -> list[str]:
    """Some meters as the book's tables of rates have their columns,
    then what is charged by itself.
    """
    order = dict.fromkeys([*(price.meter for price in book.prices), *range(len(book.meters))])
    return [book.meters[index].name for index in order if book.meters[index].name in meters]
