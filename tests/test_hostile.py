"""What strangers may hand in:
texts, quantities, names and cache files do no more harm than an error that says so.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.syntax.diagnostics import render_fault
from tests.oracle_requests import share
from tests.test_agreement import ROOT, SHIPPED

RULES = ROOT / "rules" / "anthropic"
OPUS: dict[str, Any] = {"model": "claude-opus-4-7", "at": "2026-04-17"}
EXPECTED = Decimal("0.625")
PRICE = """
import pricelang, sys
usage = {"input": 50000, "output": 15000}
print(pricelang.load(sys.argv[1]).total(model="claude-opus-4-7", at="2026-04-17", usage=usage))
"""


@functools.cache
def book(name: str = "anthropic") -> pricelang.Book:
    return pricelang.load(SHIPPED[name])


def small() -> pricelang.Book:
    """A book that is quickly checked, loaded anew."""
    return pricelang.load(SHIPPED["claude"])


def opus_total(found: pricelang.Book) -> Decimal:
    """What 50,000 tokens of input and 15,000 of output cost on Opus 4.7."""
    return found.total(**OPUS, usage={"input": 50_000, "output": 15_000})


# ---- texts ---------------------------------------------------------------------------------------


def check_text(files: dict[str, str]) -> None:
    """A book or faults, each with a code and a sentence, and each can be printed."""
    layer = Layer(tuple(TextFile(name, Path(name), text) for name, text in files.items()))
    checked = check_layers((layer,))
    if checked.book is None:
        assert any(fault.severity == "error" for fault in checked.faults)
    else:
        pricelang.Book(checked.book).models()
    for fault in checked.faults:
        assert fault.code
        assert fault.message
        assert not fault.message.endswith(".")
        shown = render_fault(fault, checked.texts)
        assert all(char.isprintable() for char in shown.replace("\n", ""))


@given(st.text(max_size=200))
@example("book a\nbook b")
@example("\ufeffbook a in USD\r\n")
@example("book a extends a")
@example("book a in USD\n" + "group g is g\n" * 3)
def test_any_text_gives_a_book_or_faults(text: str) -> None:
    check_text({"a.price": text})
    check_text({"a.price": "book a in USD\n" + text})


WORDS = sorted(
    {word for path in SHIPPED.values() for word in path.read_text().split() if len(word) < 40}
)


@given(
    st.lists(
        st.one_of(st.sampled_from(WORDS), st.sampled_from(["\n", "\n  ", "|", "\n  |"])),
        max_size=40,
    )
)
def test_words_of_the_language_in_any_order(words: list[str]) -> None:
    check_text({"a.price": "book a in USD\n" + " ".join(words)})


def damaged(text: str, random: Random) -> str:
    """A text with one line, word or character deleted, doubled, swapped or replaced, or cut off."""
    unit = random.choice(["line", "word", "character", "cut"])
    if unit == "cut" or not text:
        return text[: random.randrange(len(text) + 1)]
    parts = (
        text.split("\n") if unit == "line" else text.split(" ") if unit == "word" else list(text)
    )
    glue = {"line": "\n", "word": " ", "character": ""}[unit]
    one, other = random.randrange(len(parts)), random.randrange(len(parts))
    kind = random.choice(["delete", "double", "swap", "replace"])
    if kind == "delete":
        del parts[one]
    elif kind == "double":
        parts.insert(other, parts[one])
    elif kind == "swap":
        parts[one], parts[other] = parts[other], parts[one]
    else:
        parts[one] = random.choice(
            [*WORDS, "\x1b", "é", '"', "0", "|", "-1", "1e9", "\t", "\u2028"]
        )
    return glue.join(parts)


def small_books() -> dict[str, str]:
    return {
        path.name: path.read_text()
        for path in SHIPPED.values()
        if "extends" not in path.read_text() and path.parent != RULES
    }


@share(0.5)
@given(st.integers(0, 2**64), st.sampled_from(sorted(small_books())), st.integers(1, 4))
def test_damaged_specimens(seed: int, name: str, times: int) -> None:
    random, text = Random(seed), small_books()[name]
    for _ in range(times):
        text = damaged(text, random)
    check_text({name: text})


@functools.cache
def rules() -> dict[str, str]:
    """The shipped book without its examples, which would only take time."""
    paths = [
        RULES / "book.price",
        *sorted(path for path in RULES.glob("*.price") if path.name != "book.price"),
    ]
    return {path.name: path.read_text() for path in paths}


@share(0.12)
@given(st.integers(0, 2**64), st.sampled_from(sorted(rules())))
def test_a_damaged_shipped_book(seed: int, name: str) -> None:
    check_text(rules() | {name: damaged(rules()[name], Random(seed))})


# ---- requests ------------------------------------------------------------------------------------


def refused(**request: Any) -> pricelang.PriceError:
    """The error of a request, which is the same from `price` and from `total`, cold and warm."""
    found = []
    for call in (book().total, book().price, book().total):
        book().total(**OPUS, usage={"input": 1})  # the combination is known from here on
        with pytest.raises(pricelang.PriceError) as raised:
            call(**request)
        found.append(raised.value)
    assert len({(error.code, error.message) for error in found}) == 1
    error = found[0]
    assert error.code
    assert error.message
    assert (error.message + (error.help or "")).isprintable(), ascii(error.message)
    assert len(error.message) < 400
    json.dumps(error.to_dict())
    return error


QUANTITIES = [
    -1,
    -(10**5000),
    10**50,
    10**5000,
    0.5,
    1.0,
    float("nan"),
    float("inf"),
    True,
    False,
    None,
    "",
    "-1",
    "1e5",
    "ten",
    "٣",
    "1_000",
    "NaN",
    "Infinity",
    "1e999999999",
    "1" * 5000,
    "1 minute",
    "1 furlong",
    "1 token\x1b[31m",
    "1\n",
    b"1",
    "0.5",
    1j,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("-1"),
    Decimal("1e999999999"),
    Decimal("1e-999999999"),
    Decimal("0.5"),
    Fraction(1, 3),
    Fraction(-1),
    Fraction(1, 10**5000),
    [1, -1],
    [[1]],
    {"a": 1},
    {1},
    [None],
    object,
    ("1", 0.5),
]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda value: type(value).__name__)
def test_quantities_that_are_none(quantity: object) -> None:
    if quantity == "1\n":
        pytest.skip("blanks around a number are no harm")
    error = refused(**OPUS, usage={"input": quantity})
    assert error.code == "bad_quantity"
    assert "`input`" in error.message


@pytest.mark.parametrize(
    "quantity",
    [
        0,
        1,
        10**15,
        10**30,
        "1,000",
        "7 tokens",
        Decimal("12.000"),
        Fraction(9, 3),
        [],
        [1, "2"],
        (3,),
    ],
)
def test_quantities_that_are_some(quantity: object) -> None:
    bill = book().price(**OPUS, usage={"input": quantity}, record="sum")
    assert (
        bill.total
        == book()
        .rates.request(OPUS["model"], OPUS["at"], {"input": quantity}, {}, held=False)
        .amount
    )


NAMES = [
    "",
    " ",
    "claude-opus-4-7 ",
    "CLAUDE-OPUS-4-7",
    "clаude-opus-4-7",
    "claude-opus-4-7\n",
    'x"; drop table',
    "a\nb\x1b[2J\x07",
    "\u202eabc",
    "`",
    "'",
    "x" * 100_000,
    "\ud800",
    "claude-opus-4-7\u200b",
    "../../etc/passwd",
    "{model}",
    "%s",
    "\x00",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_names_from_strangers(name: str) -> None:
    assert refused(model=name, at="2026-04-17", usage={"input": 1}).code == "unknown_model"
    assert refused(**OPUS, usage={name: 1}).code == "unknown_meter"
    assert refused(**OPUS, usage={"input": 1}, speed=name).code == "unknown_value"
    assert refused(**OPUS, usage={"input": 1}, **{name: "fast"}).code == "unknown_dimension"


@given(st.text(max_size=60))
def test_any_name(name: str) -> None:
    for request in (
        {"model": name, "at": "2026-04-17", "usage": {}},
        {**OPUS, "usage": {}, "platform": name},
        {**OPUS, "usage": {name: 1}},
    ):
        try:
            book().price(**request)
        except pricelang.PriceError as error:
            assert (error.message + (error.help or "")).isprintable()  # noqa: PT017


@pytest.mark.parametrize(
    "name",
    [None, 5, 10**5000, b"claude-opus-4-7", ["claude-opus-4-7"], {}, 1.5, True, object()],
    ids=lambda x: type(x).__name__,
)
def test_names_of_odd_types(name: Any) -> None:
    assert refused(model=name, at="2026-04-17", usage={"input": 1}).code in (
        "bad_record",
        "unknown_model",
    )
    if name is not None:  # None says nothing, so that the default holds
        assert "speed" in refused(**OPUS, usage={"input": 1}, speed=name).message
        assert refused(**OPUS, usage={"input": 1}, colour=name).code == "unknown_dimension"
    if not isinstance(name, list | dict):
        assert refused(**OPUS, usage={name: 1}).code == "unknown_meter"


@pytest.mark.parametrize(
    "usage", ["abc", None, 5, [("input", 1)], {"input"}, object()], ids=lambda x: type(x).__name__
)
def test_usage_that_is_no_map(usage: Any) -> None:
    assert refused(**OPUS, usage=usage).code == "bad_record"


INSTANTS = [
    10**5000,
    True,
    "",
    "yesterday",
    "2026-02-30",
    "2026-13-01",
    "2026-04-17T25:00",
    "x" * 10_000,
    "2026-04-17\x1b[31m",
    "２０２６-04-17",
    b"2026-04-17",
    ["2026-04-17"],
    (2026, 4, 17),
    datetime.time(1),
    "\n",
    "2026-04-17\x00",
    "2026-04-17; --",
]


@pytest.mark.parametrize("at", INSTANTS, ids=lambda at: type(at).__name__)
def test_instants_that_are_none(at: Any) -> None:
    assert refused(model="claude-opus-4-7", at=at, usage={"input": 1}).code == "bad_date"


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-instant-1"])
def test_instants_at_the_end_of_time(model: str) -> None:
    for at in (
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01",
        "0999-12-31",
    ):
        with pytest.raises(pricelang.PriceError):
            book().total(model=model, at=at, usage={"input": 1})
        with pytest.raises(pricelang.PriceError):
            book().at(at).total(model=model, usage={"input": 1})
    assert book().at("9999-12-31").total(model=model, usage={"input": 1}) > 0


def test_instants_of_every_sort_are_the_same() -> None:
    """A naive instant is UTC; one with an offset is not the day that it writes;
    a day is its start.
    """
    utc, tokyo = datetime.UTC, ZoneInfo("Asia/Tokyo")
    same: list[Any] = [
        datetime.date(2026, 10, 7),
        datetime.datetime(2026, 10, 7),
        datetime.datetime(2026, 10, 7, tzinfo=utc),
        "2026-10-07",
        datetime.datetime(2026, 10, 7, 9, tzinfo=tokyo),
        "2026-10-07T09:00:00+09:00",
        "2026-10-07 00:00 UTC",
        "2026-10-06T19:00-05:00",
    ]
    before: list[Any] = [
        datetime.datetime(2026, 10, 7, tzinfo=tokyo),
        "2026-10-07T08:59:59+09:00",
        datetime.date(2026, 10, 6),
        "2026-10-06T23:59:59.999999Z",
    ]
    for at in same * 2:
        assert book().total(
            model="claude-sonnet-5-5", at=at, usage={"cache_read": 10**6}
        ) == Decimal("0.1")
    for at in before * 2:
        assert book().total(
            model="claude-sonnet-5-5", at=at, usage={"cache_read": 10**6}
        ) == Decimal("0.2")


def test_the_two_hours_of_one_name() -> None:
    """An hour that a zone has twice: the instants are equal to Python and are not the same."""
    first = datetime.datetime(2026, 10, 25, 0, 15, tzinfo=ZoneInfo("Atlantic/Azores"))
    second = first.replace(fold=1)
    assert (first.timestamp(), first) == (second.timestamp() - 3600, second)
    for at, expected in (
        (first, 1),
        (second, 2),
        (first, 1),
    ):  # until 00:30 UTC, input of the specimen costs half
        assert book("extras").total(model="beta-1", at=at, usage={"input": 10**6}) == expected


def test_misuse_of_the_calls() -> None:
    with pytest.raises(TypeError):
        book().price("claude-opus-4-7", {"input": 1})  # type: ignore[call-arg]
    assert refused(**OPUS, usage={"input": 1}, sped="fast").help == "did you mean `speed`?"
    bad: list[dict[str, Any]] = [
        {"record": "many"},
        {"record": "x\x1b"},
        {"record": 5},
        {"each": ["prompt over 200000"]},
    ]
    for request in [*bad, {"record": "sum", "each": ["x\x1b\n"]}, {"record": "sum", "each": [5]}]:
        with pytest.raises(pricelang.BadRequest) as raised:
            book().price(**OPUS, usage={"input": 1}, **request)
        assert raised.value.code == "bad_record"
        assert raised.value.message.isprintable()
    for source in ("nothing-there", "", "\x00", "a\nb", "x" * 5000):
        with pytest.raises(pricelang.BookError):
            pricelang.load(source)


# ---- the cache -----------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder that holds a small book."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PRICELANG_CACHE", str(folder))
    assert opus_total(small()) == EXPECTED
    yield folder
    assert opus_total(small()) == EXPECTED


def only_file(folder: Path) -> Path:
    (found,) = folder.glob("*.json")
    return found


def signed(body: bytes) -> bytes:
    """A body as the cache writes it: with its own digest, which a stranger can work out as well."""
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def changed_price(data: bytes) -> bytes:
    """The cached book with another name of a model, so that using it would be noticed."""
    body = data.partition(b"\n")[2]
    assert b"claude-opus-4-7" in body
    return signed(body.replace(b"claude-opus-4-7", b"claude-opus-9-9"))


def test_the_cache_is_used_at_all(cache: Path) -> None:
    """So that the tests below can tell:
    a file of the user's own with a whole digest is believed.
    """
    path = only_file(cache)
    right = path.read_bytes()
    path.write_bytes(changed_price(right))
    with pytest.raises(pricelang.UnknownName):
        opus_total(small())
    path.write_bytes(right)


class Bomb:
    """Pickled, it would make a folder where it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("exploded",)


