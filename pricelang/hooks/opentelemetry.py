"""A span processor of OpenTelemetry that writes what a request costs beside its usage."""

from __future__ import annotations

from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from pricelang.api import Book
from pricelang.model.errors import PriceError
from pricelang.present.decimals import plain

COST = "gen_ai.usage.cost"
_COUNTS = ("tokens", "token_count", "usage")


class CostProcessor(SpanProcessor):
    """Hands spans on to another processor, with what they cost.

    A span that ended cannot be changed, so a span with usage is handed on as a copy with more
    attributes: `gen_ai.usage.cost.total` and one for each meter, as exact decimals in text, the
    `currency`, the notes, and the book with its day and digest. A span without a price has
    `gen_ai.usage.cost.error`, the code of the reason.

        provider.add_span_processor(CostProcessor(pricelang.load(), BatchSpanProcessor(exporter)))
    """

    def __init__(self, book: Book, inner: SpanProcessor, **dimensions: str) -> None:
        """`dimensions` hold for all spans, where they do not say otherwise."""
        self._book, self._inner = book, inner
        self._dimensions: dict[str, Any] = dict(dimensions)
        self._provenance = {f"{COST}.book": book.name, f"{COST}.digest": book.digest} | (
            {f"{COST}.as_of": book.as_of} if book.as_of is not None else {}
        )

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Hands a span on that begins."""
        self._inner.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Hands a span on that ended, priced where it has usage."""
        self._inner.on_end(self.priced(span))

    def shutdown(self) -> None:
        """Ends the other processor."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flushes the other processor."""
        return self._inner.force_flush(timeout_millis)

    def priced(self, span: ReadableSpan) -> ReadableSpan:
        """A span with its cost; the same span where it has no usage."""
        names = span.attributes or {}
        if not any(word in name for name in names for word in _COUNTS):
            return span
        try:
            bill = self._book.price_any(span, **self._dimensions)
        except PriceError as error:
            if error.code == "no_usage":
                return span
            return _with(span, {f"{COST}.error": error.code, **self._provenance})
        costs = {"low": bill.low, "high": bill.high} if bill.bounds else {"total": bill.total}
        for line in bill.lines:
            costs[line.meter] = costs.get(line.meter, 0) + line.amount
        found = {f"{COST}.{name}": plain(amount) for name, amount in costs.items()}
        found |= {f"{COST}.currency": bill.currency, **self._provenance}
        if bill.notes:
            found[f"{COST}.notes"] = ",".join(dict.fromkeys(note.code for note in bill.notes))
        return _with(span, found)


def _with(span: ReadableSpan, attributes: dict[str, str]) -> ReadableSpan:
    """A copy of a span with more attributes."""
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes={**(span.attributes or {}), **attributes},
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
