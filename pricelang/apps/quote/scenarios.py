"""What is compared: a record of usage, or a request body that is not sent yet,
as it is given and under an alternative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from pricelang.apps.quote.alternatives import AT, CACHE, MODEL, NONE, Alternative
from pricelang.apps.quote.cache_words import CacheTally
from pricelang.apps.quote.model import NOTHING, Options, Quote, Range
from pricelang.apps.quote.pricing import quote
from pricelang.apps.quote.variants import Settled, Variant, Variants
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of
from pricelang.model.notes import Note
from pricelang.usage.records import Part, Place, Record

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook


@frozen(eq=False, repr=False)
class SubjectCost:
    """What a subject costs, with its notes; `currency` is None where nothing is billed."""

    range: Range
    notes: tuple[Note, ...]
    currency: str | None


class Subject(Protocol):
    """What `compare` asks of a record or a request."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    def given(self) -> SubjectCost:
        """What it costs as it is. Raises `PriceError`."""
        ...

    def under(self, alternative: Alternative) -> SubjectCost | None:
        """What it costs under an alternative, None where that changes nothing.
        Raises `PriceError`.
        """
        ...

    def check_in_use(self, alternative: Alternative) -> None:
        """Raises `NotOffered` for another model that is not in use on the day."""
        ...

    def count_caches(self, tally: CacheTally) -> None:
        """Counts what a cache does for it."""
        ...


# ---- records -------------------------------------------------------------------------------------