BODIES = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"Book":[]}',
    b'{"Book":1}',
    b'{"os.system":["touch exploded"]}',
    b'{"Path":["exploded"]}',
    b'{"/":[1,0]}',
    b'{"Fraction":[1,2]}',
    b'{"__import__":["os"]}',
    b'{"Origin":["a",1,1,1]}',
    b"[" * 100_000,
    b'{"a":1,"b":2}',
    b'{"annotations":[]}',
    pickle.dumps(Bomb()),
    b"1" * 10_000,
    b'{"/":["1","0"]}',
    b'{"Callable":[1]}',
]


@pytest.mark.campaign
@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body)[:24])
def test_bodies_of_no_book_are_passed_over(
    cache: Path, body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for data in (body, signed(body)):
        only_file(cache).write_bytes(data)
        assert opus_total(small()) == EXPECTED
    assert not list(tmp_path.rglob("exploded"))


def test_a_truncated_or_flipped_file_is_passed_over(cache: Path) -> None:
    path = only_file(cache)
    right, random = path.read_bytes(), Random(1)
    for _ in range(4):
        path.write_bytes(right[: random.randrange(len(right))])
        assert opus_total(small()) == EXPECTED
        place = random.randrange(len(right))
        path.write_bytes(right[:place] + bytes([right[place] ^ 1]) + right[place + 1 :])
        assert opus_total(small()) == EXPECTED


def test_a_first_line_alone_is_no_book(cache: Path) -> None:
    """With the digest of what is left: also the examples and claims,
    which are read when wanted, must be whole.
    """
    path = only_file(cache)
    body = path.read_bytes().partition(b"\n")[2]
    for cut in (body.split(b"\n")[0], body.split(b"\n")[0] + b"\n{}", body[:-9]):
        path.write_bytes(signed(cut))
        found = small()
        assert opus_total(found) == EXPECTED
        sayings = (
            found.checked.sayings()
            if callable(getattr(found.checked, "sayings", None))
            else found.checked
        )
        assert len(sayings.examples) == 4


def test_a_file_or_folder_that_others_can_write_is_not_read(cache: Path) -> None:
    path = only_file(cache)
    path.write_bytes(changed_price(path.read_bytes()))
    for mode in (0o620, 0o602, 0o666):
        path.chmod(mode)
        assert opus_total(small()) == EXPECTED
        path.write_bytes(changed_price(path.read_bytes()))
    path.chmod(0o600)
    for mode in (0o770, 0o707, 0o1777):
        cache.chmod(mode)
        assert opus_total(small()) == EXPECTED
        assert opus_total(small()) == EXPECTED
    cache.chmod(0o700)
    path.unlink()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away"
)
def test_a_file_of_somebody_else_is_not_read(cache: Path) -> None:
    path = only_file(cache)
    path.write_bytes(changed_price(path.read_bytes()))
    os.chown(path, 65534, 65534)
    assert opus_total(small()) == EXPECTED
    path.write_bytes(changed_price(path.read_bytes()))
    os.chown(cache, 65534, 65534)
    assert opus_total(small()) == EXPECTED


