"""LiteLLM's map as a whole, drafted: its dimensions, factors, searches and aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.imports import book_text as b
from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.drafts import Axis, Drafted, book_name
from pricelang.apps.imports.litellm_parts import MAX_RESULTS, SIZES
from pricelang.apps.imports.litellm_work import LitellmWork
from pricelang.syntax import tree as t

ADDRESS = "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json"


def drafted(work: LitellmWork) -> Drafted:
    """The price list of all entries."""
    axes = (
        [Axis(f.TIER, f.STANDARD, (f.STANDARD, *work.tiers), offered=work.tiers)]
        if work.tiers
        else []
    )
    if work.values[f.SEARCH]:
        axes.append(Axis(f.SEARCH, "medium", SIZES))  # LiteLLM's default too
    for name in (f.SIZE, f.RESOLUTION, MAX_RESULTS):
        if work.values[name]:
            axes.append(
                Axis(
                    name, f.UNSAID_VALUE, tuple(dict.fromkeys([f.UNSAID_VALUE, *work.values[name]]))
                )
            )
    asked: dict[str, list[str]] = defaultdict(list)
    for dimension, value, _ in work.uplifts:
        asked[dimension].append(value)
    axes += [Axis(name, f.STANDARD, (f.STANDARD, *values)) for name, values in asked.items()]
    axes += [work.day.axis()] if work.day is not None and len(work.day.stretches) > 1 else []
    return Drafted(
        "litellm",
        "LiteLLM's price map",
        ADDRESS,
        work.read,
        work.measures,
        f.PROMPT,
        axes,
        work.models,
        work.prices,
        list(_extra(work)),
        {
            "web_searches": list(
                dict.fromkeys(model for models in work.searches.values() for model in models)
            )
        },
        f.COUNTS,
    )


def _extra(work: LitellmWork) -> Iterator[t.Statement]:
    for name, target in work.aliases.items():
        yield t.Alias(
            t.Name(book_name(name)), t.Name(book_name(target)), endings=t.Endings(see=b.see())
        )
    by_endpoint, stack = work.uplifts.get(f.UPLIFTS[f.OF_ENDPOINTS]), []
    if by_endpoint and work.at_one_price:
        by_endpoint.setdefault(Fraction(1), []).extend(work.at_one_price)
    for (dimension, value, title), factors in work.uplifts.items():
        name = f"{dimension}_{value}"
        stack.append(name)
        yield b.multiplier(
            name, title, ((dimension, (value,)),), factors, "the source gives no price for it"
        )
    if len(stack) > 1:
        yield t.Stack(b.names(stack), None)
    if work.searches:
        yield t.Charge(
            t.Name("web_searches"),
            t.Text("Web searches"),
            tuple(_charge_lines(work)),
            endings=t.Endings(see=b.see()),
        )


def _charge_lines(work: LitellmWork) -> Iterator[t.ChargeLine]:
    per = t.Per(b.number(1_000), t.Name("web_searches"))
    for (when, amount), models in work.searches.items():
        endings = t.Endings(
            models=b.names(models),
            when=b.conditions(when),
            because=None if amount else t.Text(b.FREE),
        )
        if amount:
            yield t.ChargePrice(
                b.money(amount * 1_000), None, per, None, None, None, endings=endings
            )
        else:
            yield t.ChargeFree(endings=endings)
    for (_, count, period), models in work.pools.items():
        account = t.Account(t.Name("organization"), t.Name(period))
        yield t.ChargePool(
            b.number(count),
            t.Name("web_searches"),
            account,
            endings=t.Endings(models=b.names(models)),
        )
