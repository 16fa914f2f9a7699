"""Whether one book ever charges more or less than another, or prices what the other refuses."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from operator import eq, gt, lt
from typing import TypeAlias

from attrs import define, field

from pricelang.evaluate.limits import ANSWER, ANSWERS, HELD_AGAINST, PROMPT
from pricelang.model import book as m
from pricelang.model.instants import Instant, seconds_of
from pricelang.model.requests import Point
from pricelang.present.decimals import money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.against.bill_part import OFF, BillPart
from pricelang.verify.against.evidence import (
    Case,
    Differs,
    Evidence,
    Shown,
    one_prices,
    shows,
)
from pricelang.verify.against.parts import parts_of
from pricelang.verify.against.standing import Against, Answer, Question
from pricelang.verify.diff.aligned_books import join
from pricelang.verify.diff.aligned_space import NO, YES
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.price_states import listed
from pricelang.verify.diff.two_books import TwoBooks

SCALES = tuple(map(Fraction, (1, 1_000, 1_000_000, 1_000_000_000)))
"""So many of a meter are billed by both books, until the bills show what their parts say."""
MANY = Fraction(10**6)
TOO_MANY = "what the two books say differs in too many ways to work out"
NO_BILL = "no bill was found that shows it"


def against(
    ours: m.Book,
    theirs: m.Book,
    within: m.Scope = (),
    days: tuple[Instant | None, Instant | None] = (None, None),
) -> Against:
    """How our book stands to theirs, over every request, or those of a scope of ours, and over
    every month of such requests; with days, each as it is on its own (one alone holds for both).

    Raises `BadRequest` (`bad_date`).

    >>> import pricelang
    >>> book = pricelang.load().checked
    >>> against(book, book).verdict
    'same'
    """
    at, there = (None if day is None else seconds_of(day) for day in days)
    old, new = join(theirs, ours, at if there is None else there, there if at is None else at)
    rules = TwoBooks.of(old, new).rules
    inside: list[Constraint] = []
    if within:
        masks = {new.axes[axis]: new.spread(axis, mask) for axis, mask in within}
        joint = new.joint
        box = [masks.get(axis, joint.full(axis)) for axis in range(len(joint.sizes))]
        inside.append((joint.box(box), is_yes))
    return _Comparison(rules, Evidence(new, old), inside).answers()


is_yes, is_no = partial(eq, YES), partial(eq, NO)


@define(eq=False, repr=False)
class _Comparison:
    rules: JointRules
    evidence: Evidence
    inside: Sequence[Constraint]
    undecided: dict[Question, str] = field(factory=dict)

    def answers(self) -> Against:
        parts = [(part, self.orders(part)) for part in parts_of(self.rules)]
        if all(part.turns or orders <= {"same"} for part, orders in parts):
            parts = [(part, orders) for part, orders in parts if not part.turns]
        found = {
            "dearer": self.first(parts, "dearer", gt),
            "cheaper": self.first(parts, "cheaper", lt),
            "loosened": self.one_sided("loosened"),
            "tightened": self.one_sided("tightened"),
        }
        both: list[Constraint] = [(root, is_yes) for root in self.rules.priced]
        shared = self.evidence.find([*both, *self.inside]) is not None
        name = self.evidence.theirs.book.name
        return Against(name, **found, undecided=self.undecided, shared=shared)

    def orders(self, part: BillPart) -> frozenset[str]:
        """The orders of a part that some request reaches which both price."""
        return self.evidence.reached(part.root, self.inside) - {OFF}

    # ---- what is charged ----

    def first(
        self, parts: Sequence[tuple[BillPart, frozenset[str]]], question: Question, differs: Differs
    ) -> Answer | None:
        """A bill or a month that shows it; where none does, no part may say it."""
        wanted = "more" if question == "dearer" else "less"
        open_parts = [part for part, orders in parts if orders & {wanted, "either"}]
        for part in open_parts:
            shown = self.shown(part, wanted, differs)
            if shown is not None:
                return shown.case.told, self.words(part, shown)
        if open_parts:
            self.undecided[question] = self.why(open_parts[0])
        elif self.rules.undecided:
            self.undecided[question] = TOO_MANY
        return None

    def why(self, part: BillPart) -> str:
        """Why bills that may differ in a part decide nothing."""
        place = f" [{part.places[0]}]" if part.places else ""
        point = self.evidence.find([(part.root, partial(eq, "either")), *self.inside])
        for case in itertools.islice(self.requests(part, point), 1) if point else ():
            owed = self.evidence.bill(case).owed
            currencies = [one[1] for one in owed if one is not None]
            if len({*currencies}) == 2:
                return f"bills in {currencies[0]} stand beside bills in {currencies[1]}{place}"
        return f"bills may differ in {part.words}{place}, and {NO_BILL}"

    def shown(self, part: BillPart, wanted: str, differs: Differs) -> Shown | None:
        """A request on which a part has an order, whose bills show it."""
        for order in (wanted, "either"):
            point = self.evidence.find([(part.root, partial(eq, order)), *self.inside])
            if point is None:
                continue
            for case in self.requests(part, point):
                bill = self.evidence.bill if part.level == "request" else self.evidence.alone
                shown = bill(case)
                if shows(shown, differs):
                    return shown
        return None

    def requests(self, part: BillPart, point: Point) -> Iterator[Case]:
        """Requests at a point, from the smallest on, that use what a part is about."""
        meters = [part.meter] if part.meter is not None else self.priced(point)
        for quantity, meter in itertools.product((*part.quantities, *SCALES), meters):
            yield self.evidence.case(point, {meter: quantity})
        for meter, step in itertools.product(meters, part.steps):
            for amount in self.near(point, meter, step):
                yield self.evidence.case(point, {meter: amount})

    def near(self, point: Point, meter: str, step: Fraction) -> Iterator[Fraction]:
        """Quantities whose amounts by their book are just over parts of a step of a rounding."""
        _, whole = self.evidence.bill(self.evidence.case(point, {meter: MANY})).owed
        if whole is not None and whole[0]:
            for part in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(3, 2)):
                yield Fraction(math.floor(step * part / (whole[0] / MANY)) + 1)

    def priced(self, point: Point) -> list[str]:
        """The meters that both books price at a point."""
        value = self.rules.joint.value
        return [
            meter
            for meter in self.rules.pairs("price")
            if all(value(root, point).kind == "price" for root in listed(self.rules, meter))
        ]

    def words(self, part: BillPart, shown: Shown) -> str:
        """What a request shows, as unit prices where those are what is billed."""
        (name, quantity), *rest = shown.case.ours.usage
        if shown.alone or rest or quantity != 1 or part.meter != name:
            return self.evidence.told(shown)
        ours, theirs = (
            money(*owed) if owed is not None and owed[0] else "nothing" for owed in shown.owed
        )
        return f"one of `{name}` costs {ours}, and {theirs} {self.evidence.by_theirs}"

    # ---- what is priced at all ----

    def one_sided(self, question: Question) -> Answer | None:
        """A request that one book prices and the other refuses, as a whole or for a meter."""
        theirs, ours = self.rules.priced
        here = (ours, theirs) if question == "loosened" else (theirs, ours)
        meters = list(self.rules.pairs("price"))
        point = self.evidence.find([(here[0], is_yes), (here[1], is_no), *self.inside])
        if point is not None:
            return self.refused(question, point, meters)
        for meter in meters:
            prices = listed(self.rules, meter)
            there = (prices[1], prices[0]) if question == "loosened" else prices
            lacks: list[Constraint] = [
                (here[0], is_yes),
                (here[1], is_yes),
                (there[0], lambda leaf: leaf.kind != "none"),
                (there[1], lambda leaf: leaf.kind == "none"),
            ]
            point = self.evidence.find([*lacks, *self.inside])
            if point is not None:
                return self.refused(question, point, [meter])
        if self.rules.open_state:
            self.undecided[question] = TOO_MANY
            return None
        return self.longest(question)

    def refused(self, question: Question, point: Point, meters: Sequence[str]) -> Answer | None:
        """A request at a point that one book alone prices, as their bills show."""
        for meter in meters:
            shown = self.evidence.bill(self.evidence.case(point, {meter: Fraction(1)}))
            if one_prices(shown, question == "loosened"):
                return shown.case.told, self.evidence.told(shown)
        self.undecided[question] = f"a request may be refused by one of them, and {NO_BILL}"
        return None

    def longest(self, question: Question) -> Answer | None:
        """A request that is too long for one book alone, by a figure that differs."""
        ours, theirs = (_longest(view.book) for view in (self.evidence.ours, self.evidence.theirs))
        longer = (theirs, ours) if question == "loosened" else (ours, theirs)
        held = sorted(longer[0].keys() - longer[1].keys())
        for table, model, _, start, most in held:
            meter = ANSWER if table == ANSWERS else self.prompt()
            point = self.evidence.find([*self.of_model(model, start), *self.inside])
            if point is None or meter is None:
                continue
            shown = self.evidence.bill(self.evidence.case(point, {meter: most + 1}))
            if one_prices(shown, question == "loosened"):
                return shown.case.told, self.evidence.told(shown)
        if held:
            words = f"what one request can have at most: {held[0][0]} of `{held[0][1]}`"
            self.undecided[question] = f"books differ in {words} [{longer[0][held[0]].place}]"
        return None

    def of_model(self, model: str, start: int) -> list[Constraint]:
        """That both books price a request of a model from an instant on."""
        joint = self.rules.joint
        box = [joint.full(axis) for axis in range(len(joint.sizes))]
        box[m.MODELS] = 1 << joint.models.index(model)
        for view in (self.evidence.ours, self.evidence.theirs):
            first, last = view.book.term  # a contract's own figures hold in its term
            begins = bisect_right(joint.boundaries, max(start, first or start))
            box[m.DATES] &= -1 << begins
            if last is not None:
                box[m.DATES] &= (1 << bisect_left(joint.boundaries, last) + 1) - 1
        return [(root, is_yes) for root in (*self.rules.priced, joint.box(box))]

    def prompt(self) -> str | None:
        """A meter that counts into the prompt."""
        book = self.evidence.ours.book
        meters = dict(book.groups).get(PROMPT, ())
        return book.meters[meters[0]].name if meters else None


Figure: TypeAlias = tuple[str, str, str, int, Fraction]
"""The table, the model, the column, the start and the value of what requests are held against."""


def _longest(book: m.Book) -> dict[Figure, m.Origin]:
    """The figures that a request is held against, and where they stand."""
    return {
        (x.table, book.models[x.model].name, x.column, x.start, x.value): x.origin
        for x in book.figures
        if x.table in HELD_AGAINST and x.model is not None
    }