def test_a_link_is_not_followed(cache: Path, tmp_path: Path) -> None:
    path = only_file(cache)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(changed_price(path.read_bytes()))
    planted = elsewhere.read_bytes()
    path.unlink()
    path.symlink_to(elsewhere)
    assert opus_total(small()) == EXPECTED
    assert elsewhere.read_bytes() == planted
    assert not path.is_symlink()


def test_a_folder_that_cannot_be_made_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "closed").mkdir(mode=0o500)
    for folder in (
        tmp_path / "file",
        tmp_path / "file" / "below",
        tmp_path / "closed",
        Path("/proc/nothing"),
        "",
    ):
        monkeypatch.setenv("PRICELANG_CACHE", str(folder))
        assert opus_total(small()) == EXPECTED
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_folder_in_the_place_of_the_file(cache: Path) -> None:
    path = only_file(cache)
    path.unlink()
    path.mkdir()
    assert opus_total(small()) == EXPECTED
    assert list(cache.iterdir()) == [path]


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    environment = os.environ | {"PRICELANG_CACHE": str(folder)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PRICE, SHIPPED["claude"]],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in running] == [str(EXPECTED)] * 3
    digest, _, body = only_file(folder).read_bytes().partition(b"\n")
    assert hashlib.sha256(body).hexdigest().encode() == digest
    assert [path.suffix for path in folder.iterdir()] == [".json"]


