"""A book that says what requests will cost: one before it is sent, the same under other models and
modes, and many of them over a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook

if TYPE_CHECKING:
    from pricelang.apps.quote.comparison import AlternativeComparison
    from pricelang.apps.quote.figure_tables import FigureTable
    from pricelang.apps.quote.model import Quote
    from pricelang.apps.quote.workload_cost import Workload
    from pricelang.model.instants import Instant


class QuotingBook(PriceBook):
    """The questions about requests that are not sent yet."""

    def quote(
        self,
        request: object,
        /,
        *,
        at: str | None = None,
        model: str | None = None,
        output: int | None = None,
        tokens: int | None = None,
        count: str | None = None,
        usage: Mapping[str, object] | None = None,
        fetched: Mapping[str, int] | None = None,
        cache: str | None = None,
        image_size: tuple[int, int] | None = None,
        pdf_pages: int | None = None,
        rate: str | None = None,
        tier: int | None = None,
        **dimensions: str,
    ) -> Quote:
        """What a Messages API request body will cost before it is sent:
        low, expected and high, with the rules behind them.

        `request` is the body as a dict, or an item of a batch. `output` and `tokens` are the
        lengths of the answer and of the prompt in tokens where they are known; `rate` is such as
        `"3000/min"`. The other arguments are those of `pricelang.apps.quote.Options`;
        `dimensions` stand instead of what the request says.

        Raises `pricelang.apps.quote.QuoteError`, which names the block of a body that cannot be
        read, and the `PriceError` of a request that the book refuses.

        >>> import pricelang
        >>> body = {
        ...     "model": "claude-sonnet-4-5",
        ...     "max_tokens": 100,
        ...     "system": "You are a scientist",
        ...     "messages": [{"role": "user", "content": "Hello, Claude"}],
        ... }
        >>> quote = pricelang.load().quote(body, at="2026-04-17", tokens=14, output=100)
        >>> quote.expected, quote.lines[0].location
        (Decimal('0.001542'), 'anthropic/rates.price:18')
        """
        from pricelang.apps.quote import Options, quote
        from pricelang.apps.quote.limits import rate_of

        options = Options(
            at,
            model,
            output,
            tokens,
            count,
            dict(usage or {}),
            tuple((fetched or {}).items()),
            cache,
            image_size,
            pdf_pages,
            None if rate is None else rate_of(rate),
            tier,
        )
        return quote(self, request, options, dimensions)

    def figures(
        self, at: Instant | None = None, /, *tables: str, model: str | None = None
    ) -> tuple[FigureTable, ...]:
        """The figures that hold on a day (today unless given), which price nothing:
        all tables, or those of some names; with a model its rows alone.

        Raises `pricelang.apps.quote.QuoteError` (`unknown_table`),
        and `BadRequest` for a model or a day that is none.

        >>> import pricelang
        >>> (windows,) = pricelang.load().figures(
        ...     "2026-03-12", "context_window", model="claude-opus-4-6"
        ... )
        >>> {name: int(windows.rows[0][name]) for name in windows.columns}
        {'standard': 200000, 'long': 1000000}
        """
        from pricelang.apps.quote.figure_tables import figure_tables
        from pricelang.model.instants import seconds_of, today

        seconds = seconds_of(today() if at is None else at)
        return figure_tables(
            self.checked,
            seconds,
            tables,
            None if model is None else self.rates.model_index(model, seconds),
        )

    def compare(
        self,
        usage: object,
        /,
        *,
        what_if: Sequence[str] = (),
        only: Sequence[str] = (),
        cross: Sequence[str] = (),
        reads: int | None = None,
        cached: int | None = None,
        output: int | None = None,
        model: str | None = None,
        at: Instant | None = None,
        unknown_counters: str = "refuse",
        **dimensions: str,
    ) -> AlternativeComparison:
        """The same records under every model, mode and way to cache of the book,
        ranked, or under each `what_if` alone.

        `usage` is a path, a record (canonical, a message or its dict), a request body that is not
        sent yet (its answer has `output` tokens), or several. `only` and `cross` name axes; `reads`
        says that each prompt, or `cached` tokens of it, is sent so often again; `unknown_counters`
        is as in `price_message`. See `pricelang.apps.quote.compare`.

        >>> import pricelang
        >>> record = {
        ...     "model": "claude-opus-4-7",
        ...     "at": "2026-04-17",
        ...     "usage": {"input": 50_000, "output": 15_000},
        ... }
        >>> found = pricelang.load().compare(record, what_if=["service_tier=batch"])
        >>> [(row.alternative.value, row.amount.expected, row.change) for row in found.rows]
        [('batch', Fraction(5, 16), Fraction(-1, 2)), ('', Fraction(5, 8), Fraction(0, 1))]
        """
        from pricelang.apps.quote.compare import compare
        from pricelang.apps.quote.inputs import subjects_from
        from pricelang.apps.quote.variants import Scenario
        from pricelang.evaluate.days import asked

        scenario = Scenario(model, asked(self.checked, at), dimensions, reads, cached)
        return compare(
            self,
            subjects_from(usage, output, unknown_counters),
            scenario,
            what_ifs=what_if,
            only=only,
            cross=cross,
        )

    def workload(
        self,
        requests: object,
        /,
        *,
        per_day: int | Fraction | None = None,
        month: str | None = None,
        model: str | None = None,
        unknown_counters: str = "refuse",
        **dimensions: str,
    ) -> Workload:
        """What requests a day are expected to cost in a month (`2026-11`),
        its free pools used up in order.

        `requests` is a workload (its text, or the path of a `.toml` or `.json` file), or records as
        for `compare`, each as frequent as any other among the `per_day`; `unknown_counters` is as
        in `price_message`. Raises `PriceError`; see `pricelang.apps.quote.workload`.

        >>> import pricelang
        >>> record = {
        ...     "model": "claude-opus-5-5",
        ...     "usage": {"input": 8_000, "code_execution": "6 minutes"},
        ... }
        >>> found = pricelang.load().workload(record, per_day=1_000, month="2026-11")
        >>> found.total.expected, found.pools[0].ends, found.pools[0].saved
        (Fraction(2065, 2), '2026-11-16', Fraction(155, 2))
        """
        from pricelang.apps.quote.workload import workload

        return workload(
            self,
            requests,
            None if per_day is None else Fraction(per_day),
            month,
            model,
            dimensions,
            None,
            unknown_counters,
        )
