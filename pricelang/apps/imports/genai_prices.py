"""genai-prices' data as a book:
its JSON or YAML, or the objects of the installed package, every provider and figure.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, evolve, field, frozen

from pricelang.apps.imports import book_text as b
from pricelang.apps.imports.clocks import HOURS, DayClock, day_of, minutes_of
from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    NAMELESS,
    NO_PROMPT,
    Axis,
    Band,
    Condition,
    Drafted,
    DraftModel,
    DraftPrice,
    Imported,
    ImportFault,
    Measure,
    Unsaid,
    amount_of,
    book_name,
)
from pricelang.apps.imports.settling import Odd, settled
from pricelang.present.text import shown
from pricelang.syntax import tree as t

ADDRESS = "https://github.com/pydantic/genai-prices/tree/main/prices/providers"
REQUESTS = "requests"
STANDARD = "standard"
_KINDS: tuple[tuple[str, str, str, int, str], ...] = (
    # suffix of the price key, of the meter, its unit, what a price is written for
    ("_mtok", "", "tokens", 1_000_000, "MTok"),
    ("_mchars", "_characters", "characters", 1_000_000, "Mchar"),
    ("_gpixels", "_pixels", "pixels", 1_000_000_000, "Gpixel"),
    ("_hours", "_time", "seconds", 3_600, "hour"),
    ("_kpages", "_pages", "pages", 1_000, ""),
    ("_kcount", "", "", 1_000, ""),
)

Context = tuple[tuple[str, str], ...]
Tiers = list[tuple[int, Fraction]]
"""A price by the length of the prompt that it is above; the first is above 0."""


def measure_of(key: str) -> Measure | None:
    """The meter that a price key speaks of, or None.

    >>> measure_of("cache_read_mtok")
    Measure(name='cache_read', unit='tokens', size=1000000, per='MTok')
    """
    for suffix, tail, unit, size, per in _KINDS:
        if key.endswith(suffix) and re.fullmatch("[a-z0-9_]+", key):
            name = key.removesuffix(suffix) + tail
            return Measure(name, unit or name, size, per)
    return None


def price_key_of(meter: str, unit: str) -> str:
    """The price key of a meter, the other way round."""
    for suffix, tail, known, _, _ in _KINDS:
        if known == unit and meter.endswith(tail):
            return meter.removesuffix(tail) + suffix
    return meter + "_kcount"


@frozen
class _When:
    """When a set of prices holds:
    from a day, or within hours (minutes of the UTC day), or always.
    """

    start: str = FIRST_DAY
    hours: tuple[int, int] | None = None


@frozen
class _Set:
    """Prices by meter, when they hold and for which
    context they are (none for the ordinary ones).
    """

    prices: Mapping[str, Tiers]
    when: _When = _When()
    context: Context = ()


@define
class _Work:
    """What is gathered on the way through the providers."""

    imported: Imported = field(factory=lambda: Imported({}, []))
    measures: dict[str, Measure] = field(factory=dict)
    models: list[DraftModel] = field(factory=list)
    known: set[str] = field(factory=set)
    prices: list[DraftPrice] = field(factory=list)
    aliases: dict[str, str] = field(factory=dict)
    values: dict[str, dict[str, list[str]]] = field(factory=dict)
    day: DayClock | None = None

    def unsaid(self, model: str, name: str, value: object, reason: str) -> None:
        """A figure that the book does not have."""
        self.imported.listed.append(Unsaid(model, name, shown(value, 120), reason))


def imported(data: object, read: str) -> Imported:
    """The book of genai-prices' providers (a list of them,
    or one), as read from JSON or YAML with exact numbers.

    Raises `ImportFault` for what is no such data.
    """
    providers = [data] if isinstance(data, dict) and "models" in data else data
    if isinstance(providers, dict):
        providers = providers.get("providers")
    if not isinstance(providers, list) or not any(map(_has_models, providers)):
        raise ImportFault("genai-prices' data is a list of providers, each with its `models`")
    entries = [
        (str(provider.get("id", "unnamed")) if isinstance(provider, dict) else "unnamed", entry)
        for provider in providers
        for entry in (provider["models"] if _has_models(provider) else [None])
    ]
    return settled(lambda odd: _draft(entries, read, odd), len(entries))


def _has_models(provider: object) -> bool:
    return isinstance(provider, dict) and isinstance(provider.get("models"), list)


def _draft(entries: Sequence[tuple[str, Any]], read: str, odd: Odd) -> Imported:
    work = _Work()
    work.day = day_of(
        _turns(entry for number, (_, entry) in enumerate(entries) if number not in odd)
    )
    for number, (provider, entry) in enumerate(entries):
        work.imported.entries += 1
        if number in odd:
            work.unsaid(
                f"{provider}/{shown(entry.get('id') if isinstance(entry, dict) else None)}",
                "",
                "",
                odd[number],
            )
        else:
            _model(work, number, provider, entry)
    if not work.models:
        raise ImportFault("no model of this data has a price")
    work.imported.files = b.files_of(_drafted(work, read))
    return work.imported


def _turns(entries: Iterable[Any]) -> Iterator[int]:
    for entry in entries:
        try:
            prices = entry.get("prices")
            for row in [
                *(prices if isinstance(prices, list) else ()),
                *(entry.get("price_variants") or ()),
            ]:
                yield from _constraint(row).hours or ()
        except (AttributeError, TypeError, ValueError, ImportFault):
            continue  # the model is listed when it is read


def _constraint(row: Mapping[str, Any]) -> _When:
    """When the prices of a row hold. Raises `ImportFault` for a constraint of another kind."""
    said = row.get("constraint")
    if not said:
        return _When()
    if "start_date" in said:
        return _When(
            max(datetime.date.fromisoformat(str(said["start_date"])).isoformat(), FIRST_DAY)
        )
    if "start_time" in said and "end_time" in said:
        try:
            return _When(
                hours=(minutes_of(str(said["start_time"])), minutes_of(str(said["end_time"])))
            )
        except ValueError as error:
            raise ImportFault(str(error)) from None
    raise ImportFault(f"no constraint of a kind that is known: {shown(said)}")


# ---- one model -----------------------------------------------------------------------------------


def _model(work: _Work, number: int, provider: str, entry: Any) -> None:
    """One model: in the book, or listed."""
    name = entry.get("id") if isinstance(entry, dict) else None
    model = book_name(f"{provider}/{name}")
    if not isinstance(name, str) or model in work.known:
        return work.unsaid(
            f"{provider}/{shown(name)}",
            "",
            name,
            "a model without an id, or one whose name is another's too",
        )
    before = len(work.imported.listed), work.imported.figures, work.imported.said
    reason = "the source gives it no price"
    try:
        sets = list(_sets(work, model, entry))
        if not any(_of_prompt(work.measures[meter]) for s in sets for meter in s.prices):
            sets = [_without_tiers(work, model, s) for s in sets]
        if any(s.prices for s in sets):
            work.prices += _prices(work, model, sets)
            work.models.append(DraftModel(model, provider))
            work.known.add(model)
            work.imported.places[model] = number
            work.imported.models += 1
            for alias in _equals(entry.get("match") or {}):
                name = book_name(f"{provider}/{alias}")
                work.aliases.setdefault(name, model)
                work.imported.places.setdefault(name, number)
            return None
        if work.imported.figures > before[1]:
            reason = "the source gives it no price that can be said"
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        ArithmeticError,
        ImportFault,
    ) as error:
        reason = work.imported.broken[number] = (
            f"not in the form of the other models: {shown(error)}"
        )
    del work.imported.listed[before[0] :]
    work.imported.figures, work.imported.said = before[1:]
    return work.unsaid(model, "", "", reason)


def _sets(work: _Work, model: str, entry: Mapping[str, Any]) -> Iterator[_Set]:
    given = entry.get("prices")
    for row in given if isinstance(given, list) else [{"prices": given}] if given else []:
        yield _Set(_read(work, model, row.get("prices") or {}), _constraint(row))
    for row in entry.get("price_variants") or ():
        context = tuple(
            sorted(
                (book_name(str(key)), book_name(str(value))) for key, value in row["when"].items()
            )
        )
        yield _Set(_read(work, model, row.get("prices") or {}), _constraint(row), context)


def _of_prompt(measure: Measure) -> bool:
    return measure.unit == "tokens" and measure.name.startswith(("input", "cache"))


def _without_tiers(work: _Work, model: str, prices: _Set) -> _Set:
    """A set with no more than the first price of each meter; the others are listed."""
    for meter, tiers in prices.prices.items():
        for start, _ in tiers[1:]:
            work.imported.said -= 1
            work.unsaid(model, meter, f"above {start}", NO_PROMPT)
    return evolve(prices, prices={meter: tiers[:1] for meter, tiers in prices.prices.items()})


def _equals(match: Mapping[str, Any]) -> Iterator[str]:
    """The other names that are given whole; a language without prefixes leaves the rest out."""
    if isinstance(match.get("equals"), str):
        yield match["equals"]
    for clause in match.get("or") or ():
        if isinstance(clause, dict) and isinstance(clause.get("equals"), str):
            yield clause["equals"]


def _read(work: _Work, model: str, prices: Mapping[str, Any]) -> dict[str, Tiers]:
    """The prices of a set, per one of each meter's unit."""
    found: dict[str, Tiers] = {}
    for key, value in prices.items():
        if value is None:
            continue
        measure = measure_of(key)
        tiered = isinstance(value, dict)
        pairs = (
            [
                (0, value.get("base")),
                *((tier.get("start"), tier.get("price")) for tier in value.get("tiers") or ()),
            ]
            if tiered
            else [(0, value)]
        )
        work.imported.figures += len(pairs)
        try:
            if measure is None:
                raise ValueError("no meter of this kind is known")
            tiers = [(int(start), amount_of(price) / measure.size) for start, price in pairs]
        except (ValueError, TypeError) as error:
            for _, price in pairs:
                work.unsaid(model, key or NAMELESS, price, str(error))
            continue
        work.imported.said += len(pairs)
        work.measures.setdefault(measure.name, measure)
        found[measure.name] = sorted(tiers)
    return found


