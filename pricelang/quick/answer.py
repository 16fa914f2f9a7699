"""The answer to a plain request out of kept rates: the very text that the ordinary way prints."""

from __future__ import annotations

import json
import os
import sys
import time
from fractions import Fraction

from pricelang.cli.exit_codes import (
    BROKEN_PIPE,
    DONE,
    INTERRUPTED,
    forget_stdout,
    last_words,
    lenient,
)
from pricelang.present.decimals import money, plain, scaled
from pricelang.present.text_tables import (
    REQUEST_HEADERS,
    REQUEST_NUMBERS,
    TOTAL_HEADERS,
    TOTAL_NUMBERS,
    counts_line,
    note_line,
    record_headers,
    record_numbers,
    record_row,
    request_row,
    request_total,
    shared_folder,
    short_place,
    table_lines,
)
from pricelang.quick.rates import Rates, kept_rates, slot_of
from pricelang.quick.request import Request, request_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def quick_answer(arguments: Sequence[str]) -> str | None:
    """What `pricelang ARGUMENTS` prints, where that is known;
    None where the ordinary way must find out.

    An answer from here is always one that the ordinary way
    ends with exit code 0 and nothing on standard error.
    """
    # Where a shell asks for completions or a table is drawn,
    # and where click rewrites arguments, click has its say.
    if (
        os.name != "posix"
        or sys.stdout is None
        or any(name.endswith("_COMPLETE") for name in os.environ)
    ):
        return None
    try:
        request = request_of(arguments)
        if request is None or (not request.as_json and sys.stdout.isatty()):
            return None
        at = request.at if request.at is not None else time.strftime("%Y-%m-%d", time.gmtime())
        slot = slot_of(
            request.model, at, request.at is not None, request.dimensions, list(request.usage)
        )
        rates = kept_rates(slot, request.usage) if slot is not None else None
        if rates is None:
            return None
        text = "".join(line + "\n" for line in _lines(request, rates))
    except (
        Exception
    ):  # what is kept is anybody's data, of any shape: the ordinary way does without it
        return None
    # click takes escapes out, and has its own mind about streams that are said to be ASCII
    plain_stream = text.isascii() or (sys.stdout.encoding or "").lower() in ("utf-8", "utf8")
    return text if plain_stream and "\x1b" not in text else None


def say(text: str) -> int:
    """Prints an answer and returns the exit code, which is not 0 where it could not be printed."""
    lenient(sys.stdout, sys.stderr)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return last_words(error)
    return DONE


def _lines(request: Request, rates: Rates) -> Iterator[str]:
    units = {name: rates.lines[name].coefficient * count for name, count in request.usage.items()}
    total = sum(units.values())
    if request.as_json:
        yield _json(request, rates, units, total)
        return

    def amount(number: int) -> str:
        return money(Fraction(number, 10**rates.places), rates.currency)

    if request.place is not None:
        yield from _record(request, rates, amount(total), bool(total))
        return
    rows = []
    for name, count in request.usage.items():
        line = rates.lines[name]
        rows.append(
            request_row(
                name, Fraction(count), line.units, line.price, line.rules, amount(units[name])
            )
        )
    rows.append(request_total(amount(total)))
    yield from table_lines(REQUEST_HEADERS, rows, REQUEST_NUMBERS, 1, rates.title)
    for note in rates.notes:
        yield note_line(note)


def _json(request: Request, rates: Rates, units: dict[str, int], total: int) -> str:
    lines = []
    for name, count in request.usage.items():
        amounts = {"quantity": str(count), "amount": plain(scaled(units[name], rates.places))}
        lines.append({**rates.lines[name].json, **amounts})
    found: dict[str, object] = {
        "total": plain(scaled(total, rates.places)),
        "currency": rates.currency,
        "lines": lines,
        "notes": rates.notes,
    }
    if request.place is not None:
        file, at_line, id = request.place
        found |= {"file": file, "line": at_line, "id": id}
    return json.dumps(found)


def _record(request: Request, rates: Rates, total: str, priced: bool) -> Iterator[str]:
    """The tables of one record, as `pricelang price FILE` prints them."""
    file, line, id = request.place or ("", 1, None)
    place = short_place(file, line, shared_folder([file]))
    quantities = {name: Fraction(count) for name, count in request.usage.items()}
    headers = record_headers(rates.columns, bool(id))
    yield from table_lines(
        headers,
        [record_row(place, id or None, rates.model, rates.columns, quantities, total)],
        record_numbers(headers, rates.columns),
    )
    yield ""
    yield from table_lines(
        TOTAL_HEADERS, [(rates.model, "1", total), ("total", "1", total)], TOTAL_NUMBERS, 1
    )
    yield ""
    yield counts_line(int(priced), int(not priced), 0, 0)
    for note in rates.notes:
        yield note_line(note, 1)
