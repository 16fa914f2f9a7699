"""The difference of two books, or of two days of one: decided over every request, in the fewest
sentences.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from attrs import evolve

from pricelang.evaluate.offers import leaf_at
from pricelang.model import book as m
from pricelang.model.instants import Instant, seconds_of
from pricelang.verify.diff.align import NOTHING, LimitEffect, Listed, ModifierOutcome
from pricelang.verify.diff.aligned_books import NO, YES, BookView, TooLarge, first_of, join
from pricelang.verify.diff.boxes import OPEN, SAME, ChangeBox, changes
from pricelang.verify.diff.catalog import figure_changes, model_changes, request_changes
from pricelang.verify.diff.changes import JointRules
from pricelang.verify.diff.phrases import Change, Phrasebook, fraction, percent, sentence
from pricelang.verify.diff.semantics import BookSemantics
from pricelang.verify.diff.states import paired

KINDS = {
    "currency": "Requests",
    "dimension": "Requests",
    "unit": "Requests",
    "meter": "Requests",
    "model": "Models",
    "alias": "Models",
    "offer": "Offers and refusals",
    "refusal": "Offers and refusals",
    "exclusion": "Offers and refusals",
    "modifier": "Modifiers",
    "order": "Modifiers",
    "price": "Prices",
    "charge": "Prices",
    "limit": "Prices",
    "free": "Prices",
    "rounding": "Prices",
    "conversion": "Prices",
    "figure": "Figures",
    "announcement": "Figures",
    "note": "Remarks",
    "remark": "Remarks",
}
"""The kinds of changes, each with the heading under which a report puts it."""


def compare(
    old: m.Book, new: m.Book, old_at: Instant | None = None, new_at: Instant | None = None
) -> tuple[Change, ...]:
    """Everything that a request can tell two books apart by, and their figures;
    nothing where they mean the same.

    With days, only what holds on them is compared: the old book on `old_at`, the new one on
    `new_at` (one day alone holds for both). Order of rows and lines, names of groups, files,
    sources and the wording of reasons are no difference; nor is a modifier that only changed its
    name, or several that multiply out to the same.

    Raises `BadRequest` (`bad_date`).

    >>> import pricelang
    >>> book = pricelang.load().checked
    >>> compare(book, book)
    ()
    >>> print(compare(book, book, "2026-10-06", "2026-10-07")[1].text)
    cache_read of `claude-sonnet-5-5`: $0.20 -> $0.10 per MTok (-50%)
    """
    return tuple(Comparison.of(old, new, old_at, new_at).all())


class Comparison:
    """Two books on their way to sentences."""

    @classmethod
    def of(
        cls, old: m.Book, new: m.Book, old_at: Instant | None, new_at: Instant | None
    ) -> Comparison:
        """Two books, or two days of them; one day alone holds for both.
        Raises `BadRequest` (`bad_date`).
        """
        first, last = (
            old_at if old_at is not None else new_at,
            new_at if new_at is not None else old_at,
        )
        days = (
            None if first is None else seconds_of(first),
            None if last is None else seconds_of(last),
        )
        return cls(*join(old, new, *days))

    @property
    def since(self) -> int | None:
        """When the first of the differences that were said begins (UTC seconds);
        None for always.
        """
        starts = [self.words.new.start(stretch) for stretch in self._starts]
        return (
            min((start for start in starts if start is not None), default=None)
            if None not in starts
            else None
        )

    def __init__(self, old: BookView, new: BookView) -> None:
        self.words = Phrasebook(old, new)
        self.joint = old.joint
        sized = any(
            rounding.stage == "unit_price"
            for side in (old, new)
            for rounding in side.book.roundings
        )
        before, unnamed = BookSemantics(old, {}, sized), BookSemantics(new, {}, sized)
        was, found = before.outcomes(), unnamed.outcomes()
        names = _renamed(was, found, self.joint.leaf(NOTHING))
        after = BookSemantics(new, names, sized)
        now = {names.get(name, name): root for name, root in found.items()}
        nothing = self.joint.leaf(NOTHING)
        outcomes = {
            name: (was.get(name, nothing), now.get(name, nothing)) for name in {**was, **now}
        }
        self.rules = JointRules(before, after, outcomes)
        self.names = {theirs: own for own, theirs in names.items()}
        self._starts: set[int] = set()

    def all(self) -> Iterator[Change]:
        """All changes, in the order in which a reader wants them."""
        yield from map(self._noted, request_changes(self.words))
        yield from map(self._noted, model_changes(self.words, self.rules.new))
        yield from self._aliases()
        yield from self._offers()
        yield from self._refusals()
        yield from self._modifiers()
        yield from self._order()
        yield from self._free()
        yield from self._limits()
        yield from self._prices()
        yield from self._charges()
        yield from self._money()
        yield from figure_changes(self.words)
        yield from self._notes()
        if self.rules.undecided:
            text = "some of these may cancel each other: what changed is too much to multiply out"
            yield Change("remark", "", "", "", "", "", text)

    def _noted(self, change: Change) -> Change:
        """A change of no box, its beginning kept:
        that of a model is its release, and others hold always.
        """
        released = [self.joint.released[self.joint.models.index(name)] for name in change.models]
        if released and not (change.old and change.new):
            self._starts.add(bisect_right(self.joint.boundaries, min(released)))
        elif change.kind != "unit" and change.old and change.new:
            self._starts.add(0)
        return change

    def _said(
        self,
        kind: str,
        subject: str,
        root: int,
        body: Callable[[Any, ChangeBox, str, str], tuple[str, str, str]],
        listed: bool = True,
    ) -> Iterator[Change]:
        """A change for each box;
        `body` makes old, new and the sentence's middle of a leaf, a box, who and when.
        """
        for leaf, boxes in changes(self.joint, root):
            for box in boxes:
                self._starts.add(first_of(box.masks[m.DATES]))
                who, when = self.words.who(box), self.words.when(box)
                old, new, text = body(leaf, box, who, when)
                models = self.words.names(box.masks[m.MODELS])
                yield Change(
                    kind,
                    subject,
                    who,
                    when,
                    old,
                    new,
                    sentence(when, text, who if listed else ""),
                    models,
                )

    # ---- what exists, outcomes ----

    def _aliases(self) -> Iterator[Change]:
        old, new = self.rules.old.aliases(), self.rules.new.aliases()
        nothing = self.joint.leaf(None)

        def pair(leaves: tuple[Any, ...]) -> Any:
            was, now = (leaf or None for leaf in leaves)
            return (was, now) if was != now else OPEN if "" in leaves else SAME

        for name in {**old, **new}:
            root = self.joint.combine([old.get(name, nothing), new.get(name, nothing)], pair)

            def body(
                leaf: Any, box: ChangeBox, who: str, when: str, name: str = name
            ) -> tuple[str, str, str]:
                texts = ["no model" if model is None else f"`{model}`" for model in leaf]
                return texts[0], texts[1], f"alias `{name}`: {texts[0]} -> {texts[1]}"

            yield from self._said("alias", name, root, body)

    def _offers(self) -> Iterator[Change]:
        def body(leaf: Any, box: ChangeBox, who: str, when: str) -> tuple[str, str, str]:
            old, new = ("offered" if x == YES else "not offered" for x in leaf)
            return old, new, f"{{}} was {old}, now {new}"

        for place, dimension in enumerate(self.joint.dimensions):
            # Values that came or went alike are one sentence.
            alike: dict[Change, list[str]] = {}
            for position, name in enumerate(dimension.values):
                for change in self._said("offer", "", self.rules.offered(place, position), body):
                    alike.setdefault(change, []).append(name)
            for change, names in alike.items():
                subject = f"{dimension.name} {' or '.join(names)}"
                yield evolve(change, subject=subject, text=change.text.replace("{}", subject, 1))

    def _refusals(self) -> Iterator[Change]:
        def body(leaf: Any, box: ChangeBox, who: str, when: str) -> tuple[str, str, str]:
            texts = ["refused" if x == YES else "accepted" for x in leaf]
            reason = self._reason(
                box,
                texts[1],
                lambda book, point: (
                    book.refusals[n].text for n in leaf_at(book, book.decisions.refusals, point)
                ),
            )
            return texts[0], texts[1], f"requests were {texts[0]}, now {texts[1]}{reason}"

        yield from self._said("refusal", "", self.rules.refusal(self.rules.refusals), body)
        for key, pair in self.rules.exclusions.items():
            label = " with ".join(f"`{self.names.get(name, name)}`" for name in key)

            def pair_body(
                leaf: Any,
                box: ChangeBox,
                who: str,
                when: str,
                key: tuple[str, ...] = key,
                label: str = label,
            ) -> tuple[str, str, str]:
                texts = ["refused" if x == YES else "allowed" for x in leaf]
                reason = self._reason(
                    box, texts[1], lambda book, point: self._exclusion_reasons(book, point, key)
                )
                return texts[0], texts[1], f"{label} was {texts[0]}, now {texts[1]}{reason}"

            yield from self._said("exclusion", label, self.rules.refusal(pair), pair_body)

    def _exclusion_reasons(
        self, book: m.Book, point: tuple[int, ...], key: tuple[str, ...]
    ) -> Iterator[str | None]:
        for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
            own = [exclusion.left] if exclusion.right is None else [exclusion.left, exclusion.right]
            named = tuple(
                sorted(
                    self.rules.new.names.get(book.modifiers[n].name, book.modifiers[n].name)
                    for n in own
                )
            )
            if named == key and leaf_at(book, root, point):
                yield exclusion.origin.because

    def _reason(
        self,
        box: ChangeBox,
        now: str,
        reasons: Callable[[m.Book, tuple[int, ...]], Iterator[str | None]],
    ) -> str:
        """Why the newer book refuses a request of a box, if it does."""
        point = self.words.new.point(box.sample)
        found = (
            next(iter(reasons(self.words.new.book, point)), None)
            if now == "refused" and point is not None
            else None
        )
        return f" (“{found}”)" if found else ""

    def _modifiers(self) -> Iterator[Change]:
        known = [
            {modifier.name for modifier in side.book.modifiers}
            for side in (self.words.old, self.words.new)
        ]
        for name, (was, now) in self.rules.outcomes.items():
            if was == now:
                continue
            shown = self.names.get(name, name)

            def body(
                leaf: Any, box: ChangeBox, who: str, when: str, name: str = name, shown: str = shown
            ) -> tuple[str, str, str]:
                old, new = (
                    self.words.effect(x, side)
                    for x, side in zip(leaf, (self.words.old, self.words.new), strict=True)
                )
                if name not in known[0]:
                    text = f"new `{shown}`: {new}"
                elif shown not in known[1]:
                    text = f"`{name}` is gone: was {old}"
                else:
                    text = f"`{shown}` {_had(leaf[0], old)}, now {new}"
                return (
                    old,
                    new,
                    text
                    + self._reason(
                        box, new, lambda book, point: self._line_reasons(book, point, shown)
                    ),
                )

            yield from self._said("modifier", shown, self.rules.outcome(name), body)

    @staticmethod
    def _line_reasons(book: m.Book, point: tuple[int, ...], name: str) -> Iterator[str | None]:
        for modifier, root in zip(book.modifiers, book.decisions.modifiers, strict=True):
            if modifier.name == name:
                yield from (
                    modifier.lines[number].origin.because for number in leaf_at(book, root, point)
                )

    def _order(self) -> Iterator[Change]:
        if self.rules.factors_only:
            return
        orders = [meaning.order() for meaning in (self.rules.old, self.rules.new)]
        shared = [
            [name for name in order if name in orders[0] and name in orders[1]] for order in orders
        ]
        if shared[0] == shared[1]:
            return
        old, new = (", ".join(order) for order in shared)
        for meter in self.rules.old.meters():

            def body(
                leaf: Any, box: ChangeBox, who: str, when: str, meter: str = meter
            ) -> tuple[str, str, str]:
                return (
                    old,
                    new,
                    f"the order of the stack changes the price of {meter}: {old} -> {new}",
                )

            yield from self._said("order", meter, self.rules.order(meter), body)

    def _free(self) -> Iterator[Change]:
        def body(leaf: Any, box: ChangeBox, who: str, when: str) -> tuple[str, str, str]:
            texts = ["free" if x == YES else "billed" for x in leaf]
            return texts[0], texts[1], f"requests were {texts[0]}, now {texts[1]}"

        yield from self._said("free", "", self.rules.plain(self.rules.free), body)

    def _limits(self) -> Iterator[Change]:
        for name, (was, now) in self.rules.limits.items():
            if was == now:
                continue

            def body(
                leaf: tuple[tuple[LimitEffect, ...], tuple[LimitEffect, ...]],
                box: ChangeBox,
                who: str,
                when: str,
                name: str = name,
            ) -> tuple[str, str, str]:
                old, new = (
                    self.words.bounds(x, side)
                    for x, side in zip(leaf, (self.words.old, self.words.new), strict=True)
                )
                return old, new, f"limit `{name}`: {old} -> {new}"

            yield from self._said("limit", name, self.rules.limit(name), body)
        yield from self._crossing()

    def _crossing(self) -> Iterator[Change]:
        """A floor above a cap of one account: the order of the limits decides what is paid."""

        def pair(leaves: tuple[Any, ...]) -> Any:
            same = sorted(leaves[0], key=LimitEffect.place) == sorted(
                leaves[1], key=LimitEffect.place
            )
            return leaves if same and leaves[0] != leaves[1] else ()

        def body(leaf: Any, box: ChangeBox, who: str, when: str) -> tuple[str, str, str]:
            old, new = (
                self.words.bounds(x, side)
                for x, side in zip(leaf[1], (self.words.old, self.words.new), strict=True)
            )
            return old, new, f"the order of the limits changes what an account pays: {old} -> {new}"

        try:
            root = self.joint.combine([self.rules.old.crossing(), self.rules.new.crossing()], pair)
        except TooLarge:
            self.rules.undecided = True
            return
        yield from self._said("limit", "", self.rules.plain((self.joint.leaf(()), root)), body)

    def _notes(self) -> Iterator[Change]:
        """Notes that bills tell, or no longer do."""
        pairs = paired(self.rules.old.notes(), self.rules.new.notes(), self.joint.leaf(NO))
        for text, pair in pairs.items():

            def body(
                leaf: Any, box: ChangeBox, who: str, when: str, text: str = text
            ) -> tuple[str, str, str]:
                old, new = ("told" if x == YES else "not told" for x in leaf)
                return old, new, f"the note “{text}” was {old}, now {new}"

            yield from self._said("note", text, self.rules.plain(pair), body)

    # ---- prices ----

    def _prices(self) -> Iterator[Change]:
        """List prices; meters of one model that changed alike are one sentence."""
        found: dict[tuple[str, str, str, str, str], list[Change]] = {}
        rated = {
            side.book.meters[price.meter].name
            for side in (self.words.old, self.words.new)
            for price in side.book.prices
        }
        for meter in {**self.rules.new.meters(), **self.rules.old.meters()}:
            for change, more in self._of_meter(meter):
                who = change.who or ("all models" if meter in rated else "")
                # By percent; a price that came or went stands with its like.
                alike = more or f"{change.old} -> {change.new}"
                found.setdefault((change.when, who, self.words.per(meter), more, alike), []).append(
                    change
                )
        for (when, who, per, more, _), group in found.items():
            subject = ", ".join(change.subject for change in group)
            pairs = list(dict.fromkeys((change.old, change.new) for change in group))
            # One pair for all meters is said once.
            pairs = pairs if len(pairs) == 1 else [(change.old, change.new) for change in group]
            old, new = (", ".join(pair[side] for pair in pairs) for side in (0, 1))
            amounts = {price for pair in pairs for price in pair} - {"free", "not offered"}
            text = f"{subject} of {who}" if who else subject
            text += (
                f": {old} -> {new}"
                + (f" per {per}" if amounts else "")
                + (f" ({more})" if more else "")
            )
            yield Change(
                "price",
                subject,
                group[0].who,
                when,
                old,
                new,
                sentence(when, text),
                group[0].models,
            )

    def _of_meter(self, meter: str) -> Iterator[tuple[Change, str]]:
        def body(
            leaf: tuple[Listed, Listed], box: ChangeBox, who: str, when: str
        ) -> tuple[str, str, str]:
            old, new = (
                self.words.listed(x, meter, side)
                for x, side in zip(leaf, (self.words.old, self.words.new), strict=True)
            )
            if old == new:  # then it is the quantity by which prices are rounded
                old, new = (
                    f"{text} rounded by {x.size} " for text, x in zip((old, new), leaf, strict=True)
                )
            both = leaf[0].kind == leaf[1].kind == "price"
            return old, new, percent(leaf[0].amount, leaf[1].amount) if both else ""

        for change in self._said("price", meter, self.rules.price(meter), body, listed=False):
            more = change.text.removeprefix(f"{change.when}: ") if change.when else change.text
            yield change, more

    def _charges(self) -> Iterator[Change]:
        sides = (self.words.old, self.words.new)
        charged = {
            side.book.meters[charge.meter].name: None
            for side in sides
            for charge in side.book.charges
        }
        for meter in charged:
            roots = zip(self.rules.old.per_use(meter), self.rules.new.per_use(meter), strict=True)
            for what, (was, now) in zip(("minimum per use", "free", "tiers"), roots, strict=True):
                if was == now:
                    continue

                def body(
                    leaf: Any,
                    box: ChangeBox,
                    who: str,
                    when: str,
                    meter: str = meter,
                    what: str = what,
                ) -> tuple[str, str, str]:
                    old, new = (
                        self._per_use(x, what, meter, side)
                        for x, side in zip(leaf, sides, strict=True)
                    )
                    return old, new, f"{meter}, {what}: {old} -> {new}"

                yield from self._said("charge", meter, self.rules.per_use(meter, was, now), body)

    def _per_use(self, leaf: tuple[Any, ...], what: str, meter: str, side: BookView) -> str:
        words = self.words
        if not leaf:
            return "none"
        if what == "minimum per use":
            return words.quantity(leaf[0], meter, side)
        if what == "free":
            return " and ".join(
                f"the first {words.quantity(quantity, meter, side)} per {account}"
                for quantity, account in leaf
            )
        per = words.per(meter)
        return " and ".join(
            f"{words.amount(amount, meter, side)} per {per} after "
            f"{words.quantity(after, meter, side)} per {account}"
            for after, account, amount in leaf
        )

    def _money(self) -> Iterator[Change]:
        for stage in self.rules.roundings:
            if len(set(self.rules.roundings[stage])) > 1:
                name = stage.replace("_", " ")

                def body(
                    leaf: Any, box: ChangeBox, who: str, when: str, name: str = name
                ) -> tuple[str, str, str]:
                    old, new = (self.words.rounding(x) for x in leaf)
                    return old, new, f"rounding of the {name}: {old} -> {new}"

                yield from self._said("rounding", name, self.rules.rounding(stage), body)

        def converted(leaf: Any, box: ChangeBox, who: str, when: str) -> tuple[str, str, str]:
            old, new = ("none" if x is None else f"{x[0]} at {fraction(x[1])}" for x in leaf)
            return old, new, f"bills are converted: {old} -> {new}"

        pair = (self.rules.old.conversion(), self.rules.new.conversion())
        yield from self._said("conversion", "", self.rules.plain(pair), converted)


def _had(outcome: ModifierOutcome, text: str) -> str:
    return "had no effect" if outcome.kind == "none" else f"was {text}"


def _renamed(old: dict[str, int], new: dict[str, int], nothing: int) -> dict[str, str]:
    """What modifiers of the newer book are called in the older one, where only the name changed."""
    found: dict[str, str] = {}
    free = {root: name for name, root in old.items() if name not in new and root != nothing}
    for name, root in new.items():
        if name not in old and root in free:
            found[name] = free.pop(root)
    return found