def _prices(work: _Work, model: str, sets: Sequence[_Set]) -> Iterator[DraftPrice]:
    """The prices of a model: for each context, stretch of the day and band of prompts,
    a row from each day they change.
    """
    contexts: list[Context] = [()]
    for s in sets:
        if s.context and s.prices and s.context not in contexts:
            contexts.append(s.context)
    keys = list(dict.fromkeys(key for context in contexts for key, _ in context))
    stretches: tuple[str, ...] = (
        tuple(work.day.stretches)
        if work.day is not None and any(s.when.hours for s in sets)
        else ("",)
    )
    limits = sorted(
        {start for s in sets for tiers in s.prices.values() for start, _ in tiers if start}
    )
    bands: list[Band] = [(low, high) for low, high in zip([0, *limits], [*limits, 0], strict=True)]
    days = sorted({FIRST_DAY, *(s.when.start for s in sets)})
    for context in contexts:
        for key, value in context:
            _offer(work, key, value, model)
        for stretch in stretches:
            when = _condition(work, context, keys, stretch)
            for band in bands:
                last: dict[str, Fraction] = {}
                for day in days:
                    held = _held(work, sets, context, day, stretch)
                    now = {meter: _above(tiers, band[0]) for meter, tiers in held.items()}
                    for meter in dict.fromkeys([*now, *last]):
                        amount = now.get(meter)
                        if amount != last.get(meter):
                            yield DraftPrice(model, meter, amount, when, band, day)
                    last = now


