"""Bills as cost rows of FOCUS 1.2 (the FinOps Open Cost and Usage Specification):
one row a line item, amounts exact.

A cost is what the row's unit price and quantity give, digit by digit: `ListCost` is `ListUnitPrice`
times `PricingQuantity`. A contract's own prices are the contracted ones; list prices are those of
the book that it extends.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.exports.focus_columns import COLUMNS, PLATFORMS, TOKEN_TYPES
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.units import plural
from pricelang.present.decimals import exact, plain, to_decimal

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook


MILLION = 1_000_000


_WIDE = Context(prec=200)


@frozen
class BillingAccount:
    """The billing account of the rows;
    its name, and the sub-account (a workspace, a project) if there is one.
    """

    id: str
    name: str | None = None
    sub_account: str | None = None
    tags: str | None = None


Row = dict[str, str]


def rows_of(
    book: PriceBook,
    bill: Bill,
    account: BillingAccount,
    record: str = "",
    kinds: tuple[str, ...] = (),
    below: PriceBook | None = None,
    inside: Callable[[Priced], bool] | None = None,
) -> Iterator[Row]:
    """The rows of a bill, which add up to its total exactly.

    `kinds` says of each part whether it is `single` or a `sum`; `below` is the list that a contract
    extends, None for a list; requests that are not `inside` have no rows. Raises `PriceError` for a
    bill that has only bounds, and for a line that has no list price.
    """
    if bill.bounds is not None:
        raise BadRequest(
            "range",
            "the record has no single amount: it adds up requests on either side of a threshold",
        )
    running = Fraction(0)
    for number, part in enumerate(bill.parts):
        if inside is not None and not inside(part):
            continue
        kind = kinds[number] if number < len(kinds) else "single"
        lists = _list_part(below, part, kind) if below is not None else part
        billed = _Billed(book, part, lists, account, record)
        rows = [(amount.amount, _row(billed, amount)) for amount in part.amounts]
        rest = part.total - sum((amount for amount, _ in rows), Fraction(0))
        if rest:
            rows.append((rest, _adjustment(billed, rest, "total rounded", "")))
        for cost, row in rows:
            # Of amounts without a finite decimal each row is what the sum so far grows by,
            # so that all of them add up.
            grown = Fraction(to_decimal(running + cost)) - Fraction(to_decimal(running))
            running += cost
            yield row | dict.fromkeys(("BilledCost", "EffectiveCost"), plain(to_decimal(grown)))


def _list_part(below: PriceBook, part: Priced, kind: str) -> Priced:
    """The same request by the list.
    Raises `PriceError` where the list has no price for it, or not one.
    """
    model, at = part.cell.model.name, datetime.datetime.fromtimestamp(part.at, datetime.UTC)
    # What the clock sets in the contract alone is no word of the list.
    own = {x.name for x in part.book.dimensions if x.clocked}
    own -= {one.name for one in below.checked.dimensions}
    said = {name: value for name, value in part.dimensions if name not in own}
    try:
        if kind == "single":  # it was within limits, by its own book
            return below.rates.request(model, at, dict(part.usage), said, held=False)
        found = below.rates.bounds(model, at, dict(part.usage), said, {})
    except PriceError as error:
        raise BadRequest(
            "no_list_price",
            f"the list has no price for this request: {error}",
            help="the list price of FOCUS is that of the book below the contract",
        ) from None
    if len({priced.total for priced in found}) > 1:
        raise BadRequest(
            "no_list_price", "the list has no single price for this record, which adds up requests"
        )
    return found[0]


@frozen
class _Billed:
    """A request on a bill: its book, its prices and those of the list, the account and where the
    record stands.
    """

    book: PriceBook
    part: Priced
    lists: Priced
    account: BillingAccount
    record: str


def _row(billed: _Billed, amount: Amount) -> Row:
    rate, step = amount.rate, amount.step
    if rate is None:
        assert step is not None
        return _adjustment(billed, amount.amount, step.rule, step.origin.place)
    listed = billed.lists.cell.rates[rate.meter.name]
    if not isinstance(listed, Rate):
        raise listed
    size, unit = _pricing_unit(rate)
    quantity = to_decimal(Fraction(amount.billed) / size)
    contracted = to_decimal(rate.unit_price * size * _conversion(billed.part))
    conversion = _list_conversion(billed.lists, billed.part)
    list_price = to_decimal(listed.unit_price * size * conversion)
    return {
        **_common(billed),
        **cost_cells(amount.amount, _product(contracted, quantity), _product(list_price, quantity)),
        **_sku(billed.part, rate),
        "ChargeCategory": "Usage",
        "ChargeDescription": _description(billed.part, rate),
        "ConsumedQuantity": plain(to_decimal(Fraction(sum(amount.uses)))),
        "ConsumedUnit": plural(rate.meter.unit).capitalize(),
        "ContractedUnitPrice": plain(contracted),
        "ListUnitPrice": plain(list_price),
        "PricingCategory": "Standard",
        "PricingQuantity": plain(quantity),
        "PricingUnit": unit,
        "x_Location": rate.origin.place,
    }


def _sku(part: Priced, rate: Rate) -> Row:
    """What is sold: a meter of a model, and its price by tier, residency and what else is said."""
    meter = TOKEN_TYPES.get(rate.meter.name, rate.meter.name)
    sku, values = f"{part.cell.model.name}/{meter}", dict(part.dimensions)
    others = [
        value for name, value in values.items() if name not in ("service_tier", "inference_geo")
    ]
    if rate.meter.unit == "token":
        tier, geo = values.get("service_tier", "standard"), values.get("inference_geo", "global")
        others = [tier, geo, *others]
    return {"SkuId": sku, "SkuMeter": meter, "SkuPriceId": "/".join([sku, *others])}


def _description(part: Priced, rate: Rate) -> str:
    steps = [step.rule for step in rate.steps if step.kind == "factor"]
    words = f"{part.cell.model.name} usage, {rate.meter.name.replace('_', ' ')}"
    return (
        words
        + (f" ({', '.join(steps)})" if steps else "")
        + (f": {rate.free}" if rate.free else "")
    )


def _adjustment(billed: _Billed, amount: Fraction, rule: str, place: str) -> Row:
    """A row for an amount that no quantity has:
    an addition once a request, a floor, a cap, or a rounding.
    """
    cost = to_decimal(amount)
    return {
        **_common(billed),
        **cost_cells(amount, cost, cost),
        "ChargeCategory": "Adjustment",
        "ChargeDescription": f"{billed.part.cell.model.name}, {rule}",
        "x_Location": place,
    }


def _common(billed: _Billed) -> Row:
    """What all rows of a request share: its day and month, the account, and who sells it."""
    part, account = billed.part, billed.account
    day = datetime.datetime.fromtimestamp(part.at, datetime.UTC).replace(hour=0, minute=0, second=0)
    values = dict(part.dimensions)
    return {
        **cells_of_account(billed.book, account, values.get("platform", "api"), part.currency),
        **periods(day, day + datetime.timedelta(days=1), day),
        "SubAccountId": account.sub_account or "",
        "Tags": account.tags or "",
        "x_InferenceGeo": values.get("inference_geo", "global"),
        "x_Model": part.cell.model.name,
        "x_Record": billed.record,
        "x_ServiceTier": values.get("service_tier", "standard"),
    }


def cells_of_account(book: PriceBook, account: BillingAccount, platform: str, currency: str) -> Row:
    """What all rows of an account share: whose they are, and who sells."""
    return dict.fromkeys(COLUMNS, "") | {
        **_sellers(book, platform),
        "BillingAccountId": account.id,
        "BillingAccountName": account.name or "",
        "BillingCurrency": currency,
        "ChargeFrequency": "Usage-Based",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
    }


def periods(start: datetime.datetime, end: datetime.datetime, billed: datetime.datetime) -> Row:
    """The charge period, and the month of a day as the billing period."""
    month = billed.replace(day=1)
    return {
        "BillingPeriodStart": _instant(month),
        "BillingPeriodEnd": _instant((month + datetime.timedelta(days=32)).replace(day=1)),
        "ChargePeriodStart": _instant(start),
        "ChargePeriodEnd": _instant(end),
    }


def _sellers(book: PriceBook, platform: str) -> Row:
    """The service, and who provides, publishes and invoices it."""
    ours = "anthropic" in {book.name, *book.checked.bases}
    title = (book.title, book.title, book.title)
    service, provider, issuer = PLATFORMS.get(platform, title) if ours else title
    return {
        "InvoiceIssuerName": issuer,
        "ProviderName": provider,
        "PublisherName": "Anthropic" if ours else book.title,
        "ServiceName": service,
    }


def cost_cells(amount: Fraction, contracted: Decimal, listed: Decimal) -> Row:
    """The four costs of a row."""
    billed = plain(to_decimal(amount))
    return {
        "BilledCost": billed,
        "EffectiveCost": billed,
        "ContractedCost": plain(contracted),
        "ListCost": plain(listed),
    }


def _product(price: Decimal, quantity: Decimal) -> Decimal:
    return (
        to_decimal(Fraction(price) * Fraction(quantity))
        if exact(Fraction(price) * Fraction(quantity)) is not None
        else _WIDE.multiply(price, quantity)
    )


def _pricing_unit(rate: Rate) -> tuple[Fraction, str]:
    """How many of the meter's unit one of the pricing unit is, and its name."""
    if rate.meter.unit == "token":
        return Fraction(MILLION), f"{MILLION} Tokens"
    name = plural(rate.meter.unit).capitalize()
    return (
        (rate.size, f"{int(rate.size)} {name}")
        if rate.size > 1 and rate.size.denominator == 1
        else (Fraction(1), name)
    )


def _conversion(part: Priced) -> Fraction:
    return part.cell.conversion.rate if part.cell.conversion is not None else Fraction(1)


def _list_conversion(lists: Priced, part: Priced) -> Fraction:
    """The factor that brings a list price into the currency of the bill.
    Raises `BadRequest` where there is none.
    """
    if lists.currency == part.currency:
        return _conversion(lists)
    if lists.cell.conversion is None and lists.book.currency == part.book.currency:
        return _conversion(part)
    raise BadRequest(
        "no_list_price", f"the list is in {lists.currency} and the bill in {part.currency}"
    )


def _instant(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