def test_the_cache_knows_a_book_by_its_content(cache: Path, tmp_path: Path) -> None:
    """An edited price holds at once, also with the time and the size of the file as they were."""
    copy = tmp_path / "anthropic"
    shutil.copytree(RULES, copy)
    for name in copy.glob("examples/*.price"):
        name.write_text("# left out\n")
    (copy / "claims.price").write_text("# left out\n")
    rates = copy / "rates.price"
    stamp, text = rates.stat(), rates.read_text()
    row = next(row for row in text.split("\n") if "| claude-opus-4-7 " in row)
    new = (
        row.replace("| $5 ", "| $4 ")
        .replace("$6.25", "$5   ")
        .replace("| $10 ", "| $8  ")
        .replace("$0.50", "$0.40")
    )
    rates.write_text(text.replace(row, new))
    os.utime(rates, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert rates.stat().st_size == stamp.st_size
    assert opus_total(pricelang.load(copy)) == EXPECTED - Decimal("0.05")
    rates.write_text(text)
    assert opus_total(pricelang.load(copy)) == EXPECTED


def test_no_include_leaves_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.price"
    secret.write_text("book secret in USD\n")
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "linked.price").symlink_to(secret)
    for target in (
        "../secret.price",
        str(secret),
        "linked.price",
        "/etc/passwd",
        "a/../../secret.price",
        "..\\\\secret.price",
        "missing.price",
    ):
        (folder / "book.price").write_text(f'book a in USD\ninclude "{target}"\n')
        with pytest.raises(pricelang.BookError) as raised:
            read_layers(folder)
        assert raised.value.faults[0].code in ("outside", "no_file")
    assert unicodedata.name("\u202e")  # the escape below is a direction mark
    (folder / "book.price").write_text('book a in USD\ninclude "a\u202e.price"\n')
    with pytest.raises(pricelang.BookError) as raised:
        read_layers(folder)
    assert (
        str(render_fault(raised.value.faults[0], raised.value.texts))
        .replace("\n", "")
        .isprintable()
    )