def _above(tiers: Tiers, length: int) -> Fraction:
    return [amount for start, amount in tiers if start <= length][-1]


def _held(
    work: _Work, sets: Sequence[_Set], context: Context, day: str, stretch: str
) -> Mapping[str, Tiers]:
    """What holds on a day in a stretch of it: the last ordinary set,
    and over it the first that each meter has in a context.
    """

    def active(s: _Set) -> bool:
        return s.when.start <= day and (
            s.when.hours is None
            or (work.day is not None and stretch in work.day.within([s.when.hours]))
        )

    ordinary = [s for s in sets if not s.context]
    standard = next(
        (s.prices for s in reversed(ordinary) if active(s)), ordinary[0].prices if ordinary else {}
    )
    if not context:
        return standard
    over: dict[str, Tiers] = {}
    special = [s for s in sets if s.context == context and active(s)]
    if not special:
        return {}
    for s in special:
        for meter, tiers in s.prices.items():
            over.setdefault(meter, tiers)
    return {**standard, **over}


def _condition(work: _Work, context: Context, keys: Sequence[str], stretch: str) -> Condition:
    given = dict(context)
    named: Condition = tuple((key, (given.get(key, default_of(key)),)) for key in keys)
    return (*named, (HOURS, (stretch,))) if stretch else named


