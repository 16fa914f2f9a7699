"""Bills as cost rows of FOCUS 1.2 (the FinOps Open Cost and Usage Specification):
one row a line item, amounts exact.

A cost is what the row's unit price and quantity give, digit by digit: `ListCost` is `ListUnitPrice`
times `PricingQuantity`. A contract's own prices are the contracted ones; list prices are those of
the book that it extends.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.units import plural
from pricelang.present.decimals import exact, plain, to_decimal
from pricelang.usage.io.csv_lines import CsvWriter
from pricelang.usage.io.offline import open_duckdb
from pricelang.usage.io.targets import is_stream
from pricelang.usage.io.writing import Drafts, scratch, text_file

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "SubAccountId",
    "Tags",
    "x_InferenceGeo",
    "x_Location",
    "x_Model",
    "x_Record",
    "x_ServiceTier",
)
"""The columns of a file, in their order; those with `x_` are pricelang's own."""

DECIMALS = tuple(name for name in COLUMNS if name.endswith(("Cost", "UnitPrice", "Quantity")))
MILLION = 1_000_000
TOKEN_TYPES = {
    "input": "uncached_input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "cache_write_1h": "cache_creation.ephemeral_1h_input_tokens",
}

PLATFORMS = {
    "api": ("Claude API", "Anthropic", "Anthropic"),
    "aws": ("Claude Platform on AWS", "Anthropic", "AWS"),
    "bedrock": ("Amazon Bedrock", "AWS", "AWS"),
    "vertex": ("Vertex AI", "Google Cloud", "Google Cloud"),
    "foundry": ("Microsoft Foundry", "Microsoft", "Microsoft"),
}
"""The service, its provider and who issues the invoice,
by the `platform` of the book of Claude prices.
"""

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
) -> Iterator[Row]:
    """The rows of a bill, which add up to its total exactly.

    `kinds` says of each part whether it is `single` or a `sum`; `below` is the list that a contract
    extends, None for a list. Raises `PriceError` for a bill that has only bounds, and for a line
    that has no list price.
    """
    if bill.bounds is not None:
        raise BadRequest(
            "range",
            "the record has no single amount: it adds up requests on either side of a threshold",
        )
    running = Fraction(0)
    for number, part in enumerate(bill.parts):
        kind = kinds[number] if number < len(kinds) else "single"
        lists = _list_part(below, part, kind) if below is not None else part
        rows = [
            (amount.amount, _row(book, part, lists, amount, account, record))
            for amount in part.amounts
        ]
        rest = part.total - sum((amount for amount, _ in rows), Fraction(0))
        if rest:
            rows.append((rest, _adjustment(book, part, rest, "total rounded", "", account, record)))
        for cost, row in rows:
            # Of amounts without a finite decimal each row is what the sum so far grows by,
            # so that all of them add up.
            billed = plain(
                to_decimal(Fraction(to_decimal(running + cost)) - Fraction(to_decimal(running)))
            )
            running += cost
            yield row | {"BilledCost": billed, "EffectiveCost": billed}


def _list_part(below: PriceBook, part: Priced, kind: str) -> Priced:
    """The same request by the list.
    Raises `PriceError` where the list has no price for it, or not one.
    """
    model, at = part.cell.model.name, datetime.datetime.fromtimestamp(part.at, datetime.UTC)
    try:
        if kind == "single":
            return below.rates.request(
                model, at, dict(part.usage), dict(part.dimensions), held=False
            )  # it was, by its own book
        found = below.rates.bounds(model, at, dict(part.usage), dict(part.dimensions), {})
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


def _row(
    book: PriceBook,
    part: Priced,
    lists: Priced,
    amount: Amount,
    account: BillingAccount,
    record: str,
) -> Row:
    rate = amount.rate
    if rate is None:
        step = amount.step
        assert step is not None
        return _adjustment(book, part, amount.amount, step.rule, step.origin.place, account, record)
    listed = lists.cell.rates[rate.meter.name]
    if not isinstance(listed, Rate):
        raise listed
    size, unit = _pricing_unit(rate)
    quantity = to_decimal(Fraction(amount.billed) / size)
    contracted = to_decimal(rate.unit_price * size * _conversion(part))
    listed_price = to_decimal(listed.unit_price * size * _list_conversion(lists, part))
    meter = TOKEN_TYPES.get(rate.meter.name, rate.meter.name)
    model = part.cell.model.name
    values = dict(part.dimensions)
    steps = [step.rule for step in rate.steps if step.kind == "factor"]
    words = f"{model} usage, {rate.meter.name.replace('_', ' ')}" + (
        f" ({', '.join(steps)})" if steps else ""
    )
    sku = f"{model}/{meter}"
    others = [
        value for name, value in values.items() if name not in ("service_tier", "inference_geo")
    ]
    if rate.meter.unit == "token":
        others = [
            values.get("service_tier", "standard"),
            values.get("inference_geo", "global"),
            *others,
        ]
    return {
        **_common(book, part, account, record),
        **_cost(amount.amount, _product(contracted, quantity), _product(listed_price, quantity)),
        "ChargeCategory": "Usage",
        "ChargeDescription": words + (f": {rate.free}" if rate.free else ""),
        "ConsumedQuantity": plain(to_decimal(Fraction(sum(amount.uses)))),
        "ConsumedUnit": _consumed_unit(rate),
        "ContractedUnitPrice": plain(contracted),
        "ListUnitPrice": plain(listed_price),
        "PricingCategory": "Standard",
        "PricingQuantity": plain(quantity),
        "PricingUnit": unit,
        "SkuId": sku,
        "SkuMeter": meter,
        "SkuPriceId": "/".join([sku, *others]),
        "x_Location": rate.origin.place,
    }