@pytest.mark.parametrize("call", ["price", "total", "price_message"])
def test_a_book_of_a_day_takes_no_other_day(call: str) -> None:
    asked: dict[str, Any] = {"at": "2026-05-01", "model": "claude-opus-4-7", "usage": {"input": 1}}
    message = {"model": "claude-opus-4-7", "usage": {"input_tokens": 1}}
    day = book().at("2026-04-17")
    with pytest.raises(pricelang.BadRequest, match="this book is that of 2026-04-17") as raised:
        day.price_message(message, at="2026-05-01") if call == "price_message" else getattr(
            day, call
        )(**asked)
    assert raised.value.help is not None


def test_a_value_that_is_no_text_is_no_misspelling() -> None:
    with pytest.raises(
        pricelang.UnknownName,
        match=r"the value `\['fast'\]` of speed is not a text but a Python `list`",
    ):
        book().price(model="claude-opus-4-7", speed=["fast"], usage={"input": 1})  # type: ignore[arg-type]


def test_an_unusable_book_has_what_other_errors_have(tmp_path: Path) -> None:
    with pytest.raises(pricelang.BookError) as raised:
        pricelang.load("nope")
    assert (str(raised.value), raised.value.code, raised.value.location) == (
        "there is no book `nope` (no_book)",
        "no_book",
        None,
    )
    assert raised.value.help == "books by name: anthropic, genai-prices, litellm"
    for nothing in ("", []):
        with pytest.raises(pricelang.BookError, match="no book is named"):
            pricelang.load(nothing)  # type: ignore[arg-type]
    path = tmp_path / "b.price"
    path.write_text(
        "book b in USD\nmeter input in tokenz\nmodels\n  | model | released   |\n  | m-1   | 2026-01-01 |\n",
        encoding="utf-8",
    )
    with pytest.raises(pricelang.BookError) as raised:
        pricelang.load(path)
    first = raised.value.faults[0]
    assert (raised.value.code, raised.value.location, raised.value.help) == (
        first.code,
        "b.price:2:7",
        first.help,
    )
