"""The tables of a price page on a day: those that are asked for, or that such pages show."""

from __future__ import annotations

from collections.abc import Iterable

from pricelang.apps.price_page.charges import charges_of
from pricelang.apps.price_page.day import PageDay
from pricelang.apps.price_page.multiples import multiples_of
from pricelang.apps.price_page.page import ALL, BASE, CACHE, CHARGES, Page
from pricelang.apps.price_page.rules_beside import conditions_beside, rules_beside
from pricelang.evaluate.announced import announced_notes
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.diagrams import Slot, slot_of
from pricelang.model.errors import BadRequest
from pricelang.model.instants import Instant, seconds_of, today
from pricelang.model.notes import Note
from pricelang.present.text import help_for

USUAL = (BASE, CACHE, "batch", "fast", CHARGES)
"""What a price page shows, of the tables that a book has."""


def modes_of(book: m.Book) -> list[str]:
    """The tables that a book has:
    `base`, `cache` where prices derive from others, one a modifier, `charges`.
    """
    shown = (mode for rule in r.rules_of(book) if (mode := _mode_of(book, rule)) is not None)
    return list(dict.fromkeys([BASE, *shown]))


def _mode_of(book: m.Book, rule: k.Rule) -> str | None:
    """The table that a rule is shown in, or None where it stands beside them (`rules_beside`)."""
    match slot_of(rule):
        case Slot("price"):
            return BASE
        case Slot("derivation"):
            return CACHE
        case Slot("modifier", index):
            return book.modifiers[index].name
        case Slot("charge"):
            return CHARGES
        case _:
            return None


def price_page(
    book: m.Book, at: Instant | None = None, modes: Iterable[str] = (), retired: bool = False
) -> Page:
    """The tables of a book on a day: those of `modes`,
    or those that a price page shows; `all` are all.

    Models that were retired long before are left out, unless `retired` asks for them.
    Raises `BadRequest` (`unknown_mode`, `bad_date`).
    """
    named = list(modes)
    wanted = _wanted(book, named)
    day = PageDay.of(book, seconds_of(today() if at is None else at), retired)
    modifiers = {modifier.name: modifier for modifier in book.modifiers}
    tables = [
        table
        for mode in wanted
        if mode not in (ALL, CACHE, CHARGES)
        for table in (
            (day.base(), day.conditions()) if mode == BASE else (day.under(modifiers[mode]),)
        )
    ]
    announced = (note for model in day.models for note in announced_notes(book, model, day.stretch))
    return Page(
        day.seconds,
        tuple(table for table in tables if table.rows),
        tuple(multiples_of(day)) if CACHE in wanted else (),
        tuple(charges_of(day)) if CHARGES in wanted else (),
        (*announced, *(Note("remark", x.text) for x in book.remarks)),
        _beside(book, day, wanted, asked=bool(named)),
    )


def _beside(book: m.Book, day: PageDay, wanted: list[str], asked: bool) -> tuple[str, ...]:
    """What is in no table: all rules behind `all`, and else what moves prices."""
    if ALL in wanted:
        return rules_beside(book, day.models, day.stretch)
    if BASE not in wanted and asked:
        return ()
    return conditions_beside(book, day.models, day.stretch, wanted)


def _wanted(book: m.Book, asked: list[str]) -> list[str]:
    """The tables to show: those asked for, all of them behind `all`, or those of price pages.
    Raises `BadRequest` (`unknown_mode`).
    """
    known = modes_of(book)
    for mode in asked:
        if mode not in (*known, ALL):
            help = help_for(mode, [*known, ALL], "tables")
            raise BadRequest("unknown_mode", f"the book has no table `{mode}`", help=help)
    if ALL in asked:
        return [ALL, *known]
    # what holds without being asked for belongs to the prices of a model
    always = {modifier.name for modifier in book.modifiers if not modifier.conditional}
    shown = [mode for mode in USUAL if mode in known]
    usual = [mode for mode in shown if mode != CHARGES]
    more = [mode for mode in known if mode in always and mode not in usual]
    return asked or [*usual, *more, *(mode for mode in shown if mode == CHARGES)]