def _offer(work: _Work, key: str, value: str, model: str) -> None:
    work.values.setdefault(key, {}).setdefault(value, []).append(model)


def default_of(key: str) -> str:
    """The value of a context's key for requests that do not have it."""
    return {"search_type": "web"}.get(key, STANDARD)


# ---- the whole -----------------------------------------------------------------------------------


def _drafted(work: _Work, read: str) -> Drafted:
    axes = [
        Axis(key, default_of(key), (default_of(key), *values), offered=values)
        for key, values in work.values.items()
    ]
    axes += [work.day.axis()] if work.day is not None and len(work.day.stretches) > 1 else []
    prompt = tuple(name for name, m in work.measures.items() if _of_prompt(m))
    fees = [price for price in work.prices if price.meter == REQUESTS]
    prices = [price for price in work.prices if price.meter != REQUESTS]
    extra: list[t.Statement] = [
        t.Alias(t.Name(alias), t.Name(model), endings=t.Endings(see=b.see()))
        for alias, model in work.aliases.items()
        if alias not in work.known
    ]
    if fees:
        fee = _fee(fees)
        extra += [fee, t.Stack((fee.name,), None)]
    return Drafted(
        "genai-prices",
        "genai-prices' data",
        ADDRESS,
        read,
        work.measures,
        prompt,
        axes,
        work.models,
        prices,
        extra,
    )


def _fee(fees: Sequence[DraftPrice]) -> t.Surcharge:
    """A price for each request is added to it, whatever it uses."""
    lines: dict[tuple[Fraction, Condition, Band, str, str], list[str]] = defaultdict(list)
    for fee in fees:
        later = [
            other.start
            for other in fees
            if (other.model, other.when, other.band) == (fee.model, fee.when, fee.band)
            and other.start > fee.start
        ]
        if fee.amount:
            lines[fee.amount, fee.when, fee.band, fee.start, min(later, default="")].append(
                fee.model
            )
    body = tuple(
        t.ModifierLine(
            False,
            t.Addition(b.money(amount), t.Per(None, t.Name("request")), ()),
            t.Endings(
                models=b.names(models),
                when=b.conditions(when, band),
                start=b.date(start) if start > FIRST_DAY else None,
                end=b.date(end) if end else None,
            ),
        )
        for (amount, when, band, start, end), models in lines.items()
    )
    return t.Surcharge(
        t.Name("request_fee"),
        t.Text("A price for each request"),
        (),
        body,
        endings=t.Endings(see=b.see()),
    )


def installed() -> list[dict[str, Any]]:
    """The data of the installed package, in the form of its JSON.
    Raises `ImportError` where it is not installed.
    """
    from genai_prices.data import providers

    return [
        {"id": provider.id, "models": [_raw_model(model) for model in provider.models]}
        for provider in providers
    ]


def _raw_model(model: Any) -> dict[str, Any]:
    rows = model.prices if isinstance(model.prices, list) else [model]
    return {
        "id": model.id,
        "match": _raw_match(model.match),
        "prices": [
            {
                "constraint": _raw_constraint(getattr(row, "constraint", None)),
                "prices": _raw_prices(row.prices),
            }
            for row in rows
        ],
        "price_variants": [
            {
                "when": v.when,
                "constraint": _raw_constraint(v.constraint),
                "prices": _raw_prices(v.prices),
            }
            for v in model.price_variants or ()
        ],
    }


def _raw_match(match: Any) -> dict[str, Any]:
    if hasattr(match, "equals"):
        return {"equals": match.equals}
    return {"or": [_raw_match(clause) for clause in match.or_]} if hasattr(match, "or_") else {}


def _raw_constraint(said: Any) -> dict[str, str] | None:
    if said is None:
        return None
    if hasattr(said, "start_date"):
        return {"start_date": said.start_date.isoformat()}
    return {"start_time": said.start_time.isoformat(), "end_time": said.end_time.isoformat()}


def _raw_prices(prices: Any) -> dict[str, Any]:
    return {
        key: {
            "base": value.base,
            "tiers": [{"start": tier.start, "price": tier.price} for tier in value.tiers],
        }
        if hasattr(value, "tiers")
        else value
        for key, value in vars(prices).items()
        if value is not None
    }
