"""Bad books that no text file of the corpus can hold:
each function writes one and says how it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pricelang.check import book_files
from pricelang.compile import modifier_lines
from pricelang.solver import effort as search
from pricelang.syntax import diagnostics as faults

SMALL = """book small "A small book" in USD

unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model   | released   |
  | alpha-1 | 2026-01-01 |
rates per MTok
  | model   | from       | input |
  | alpha-1 | 2026-01-01 | $1    |
"""


def _write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _link_outside(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "outside.price", "meter output in tokens\n")
    _write(folder / "book" / "book.price", SMALL + 'include "link.price"\n')
    (folder / "book" / "link.price").symlink_to(folder / "outside.price")
    return "book"


def _link_to_itself(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "book" / "book.price", SMALL + 'include "link.price"\n')
    (folder / "book" / "link.price").symlink_to(folder / "book" / "link.price")
    return "book"


def _endless_name(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.price", SMALL + f'include "{"x" * 300}.price"\n')
    return "small.price"


def _long_line(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.price", SMALL + f'note "{"x" * 20_000}"\n')
    return "small.price"


def _many_bytes(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.price", SMALL + "#" * book_files.MAX_BYTES)
    return "small.price"


def _many_files(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(book_files, "MAX_FILES", 3)
    names = [f"part_{number}.price" for number in range(3)]
    for name in names:
        _write(folder / name, "# nothing\n")
    _write(folder / "small.price", SMALL + "".join(f'include "{name}"\n' for name in names))
    return "small.price"


def _compiled(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.json", "{}")
    return "small.json"


def _text_alone(folder: Path, patch: pytest.MonkeyPatch) -> str:
    return SMALL + 'include "part.price"\n'


def _many_layers(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "book_0.price", SMALL.replace("book small", "book book_0"))
    for number in range(1, 10):
        _write(
            folder / f"book_{number}.price",
            f"book book_{number} extends book_{number - 1} from 2026-02-01\n",
        )
    return "book_9.price"


def _not_utf_8(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.price", SMALL.encode() + b'note "caf\xe9"\n')
    return "small.price"


def _unreadable(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "small.price", SMALL)

    def refuse(path: Path, *args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    patch.setattr(Path, "open", refuse)
    return "small.price"


def _no_entry(folder: Path, patch: pytest.MonkeyPatch) -> str:
    _write(folder / "rules" / "small.price", SMALL)
    return "rules"


def _no_book(folder: Path, patch: pytest.MonkeyPatch) -> str:
    return "antropic"


def _no_such_file(folder: Path, patch: pytest.MonkeyPatch) -> str:
    return "nosuch.price"


def _many_pieces(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(search, "MAX_EFFORT", 20)
    axes = "".join(f"dimension side_{axis} default low\n  low, high\n" for axis in "abc")
    lines = "".join(
        f"  no effect when side_{a} is high and side_{b} is low\n" for a, b in ("ab", "bc", "ca")
    )
    _write(
        folder / "small.price",
        SMALL + axes + "multiplier odd\n  when side_a is low or high\n" + lines,
    )
    return "small.price"


AXES = "".join(f"dimension side_{axis} default low\n  low, high\n" for axis in "abcd")


def _many_pieces_of_rates(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(search, "MAX_EFFORT", 1)
    rows = "  | model   | from       | input            |\n  | alpha-1 | 2026-01-01 | $3 instead of $1 |\n"
    when = "side_a is high and side_b is high and side_c is high"
    _write(folder / "small.price", SMALL + AXES + f"rates per MTok when {when}\n" + rows)
    above = "rates per MTok\n" + rows.replace("2026-01-01 | $3", "2026-06-01 | $2")
    _write(folder / "ours.price", "book ours extends small from 2026-06-01\n" + above)
    return "ours.price"


def _many_pieces_of_a_charge(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(search, "MAX_EFFORT", 40)
    when = "side_a is high and side_b is high and side_c is high"
    charge = f"meter calls in calls\ncharge calls\n  $1 per call  when {when}\n"
    _write(folder / "small.price", SMALL + AXES + charge)
    return "small.price"


def _many_pieces_of_all(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(search, "MAX_EFFORT", 50)
    notes = "".join(
        f'note "{a}{b}" when side_{a} is high and side_{b} is high\n' for a, b in ("ac", "bd")
    )
    _write(folder / "small.price", SMALL + AXES + notes)
    return "small.price"


def _many_pieces_of_an_exclusion(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(search, "MAX_EFFORT", 120)
    odd = "multiplier odd\n  x 2 on input\n  no effect when side_a is high and side_b is high\n"
    even = "multiplier even\n  x 3 on input\n  no effect when side_c is high and side_d is high\n"
    _write(
        folder / "small.price",
        SMALL + AXES + odd + even + 'exclude odd with even because "one at a time"\n',
    )
    return "small.price"


def _many_lines(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(modifier_lines, "MAX_LINES", 3)
    lines = "".join(
        f"  x 2 on input when input over {number} from 2026-0{number}-01 before 2026-0{number + 1}-01\n"
        for number in range(1, 6)
    )
    _write(folder / "small.price", SMALL + "multiplier odd\n" + lines)
    return "small.price"


def _many_faults(folder: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(faults, "MAX_FAULTS", 2)
    _write(
        folder / "small.price",
        SMALL + "".join(f"unit u{number} is 2 nothings_{number}\n" for number in range(5)),
    )
    return "small.price"


MADE: dict[str, Callable[[Path, pytest.MonkeyPatch], str]] = {
    "compiled": _compiled,
    "endless_name": _endless_name,
    "link_outside": _link_outside,
    "link_to_itself": _link_to_itself,
    "long_line": _long_line,
    "many_bytes": _many_bytes,
    "many_files": _many_files,
    "many_layers": _many_layers,
    "many_lines": _many_lines,
    "many_faults": _many_faults,
    "many_pieces": _many_pieces,
    "many_pieces_of_a_charge": _many_pieces_of_a_charge,
    "many_pieces_of_all": _many_pieces_of_all,
    "many_pieces_of_an_exclusion": _many_pieces_of_an_exclusion,
    "many_pieces_of_rates": _many_pieces_of_rates,
    "no_book": _no_book,
    "text_alone": _text_alone,
    "no_entry": _no_entry,
    "no_such_file": _no_such_file,
    "not_utf_8": _not_utf_8,
    "unreadable": _unreadable,
}
