"""What a source says beside what the book says: every difference, and nothing twice."""

from __future__ import annotations

import datetime
from fractions import Fraction

from attrs import define, field

from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.known_ids import AskedModel, Key, Known, Row, key_of, said_of_id
from pricelang.apps.drift.lacking import lacking
from pricelang.apps.drift.probe import Probe
from pricelang.apps.drift.source_data import SourceData, SourceDate, SourcePrice
from pricelang.apps.drift.usual_amounts import UsualAmounts
from pricelang.apps.drift.written_prices import price_in
from pricelang.apps.price_book import PriceBook
from pricelang.apps.price_page.page import CHARGES
from pricelang.apps.price_page.price_page import price_page
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.present.decimals import money
from pricelang.usage.platforms import named


@define
class SourceComparison:
    """The differences of a source, how many of its prices were asked for,
    and what was not compared by its reason.
    """

    source: str
    differences: list[Difference] = field(factory=list)
    prices: int = 0
    ids: int = 0
    passed_over: dict[str, int] = field(factory=dict)


def compared(book: PriceBook, data: SourceData, at: str) -> SourceComparison:
    """Asks the book for all that a source says, on the day `at` and on each day of the source."""
    return _Comparing(book, data, at).all()


class _Comparing:
    def __init__(self, book: PriceBook, data: SourceData, at: str) -> None:
        self.book, self.data, self.at = book, data, at
        self.probe, self.amounts = Probe(book, at), UsualAmounts.of(book)
        self.found = SourceComparison(data.name)
        self.passed = data.passed_over.copy()

    def all(self) -> SourceComparison:
        known = self._ids()
        self.found.ids = len(known)
        self._offered(known)
        self._prices(known)
        self._charges()
        for date in self.data.dates:
            if key_of(date) in known:
                self._date(known[key_of(date)].model, date)
        self.found.differences += lacking(self.probe, self.amounts, self.data, known)
        self.found.passed_over = dict(self.passed)
        return self.found

    # ---- ids ----

    def _ids(self) -> dict[Key, AskedModel]:
        """The ids that the book knows; the others are differences, but for sellers whose prices are
        known to be their own.
        """
        known: dict[Key, AskedModel] = {}
        rows: dict[Key, Row] = {}
        every: list[Row] = [*self.data.names, *self.data.prices, *self.data.dates]
        for row in every:
            rows.setdefault(key_of(row), row)
        for key, row in rows.items():
            seller = named(row.id).seller
            if seller:
                self.passed[f"{seller} sells at prices of its own"] += 1
                continue
            try:
                known[key] = AskedModel(*self.probe.request(row.id, said_of_id(row)))
            except PriceError as error:
                self._unpriced(row, "", error)
        return known

    def _unpriced(self, row: Row, model: str, error: PriceError) -> None:
        said = said_of_id(row)
        self.found.differences.append(
            Difference(
                "model", self.data.name, row.id, model, "", "named", error.message, row.place, said
            )
        )

    def _offered(self, known: Known) -> None:
        """Says of ids that a source names without a price whether the book offers them there."""
        priced = {key_of(price) for price in self.data.prices}
        for name in self.data.names:
            asked = known.get(key_of(name))
            if asked is None or key_of(name) in priced:
                continue
            try:
                self.probe.exists(asked.model, asked.dimensions, self.at)
            except PriceError as error:
                self._unpriced(name, asked.model.name, error)

    # ---- prices ----

    def _prices(self, known: Known) -> None:
        steps: dict[tuple[object, ...], list[SourcePrice]] = {}
        for price in self.data.prices:
            if key_of(price) in known:
                key = (price.id, price.place, price.meter, price.above, *sorted(price.said.items()))
                steps.setdefault(key, []).append(price)
        for held in steps.values():
            held.sort(key=lambda price: price.start)
            self.found.prices += len(held)
            self._held(known[key_of(held[0])], held)

    def _held(self, asked: AskedModel, held: list[SourcePrice]) -> None:
        """The prices of one meter under one id, in the order of their days."""
        now = [price for price in held if price.start <= self.at]
        if now and not self._price(asked, now[-1], self.at):
            return  # the history of what is wrong today says no more
        for number, price in enumerate(held):
            if price.start > self.at:
                self._price(asked, price, price.start, dated=True)
            elif number and price.start:
                self._price(asked, held[number - 1], _day_before(price.start), dated=True)
                self._price(asked, price, price.start, dated=True)

    def _price(self, asked: AskedModel, price: SourcePrice, at: str, dated: bool = False) -> bool:
        """Compares a price on a day; says whether it is the book's."""
        model = asked.model
        if dated and at < written(model.released):
            return True  # before there was such a model
        ours, amount = self._ours(price, at)
        if amount == price.amount:
            return True
        self.found.differences.append(
            Difference(
                "date" if dated else "price",
                self.data.name,
                price.id,
                model.name,
                price.meter,
                self.amounts.words(price.amount, price.meter),
                ours,
                price.place,
                price.said,
                price.above,
                at if dated else "",
                self.amounts.amount(price.amount, price.meter),
                self.amounts.amount(amount, price.meter) if amount is not None else None,
            )
        )
        return False

    def _ours(self, price: SourcePrice, at: str) -> tuple[str, Fraction | None]:
        try:
            model, dimensions = self.probe.request(price.id, price.said)
            amount = self.probe.price(model, dimensions, price.meter, price.above, at)
        except PriceError as error:
            return error.message, None
        return self.amounts.words(amount, price.meter), amount

    def _charges(self) -> None:
        """The charges of a page beside those of the book's own page of that day."""
        page = price_page(self.book.checked, self.at, [CHARGES]) if self.data.charges else None
        own = {each.title: each.price for each in page.charges} if page else {}
        for charge in self.data.charges:
            price = own.get(charge.title)
            unit = price and f"{money(price.amount, price.currency)} per {price.per}"
            ours = unit if unit else "free" if charge.title in own else "no such charge"
            self.found.prices += 1
            currency = self.book.checked.currency
            one, other = (price_in(text, currency) or text for text in (ours, charge.price))
            if one != other:
                self.found.differences.append(
                    Difference(
                        "price",
                        self.data.name,
                        charge.title,
                        "",
                        "charge",
                        charge.price,
                        ours,
                        charge.place,
                    )
                )

    # ---- dates ----

    def _date(self, model: m.Model, date: SourceDate) -> None:
        """The day of a model on the platform of the book; other platforms have days of their
        own.
        """
        platform = next(
            (each for each in self.book.checked.dimensions if each.name == "platform"), None
        )
        of_id = self.probe.ids.meaning(date.id, date.said.get("platform")).dimensions
        place = of_id.get("platform", date.said.get("platform"))
        if platform and place and place != platform.values[platform.default].name:
            self.passed["a day of another platform than the book's"] += 1
            return
        own: int | None = getattr(model, date.kind)
        ours = written(own) if own is not None else "no day"
        if ours != date.day:
            self.found.differences.append(
                Difference(
                    "date",
                    self.data.name,
                    date.id,
                    model.name,
                    date.kind,
                    date.day,
                    ours,
                    date.place,
                )
            )


def _day_before(day: str) -> str:
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()