class RecordSubject:
    """A record of usage: each part is a request, or several where it is sent again."""

    def __init__(self, book: PriceBook, variants: Variants, record: Record) -> None:
        self.book, self.variants, self.record = book, variants, record
        self.place = record.place
        self._settled: list[Settled] | None = None

    @property
    def parts(self) -> list[Settled]:
        """The parts, each of which says everything itself. Raises `PriceError`."""
        if self._settled is None:
            self._settled = [self.variants.settled(part) for part in self.record.parts]
        return self._settled

    def given(self) -> SubjectCost:
        """See `Subject.given`."""
        return self._amount([self.variants.given(part) for part in self.parts])

    def under(self, alternative: Alternative) -> SubjectCost | None:
        """See `Subject.under`."""
        found = [self.variants.of(part, alternative) for part in self.parts]
        if all(variant is None for variant in found):
            return None
        return self._amount(
            [
                variant or self.variants.given(part)
                for part, variant in zip(self.parts, found, strict=True)
            ]
        )

    def check_in_use(self, alternative: Alternative) -> None:
        """See `Subject.check_in_use`."""
        for part in self.parts:
            self.variants.check_in_use(part, alternative)

    def count_caches(self, tally: CacheTally) -> None:
        """See `Subject.count_caches`."""
        for part in self.parts:
            tally.add(part)

    def _amount(self, variants: Sequence[Variant]) -> SubjectCost:
        """What the record costs in some variants of its parts."""
        total = NOTHING
        notes: list[Note] = []
        currencies: dict[str, None] = {}
        for variant in variants:
            notes += variant.notes
            for calls in variant.calls:
                bills = [self._bill(part) for part in calls.ends]
                ends = [end for bill in bills for end in (bill.bounds or (bill.exact_total,))]
                # The tokens are the fewest, the usual and the most;
                # of a sum with bounds, the most is expected.
                middle = bills[len(bills) // 2]
                expected = middle.exact_total if middle.bounds is None else middle.bounds[1]
                total += Range(
                    calls.count * min(ends), calls.count * expected, calls.count * max(ends)
                )
                notes += [note for bill in bills for part in bill.parts for note in part.notes]
                currencies |= dict.fromkeys(bill.currency for bill in bills)
        if len(currencies) > 1:
            raise BadRequest(
                "mixed_currencies", "the parts of this record are billed in different currencies"
            )
        return SubjectCost(total, tuple(dict.fromkeys(notes)), next(iter(currencies), None))

    def _bill(self, part: Part) -> Bill:
        return self.book.price_record(Record((part,), self.record.place, self.record.format))


# ---- request bodies ------------------------------------------------------------------------------


@frozen(eq=False, repr=False)
class RequestBody:
    """A Messages API request body, or an item of a batch of them, and where it stands.

    `output` is the length of its answer in tokens (up to `max_tokens` unless given),
    `usage` what it uses of other meters.
    """

    body: object
    place: Place = field(factory=lambda: Place(""))
    output: int | None = None
    usage: Mapping[str, object] = field(factory=dict)


def is_body(value: object) -> bool:
    """Decides whether a value has the shape of a request body:
    messages and no usage, or an item of a batch.

    >>> is_body({"model": "m", "messages": []}), is_body({"model": "m", "usage": {}})
    (True, False)
    """
    if not isinstance(value, Mapping) or "usage" in value:
        return False
    return isinstance(value.get("messages"), list) or (
        isinstance(value.get("params"), Mapping) and "custom_id" in value
    )


class BodySubject:
    """A request that is not sent yet:
    its quote, and that of each later call as often as it is sent again.
    """

    def __init__(self, book: PriceBook, variants: Variants, request: RequestBody) -> None:
        self.book, self.variants, self.request = book, variants, request
        self.place = request.place
        self._given: Quote | None = None
        if variants.scenario.cached is not None:
            raise BadRequest(
                "bad_reads",
                "a request body says itself what is cached",
                help="leave out `--cached`",
            )

    def given(self) -> SubjectCost:
        """See `Subject.given`."""
        self._given = self._quote(Alternative(()))
        return self._amount(self._given)

    def under(self, alternative: Alternative) -> SubjectCost | None:
        """See `Subject.under`; the same quote is no change."""
        found = self._quote(alternative)
        # What the request names and what stands by default are told apart by the quote alone,
        # which names the rest.
        if self._given is not None and not self._changes(alternative, found, self._given):
            return None
        return self._amount(found)

    def check_in_use(self, alternative: Alternative) -> None:
        """See `Subject.check_in_use`."""
        name = self._model()
        if name is not None:
            at = self.variants.scenario.at
            seconds = seconds_of(at)
            model = self.book.rates.model_index(name, seconds)
            self.variants.check_in_use(Settled(Part(name, at), model, seconds, {}), alternative)

    def count_caches(self, tally: CacheTally) -> None:
        """See `Subject.count_caches`: what its breakpoints, or the whole prompt, would write."""
        scenario, caches = self.variants.scenario, self.variants.caches
        if caches is None or not scenario.reads or self._given is None:
            return
        label = next(iter(caches.writes))
        written = self._quote(Alternative(((CACHE, label),))).tokens.get(caches.writes[label])
        if written is not None and written.expected:
            usage = {caches.base: int(written.expected)}
            part = Part(self._given.model, scenario.at, dict(self._given.dimensions), usage)
            tally.add(Settled(part, 0, 0, self.variants.rates.uses(usage)))

    def _changes(self, alternative: Alternative, found: Quote, given: Quote) -> bool:
        defaults = self.variants.defaults
        names = [axis for axis, _ in alternative.changes if axis in defaults]
        if found.model != given.model or found.at != given.at:
            return True
        if any(
            found.dimensions.get(name, defaults[name]) != given.dimensions.get(name, defaults[name])
            for name in names
        ):
            return True
        return CACHE in dict(alternative.changes) and (found.tokens, found.later) != (
            given.tokens,
            given.later,
        )

    def _model(self) -> str | None:
        body = self.request.body
        inner = body.get("params", body) if isinstance(body, Mapping) else None
        name = inner.get("model") if isinstance(inner, Mapping) else None
        return name if isinstance(name, str) else self.variants.scenario.model

    def _quote(self, alternative: Alternative) -> Quote:
        scenario, changes = self.variants.scenario, dict(alternative.changes)
        cache = changes.get(CACHE)
        body = self.request.body
        if cache not in (None, NONE) and not _cached(body):
            body = _with_cache(body, cache or "")
        options = Options(
            at=changes.get(AT, scenario.at),
            model=changes.get(MODEL) or self._model(),
            output=self.request.output,
            usage=self.request.usage,
            cache=cache,
        )
        dimensions = {
            **scenario.dimensions,
            **{axis: value for axis, value in changes.items() if axis in self.variants.defaults},
        }
        return quote(self.book, body, options, dimensions)

    def _amount(self, found: Quote) -> SubjectCost:
        """The first call, and each later one."""
        total = _range(found)
        for again in [found.later or found] if self.variants.scenario.reads else []:
            total += _times(_range(again), self.variants.scenario.reads or 0)
        return SubjectCost(total, found.notes, found.currency)


def _range(found: object) -> Range:
    return Range(*(Fraction(getattr(found, level)) for level in ("low", "expected", "high")))


def _times(amount: Range, count: int) -> Range:
    return Range(amount.low * count, amount.expected * count, amount.high * count)


def _cached(value: object) -> bool:
    """Decides whether a request marks anything to be cached."""
    if isinstance(value, Mapping):
        return value.get("cache_control") is not None or any(map(_cached, value.values()))
    return isinstance(value, list | tuple) and any(map(_cached, value))


def _with_cache(body: object, ttl: str) -> object:
    """A request whose whole prompt is marked to be cached."""
    if not isinstance(body, Mapping):
        return body
    if "params" in body and "messages" not in body:
        return {**body, "params": _with_cache(body["params"], ttl)}
    return {**body, "cache_control": {"type": "ephemeral", "ttl": ttl}}