def _adjustment(
    book: PriceBook,
    part: Priced,
    amount: Fraction,
    rule: str,
    place: str,
    account: BillingAccount,
    record: str,
) -> Row:
    """A row for an amount that no quantity has:
    an addition once a request, a floor, a cap, or a rounding.
    """
    cost = to_decimal(amount)
    return {
        **_common(book, part, account, record),
        **_cost(amount, cost, cost),
        "ChargeCategory": "Adjustment",
        "ChargeDescription": f"{part.cell.model.name}, {rule}",
        "x_Location": place,
    }


def _common(book: PriceBook, part: Priced, account: BillingAccount, record: str) -> Row:
    """What all rows of a request share: its day and month, the account, and who sells it."""
    day = datetime.datetime.fromtimestamp(part.at, datetime.UTC).replace(hour=0, minute=0, second=0)
    month = day.replace(day=1)
    values = dict(part.dimensions)
    names = {book.name, *book.checked.bases}
    title = (book.title, book.title, book.title)
    service, provider, issuer = (
        PLATFORMS.get(values.get("platform", "api"), title) if "anthropic" in names else title
    )
    return dict.fromkeys(COLUMNS, "") | {
        "BillingAccountId": account.id,
        "BillingAccountName": account.name or "",
        "BillingCurrency": part.currency,
        "BillingPeriodStart": _instant(month),
        "BillingPeriodEnd": _instant((month + datetime.timedelta(days=32)).replace(day=1)),
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _instant(day),
        "ChargePeriodEnd": _instant(day + datetime.timedelta(days=1)),
        "InvoiceIssuerName": issuer,
        "ProviderName": provider,
        "PublisherName": "Anthropic" if "anthropic" in names else book.title,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": service,
        "ServiceSubcategory": "Generative AI",
        "SubAccountId": account.sub_account or "",
        "Tags": account.tags or "",
        "x_InferenceGeo": values.get("inference_geo", "global"),
        "x_Model": part.cell.model.name,
        "x_Record": record,
        "x_ServiceTier": values.get("service_tier", "standard"),
    }


def _cost(amount: Fraction, contracted: Decimal, listed: Decimal) -> Row:
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


def _consumed_unit(rate: Rate) -> str:
    return plural(rate.meter.unit).capitalize()


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


# ---- files ---------------------------------------------------------------------------------------


def write_focus(rows: Iterable[Mapping[str, str]], path: str) -> int:
    """Writes rows to a CSV file, or to Parquet (the extra `duckdb`) where the name ends so;
    returns how many there are.

    The file is there whole or not at all; a device or a pipe is written through, as CSV.
    Raises `BadRequest` for another ending, and `OSError`.
    """
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".csv", ".parquet"):
        if not is_stream(path):
            raise BadRequest(
                "unknown_ending",
                "FOCUS rows go to a file that ends with .csv or .parquet",
                help="such as `--focus costs.csv`",
            )
        ending = ".csv"
    if ending == ".parquet":
        return _write_parquet(rows, path)
    with text_file(path) as stream:
        return _write_rows(rows, CsvWriter(stream))[0]


def _write_rows(rows: Iterable[Mapping[str, str]], writer: CsvWriter) -> tuple[int, int]:
    """Writes the rows and their header;
    returns how many there are, and the most decimals of a number.
    """
    writer.row(COLUMNS)
    places = count = 0
    for row in rows:
        writer.row([row[name] for name in COLUMNS])
        count += 1
        places = max([places, *(len(row[name].partition(".")[2]) for name in DECIMALS)])
    return count, places


def _write_parquet(rows: Iterable[Mapping[str, str]], path: str) -> int:
    with Drafts() as drafts, scratch() as folder:
        made = os.path.join(folder, "rows.csv")
        with open(made, "w", encoding="utf-8", newline="") as stream:
            count, places = _write_rows(rows, CsvWriter(stream, for_spreadsheets=False))
        _parquet(made, drafts.of(path), places)
        drafts.place()
        return count


def _parquet(source: str, target: str, places: int) -> None:
    """The rows of a CSV file as Parquet, with decimals of as many places as there are.
    Raises `BadRequest`.
    """
    try:
        import duckdb
    except ImportError:
        raise BadRequest(
            "missing_extra",
            "Parquet needs the extra `duckdb`",
            help="install `pricelang[duckdb]`, or write a .csv file",
        ) from None
    columns = dict.fromkeys(COLUMNS, "VARCHAR") | {
        name: f"DECIMAL(38, {min(places, 38)})" for name in DECIMALS
    }
    columns |= {
        name: "TIMESTAMPTZ" for name in COLUMNS if name.endswith(("PeriodStart", "PeriodEnd"))
    }
    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    try:
        with open_duckdb() as connection:
            connection.execute("set timezone = 'UTC'")
            quoted = source.replace("'", "''"), target.replace("'", "''")
            connection.execute(
                f"copy (select * from read_csv('{quoted[0]}', header = true, delim = ',', "
                "quote = '\"', escape = '\"', "
                f"nullstr = '', auto_detect = false, columns = {{{typed}}})) to "
                f"'{quoted[1]}' (format parquet)"
            )
    except duckdb.Error as error:
        raise BadRequest(
            "engine",
            f"the rows cannot be Parquet: {str(error).strip().splitlines()[0]}",
            help="write a .csv file: its numbers have any size",
        ) from None
