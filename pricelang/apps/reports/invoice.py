"""The invoice of an account: its records priced by the list and by its book,
and what belongs to the account as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from attrs import evolve, frozen

from pricelang.apps.answers import RecordDefaults
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.account import AccountUsage
from pricelang.apps.reports.adjustments import Adjustment, spread
from pricelang.apps.reports.grouping import GroupKeys, Key
from pricelang.apps.reports.invoice_sums import (
    WORKSPACE,
    InvoiceTotal,
    Subtotal,
    invoice_totals,
    merged,
    subtotals_of,
)
from pricelang.apps.reports.line_sums import Lines
from pricelang.apps.reports.lines import InvoiceLine
from pricelang.apps.reports.period import Period, moment
from pricelang.apps.reports.tally import Tally, costs, no_time
from pricelang.apps.reports.totals import Counts, Unpriced
from pricelang.evaluate.account_keys import WHOLE, MissingKey
from pricelang.evaluate.bill import Bill, help_with_bounds, open_of
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BELT, BadRequest, PriceError, check_certain
from pricelang.model.notes import Note
from pricelang.present.json_data import fields_of
from pricelang.present.notebook import InNotebook
from pricelang.usage.records import Outcome, Part, Place, Record

_EACH = '"each": ["prompt up to 200000"]'


@frozen
class Invoice(InNotebook):
    """What an account owes for a period (None: for all that it used),
    with the lines, and the records that have no price.

    `book` and `title` are those of the book that priced,
    `list` the name of the one that it extends, or its own, and `sources_read` the last day on which
    a source of either was read.
    """

    book: str
    title: str
    list: str
    period: Period | None
    by: tuple[str, ...]
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[Adjustment, ...]
    totals: tuple[InvoiceTotal, ...]
    subtotals: tuple[Subtotal, ...]
    counts: Counts
    unpriced: tuple[Unpriced, ...]
    notes: tuple[tuple[Note, int], ...]
    sources_read: str | None = None

    def account_lines(self) -> tuple[tuple[tuple[object, ...], Adjustment], ...]:
        """The lines of the account with the group of each: an allowance and a tier are spread over
        the groups by what each used, all else is of none.
        """
        if not self.by:
            return tuple(((), one) for one in self.adjustments)
        nobody = (None,) * len(self.by)
        return tuple(
            (own.shares[0].by if own.is_spread else nobody, own)
            for one in self.adjustments
            for own in spread(one)
        )

    def to_dict(self) -> dict[str, Any]:
        """The invoice as `pricelang invoice --json` prints it: amounts are decimal strings."""
        counted = ("read", "priced", "free", "skipped", "refused", "outside")
        about = ("kind", "name", "since", "quantity", "text", "amount", "currency")
        return {
            "book": self.book,
            "list": self.list,
            "sources_read": self.sources_read,
            "period": None if self.period is None else self.period.name,
            "lines": [line.to_dict(self.by) for line in self.lines],
            "subtotals": [one.to_dict() for one in self.subtotals],
            "account": [
                {
                    **dict(zip(self.by, group, strict=True)),
                    **fields_of(one, *about),
                    **({"unit": one.unit} if one.unit else {}),
                    **({} if one.holder == WHOLE else fields_of(one, "per", "holder")),
                }
                for group, one in self.account_lines()
            ],
            "totals": [total.to_dict() for total in self.totals],
            "records": fields_of(self.counts, *counted),
            "refused": [
                {
                    "records": one.rows,
                    "code": one.code,
                    "message": one.reason,
                    "places": list(one.places),
                }
                for one in self.unpriced
            ],
            "notes": [note.to_dict() for note, _ in self.notes],
        }


def make_invoice(
    book: PriceBook,
    outcomes: Iterable[Outcome],
    period: Period | None = None,
    by: Sequence[str] = (),
    given: RecordDefaults | None = None,
    refused: Callable[[Place, dict[str, str | None]], None] | None = None,
    missing_key: MissingKey = "refuse",
) -> Invoice:
    """The invoice for records in any order.

    Lines are what `book` charges for each request alone, beside what the book below it charges
    (itself where there is none), by model, meter and price, and by the names `by`. Free allowances
    and tiers are used up in order of instant, also by records from before the period where they are
    of a longer one; floors and caps hold for periods that the invoice covers. Each counts by its
    key: what a record carries, such as its `project`; all records are of one `organization` unless
    they carry one. `missing_key` says whether a record that lacks its key is refused, or counted
    with all such (`none`). Records outside of the period are counted and left out; one without a
    time is refused.

    Raises `BadRequest`: `no_column` for a name that no record carries, `mixed_accounts` where some
    records carry an organization and others do not.
    """
    book.alone("an invoice")
    tally, draft = Tally(refused), _Draft.of(book, period, by, missing_key)
    draft.read(tally, outcomes, given or RecordDefaults())
    return draft.invoice(tally)


@frozen(eq=False)
class _Requests:
    """The requests of a record: those inside the period with their groups, their prices by the
    book and by the list, and what they carry; and those before it, with what they carry.
    `is_outside` is a record with none inside.
    """

    keys: list[Key]
    used: list[Priced]
    listed: list[Priced | None]
    carried: list[Mapping[str, str]]
    earlier: list[tuple[Priced, Mapping[str, str]]]
    notes: list[Note]
    is_outside: bool


@frozen(eq=False)
class _Draft:
    """An invoice that is being made: its lines, and what the account has used."""

    book: PriceBook
    below: PriceBook | None
    period: Period | None
    lines: Lines
    account: AccountUsage
    grouping: GroupKeys

    @classmethod
    def of(
        cls, book: PriceBook, period: Period | None, by: Sequence[str], missing_key: MissingKey
    ) -> _Draft:
        """An empty one."""
        account = AccountUsage(book.checked, period, missing_key)
        grouping = GroupKeys(book.checked, by, optional=[WORKSPACE] if WORKSPACE not in by else [])
        return cls(book, book.below, period, Lines(), account, grouping)

    def read(self, tally: Tally, outcomes: Iterable[Outcome], given: RecordDefaults) -> None:
        """Adds all records; what becomes of each is counted.
        Raises `BadRequest` (`no_column`) for a name that no record carries.
        """
        for record in tally.records(outcomes):
            try:
                with BELT:
                    requests = self.priced(record, given)
            except PriceError as error:
                tally.refuse(record.place, error)
                continue
            if self.add(requests):
                free = not any(costs(Bill((priced,))) for priced in requests.used)
                tally.accept(free, requests.notes)
            else:
                tally.outside += 1
        self.grouping.check()

    def invoice(self, tally: Tally) -> Invoice:
        """The invoice of what was read. Raises `BadRequest` (`mixed_accounts`)."""
        detailed, by = self.lines.done(), self.grouping.by
        lines = merged(detailed, len(by))
        adjustments, left_out = self.account.settle()
        noted = [*tally.notes.items(), *((Note("account", text), 0) for text in left_out)]
        return Invoice(
            self.book.name,
            self.book.title,
            self.book.name if self.below is None else self.below.name,
            self.period,
            by,
            lines,
            adjustments,
            invoice_totals(lines, adjustments),
            subtotals_of(detailed, (*by, *self.grouping.optional)),
            tally.counts(),
            tally.unpriced(),
            tuple(noted),
            self.book.as_of,
        )

    def priced(self, record: Record, given: RecordDefaults) -> _Requests:
        """The requests of a record. Raises `PriceError`."""
        inside, early = _split(record, given, self.period, self.account.since)
        used = _priced(self.book, inside, given)
        earlier = list(zip(_priced(self.book, early, given), early.carried(), strict=True))
        pairs = list(zip(inside.parts, used, strict=True))
        listed = [
            priced if self.below is None else _listed(self.below, part, given)
            for part, priced in pairs
        ]
        keys = [self.grouping.key(inside, part, priced, given) for part, priced in pairs]
        carried = inside.carried()
        for priced, attributes in (*zip(used, carried, strict=True), *earlier):
            self.account.check(priced, attributes)
        notes = [*record.notes, *(note for priced in used for note in priced.remarks)]
        if given.strict:
            check_certain(notes)
        is_outside = bool(record.parts) and not inside.parts
        return _Requests(keys, used, listed, carried, earlier, notes, is_outside)

    def add(self, requests: _Requests) -> bool:
        """Adds the requests of a record, or says that none is inside of the period."""
        for priced, carried in requests.earlier:
            self.account.before(priced, carried)
        if requests.is_outside:
            return False
        columns = requests.keys, requests.used, requests.listed, requests.carried
        for key, priced, other, carried in zip(*columns, strict=True):
            self.lines.add(key, priced, other)
            self.account.add(priced, carried, key[: len(key) - len(self.grouping.optional)])
        return True


def _split(
    record: Record, given: RecordDefaults, period: Period | None, since: int | None
) -> tuple[Record, Record]:
    """The requests of a record inside a period, and those before it but not before `since`.
    Raises `BadRequest` (`no_time`, `bad_date`).
    """
    inside, early = [], []
    for part in record.parts:
        at = part.at if part.at is not None else given.at
        if at is None:
            raise no_time()
        seconds = moment(at, UTC)[0]
        if period is None or period.holds(seconds):
            inside.append(part)
        elif since is not None and period.start is not None and since <= seconds < period.start:
            early.append(part)
    return evolve(record, parts=tuple(inside)), evolve(record, parts=tuple(early))


def _priced(book: PriceBook, record: Record, given: RecordDefaults) -> list[Priced]:
    """Each request of a record. Raises `PriceError`, also for a sum that has only bounds."""
    found: list[Priced] = []
    for bill in book.price_parts(
        record, model=given.model, at=given.at, dimensions=given.dimensions
    ):
        if bill.bounds is not None:
            raise BadRequest(
                "range",
                f"the record adds up requests, and what they cost depends on {open_of(bill)} of "
                "each, so it has no single amount",
                help=help_with_bounds(bill, f"say the side of each, such as `{_EACH}`"),
            )
        found += bill.parts
    return found


def _listed(below: PriceBook, part: Part, given: RecordDefaults) -> Priced | None:
    """A request by the list, if it has one price there."""
    try:
        (bill,) = below.price_parts(
            Record((part,), Place(""), ""),
            model=given.model,
            at=given.at,
            dimensions=given.dimensions,
        )
    except PriceError:
        return None
    return bill.parts[0] if bill.bounds is None else None
