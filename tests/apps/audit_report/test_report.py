"""The report: true amounts that lead to their lines,
markup that is well formed and inert, colours that can be read.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.apps.audit_report.html import page_of, render_report
from pricelang.apps.audit_report.report import AuditReport, report_of, texts_of
from pricelang.apps.audit_report.time import periods
from pricelang.model.errors import BadRequest
from pricelang.model.instants import written
from pricelang.present.markup import element
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import printable
from pricelang.verify.audit import Audit

CSS = Path(pricelang.__file__).parent / "apps" / "audit_report" / "templates" / "report.css"
VOID = {"meta", "link"}

SMALL = """\
book small "Small & <b>bold</b>" in USD
source page "javascript:alert(1)" read 2026-01-01
source web "https://example.org/?a=1&b=%22" read 2026-01-01
unit MTok is 1,000,000 tokens
meter input, output in tokens
dimension tier default standard
  standard, batch
models see page
  | model | released   | retired    |
  | m-1   | 2026-01-01 | 2026-06-01 |
  | m-2   | 2026-02-01 |            |
rates per MTok unsure "</style><script>alert(2)</script>" see page
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $5     |
  | m-1   | 2026-03-01 | $2    | $6     |
  | m-2   | 2026-02-01 | $3    | $15    |
multiplier batch "<img src=x onerror=alert(1)>" see page
  when tier is batch
  x 0.5 on input because "\\"><svg onload=alert(1)>"
claim output costs 5 input
claim input costs less than output
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.price"
    path.write_text(SMALL, encoding="utf-8")
    return path


@cache
def shipped(at: str = "2026-04-17", since: str | None = None) -> AuditReport:
    return report_of(pricelang.load().checked, at, since)


@cache
def texts() -> dict[str, str]:
    return texts_of("anthropic")


def sheet(report: AuditReport, title: str) -> Table:
    return next(
        found
        for found in (
            *report.prices,
            *report.break_even,
            *report.differences,
            report.changes,
            report.periods,
        )
        if found.title == title
    )


def row(found: Table, *start: str) -> tuple[NotedCell, ...]:
    return next(row for row in found.rows if tuple(cell for cell in row)[: len(start)] == start)


def line_at(place: str) -> str:
    """The line that a place names, with single spaces."""
    name, _, number = place.rpartition(":")
    return " ".join(texts()[name].split("\n")[int(number) - 1].split())


class Page(HTMLParser):
    """A page taken apart: it must close what it opens, and nothing else."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def ids(self) -> list[str]:
        return [given["id"] for _, given in self.tags if "id" in given]

    @cached_property
    def text(self) -> str:
        return "".join(self.words)


@cache
def page() -> Page:
    return Page(page_of(shipped("2026-11-22", "2026-04-17"), texts()))


# ---- amounts and their rules ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "amounts"),
    [
        ("claude-opus-4-7", ["$5", "$6.25", "$10", "$0.50", "$25"]),
        ("claude-haiku-4-5-20251001", ["$1", "$1.25", "$2", "$0.10", "$5"]),
        ("claude-3-haiku-20240307", ["$0.25", "$0.30", "$0.50", "$0.03", "$1.25"]),
    ],
)
def test_model_prices_lead_to_their_row(model: str, amounts: list[str]) -> None:
    name, *cells = row(sheet(shipped(), "Model prices"), model)
    assert cells == amounts
    assert line_at(name.place).startswith(f"| {model} |")
    for cell in cells:
        assert cell.place.startswith("anthropic/rates.price:")
        assert line_at(cell.place).startswith(f"| {model} |")
        assert cell in line_at(cell.place)


def test_every_figure_of_every_table_names_a_line_of_its_model() -> None:
    for found in shipped().prices:
        if found.headers[0] == "Model":
            for name, *cells in found.rows:
                figures = [
                    cells[number - 1] for number in found.numbers if cells[number - 1] != "–"
                ]
                assert figures
                assert all(f"| {name} |" in line_at(cell.place) for cell in figures)


@pytest.mark.parametrize(
    ("title", "model", "amounts", "line"),
    [
        (
            "Fast mode",
            "claude-opus-4-6",
            ["$30", "$150", "x 6"],
            "x 6 on tokens for claude-opus-4-6 from 2026-02-07",
        ),
        ("Batch API", "claude-opus-4-6", ["$2.50", "$12.50", "x 0.5"], "x 0.5 on tokens"),
        (
            "US-only inference",
            "claude-opus-4-7",
            ["$5.50", "$27.50", "x 1.1"],
            "x 1.1 on tokens for residency_models",
        ),
        (
            "Regional and multi-region endpoints",
            "claude-sonnet-4-6",
            ["$3.30", "$16.50", "x 1.1"],
            "x 1.1 on tokens for regional_models",
        ),
    ],
)
def test_modified_prices_name_the_line_that_modifies(
    title: str, model: str, amounts: list[str], line: str
) -> None:
    _, *cells = row(sheet(shipped(), title), model)
    assert cells == amounts
    assert line_at(cells[-1].place).startswith(line)


def test_charges_lead_to_their_prices() -> None:
    charges = sheet(shipped(), "Charges")
    assert [
        (name, price, line_at(price.place).split(" because")[0]) for name, price, _ in charges.rows
    ] == [
        ("Web search", "$10 per 1,000 searches", "$10 per 1,000 searches"),
        ("Web fetch", "free", "free"),
        ("Managed Agents session time", "$0.08 per hour", "$0.08 per hour"),
        (
            "Code execution",
            "$0.05 per hour",
            "$0.05 per hour when platform is api or aws or google_cloud",
        ),
    ]


def test_derived_prices_lead_to_the_derivation_or_to_the_published_row() -> None:
    found = {
        (name, price): line_at(price.place)
        for name, price, _ in sheet(shipped(), "Derived prices").rows
    }
    assert found["cache_read", "0.1 x input"] == "derive cache_read is 0.1 x input see page"
    assert found["cache_read", "0.12 x input"].startswith("| claude-3-haiku-20240307 |")


def test_doubts_are_told_below_the_table() -> None:
    fast = row(sheet(shipped("2026-11-22"), "Fast mode"), "claude-opus-4-8")
    assert fast[1].doubt == "the end is only announced"
    assert "unsure: the end is only announced" in page().text


@pytest.mark.campaign
def test_what_changes_the_plainest_price_has_a_column_of_its_own() -> None:
    contract = Path(__file__).parents[2] / "specimens" / "acme.price"
    report = report_of(pricelang.load(contract).audit, "2026-06-01")
    found = sheet(report, "Model prices")
    _, *cells = row(found, "claude-opus-4-7")
    assert found.headers[-1] == "Changed by"
    assert cells == [
        "$4.25",
        "$21.25",
        "$5.3125",
        "$8.50",
        "$0.425",
        "x 0.85 negotiated",
    ]
    file, _, number = cells[-1].place.rpartition(":")
    assert (
        texts_of(contract)[file].split("\n")[int(number) - 1].strip().startswith("x 0.85 on tokens")
    )
    assert row(found, "claude-sonnet-4-6")[-1] == NotedCell("")


def test_prices_of_a_contract_stand_beside_those_of_its_list() -> None:
    contract = Path(__file__).parents[3] / "samples" / "invoice" / "contract.price"
    report = report_of(pricelang.load(contract).audit, "2026-06-01")
    (beside,) = report.beside_list
    assert beside.headers == ("Price of", "Meter", "northwind", "anthropic", "Change")
    lines = {row[:2]: row for row in beside.rows}
    agreed, listed = lines["claude-sonnet-4-6", "input"][2:4]
    assert (agreed, listed, lines["claude-sonnet-4-6", "input"][4]) == (
        "$2.70 / MTok",
        "$3 / MTok",
        "-10%",
    )
    places = [NotedCell.of(cell).place.partition(":")[0] for cell in (agreed, listed)]
    assert places == ["contract.price", "anthropic/rates.price"]
    assert ("claude-opus-4-7", "output") in lines
    assert ("claude-opus-5", "input") not in lines
    assert [row[2:] for row in beside.rows if row[1] == "web_search"] == [
        ("$8 / 1,000 searches", "$10 / 1,000 searches", "-20%")
    ]
    before = report_of(pricelang.load(contract).audit, "2026-04-01").beside_list[0]
    assert not before.rows
    assert "no price differs" in before.note
    text = Page(render_report(pricelang.load(contract).audit, "2026-06-01")).text
    top = text.partition("Contents")[0] if "Contents" in text else text
    assert "Against the list: charges more than anthropic at times, and less at times" in top
    assert shipped().beside_list == ()


def test_what_a_surcharge_adds_is_money_and_a_cap_that_does_not_bind_is_not_told() -> None:
    """A dollar is 0.92 euros: ($4 + $0.25) x 0.92;
    the cap of $3 on input and the floor of $1 are far off.
    """
    report = report_of(
        pricelang.load(Path(__file__).parents[2] / "specimens" / "extras.price").audit,
        "2026-06-15",
    )
    found = sheet(report, "Priority capacity")
    assert list(row(found, "alpha-1")) == ["alpha-1", "€3.91", "+ $0.25 per MTok"]
    assert sheet(report, "Model prices").headers == ("Model", "input", "output", "cache_read")
    text = Page(page_of(report, {})).text
    assert "a spread of $0.000000125" in text
    assert "order matters" in text


# ---- time ----------------------------------------------------------------------------------------


def test_price_changes_are_told_with_old_new_and_the_rule() -> None:
    changes = shipped().changes
    haiku = row(changes, "claude-3-5-haiku-20241022", "2024-12-03")[2]
    assert (
        haiku
        == "input $1 → $0.80, cache_write_5m $1.25 → $1, cache_read $0.10 → $0.08, output $5 → $4 per MTok"
    )
    assert line_at(haiku.place).startswith("| claude-3-5-haiku-20241022 | 2024-12-03 |")
    longer = row(changes, "claude-3-opus-20240229", "2025-05-01")[2]
    assert longer == "cache_write_1h not offered → $30 per MTok"
    assert line_at(longer.place).startswith("meter cache_write_1h")
    assert row(changes, "claude-sonnet-5-5", "2026-10-07")[2] == "cache_read $0.20 → $0.10 per MTok"
    withdrawn = row(changes, "claude-sonnet-5", "2026-09-01")[2]
    assert (
        withdrawn
        == "input $3 / MTok, output $15 / MTok: announced 2026-06-30, withdrawn 2026-08-10, never paid"
    )


def test_changes_are_told_on_just_the_days_on_which_bills_change() -> None:
    """From one date of the book to the next, a token of some meter costs another amount,
    or is sold only on one.
    """
    book = pricelang.load()

    def bought(model: str, at: str) -> list[object]:
        found: list[object] = []
        for meter in ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read"):
            try:
                found.append(book.total(model=model, at=at, usage={meter: 1}))
            except pricelang.PriceError:
                found.append(None)
        return found

    told = {(lane.name, written(day)) for lane in shipped().lanes for day, _ in lane.marks}
    seen = set()
    for lane in shipped().lanes:
        days = [written(day) for day in book.checked.boundaries if day >= lane.start]
        amounts = [bought(lane.name, day) for day in days]
        seen |= {
            (lane.name, day)
            for day, now, before in zip(days[1:], amounts[1:], amounts, strict=False)
            if now != before
        }
    assert told == seen
    assert len(told) == 13


def test_modifiers_hold_on_the_days_of_their_lines() -> None:
    found = {
        (name, days): (models, line_at(days.place)) for name, days, models in shipped().periods.rows
    }
    assert found["fast", "from 2026-02-07 before 2026-06-29"][0] == "claude-opus-4-6"
    assert found["fast", "from 2026-05-12 before 2026-07-24"][1].startswith(
        "x 6 on tokens for claude-opus-4-7"
    )
    assert (
        found["long_context", "since release before 2026-03-13"][0]
        == "claude-opus-4-6, claude-sonnet-4-6"
    )
    assert found["long_prompt", "since release"][0] == "claude-haiku-5-5"


def test_too_many_pairs_of_models_and_modifiers_are_left_out_and_said_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pricelang.apps.audit_report.time.MAX_PROJECTIONS", 10)
    found = periods(Audit(pricelang.load().checked).analysis)
    assert found.rows == ()
    assert found.note == "too many models and modifiers to tell one by one"


# ---- break-even and differences ------------------------------------------------------------------


def test_a_cache_pays_after_one_read_and_after_two() -> None:
    found = {
        (x.write, "claude-3-haiku-20240307" in x.models): (x.exact, x.reads)
        for x in shipped().paybacks
    }
    assert found["cache_write_5m", False] == (Fraction(5, 18), 1)
    assert found["cache_write_1h", False] == (Fraction(10, 9), 2)
    assert found["cache_write_5m", True] == (Fraction(5, 22), 1)
    assert found["cache_write_1h", True] == (Fraction(25, 22), 2)
    plain, stored, read = row(
        sheet(shipped(), "When a cache pays on 2026-04-17, per MTok"),
        "claude-opus-4-7",
        "cache_write_1h",
    )[2:5]
    assert [stored, read, plain] == ["$10", "$0.50", "$5"]
    assert all("| claude-opus-4-7 |" in line_at(cell.place) for cell in (stored, read, plain))


def test_differences_are_told_since_the_day_given() -> None:
    found = sheet(shipped("2026-10-07", "2026-10-06"), "What requests pay, and what they may ask")
    what, change = next(row for row in found.rows if "claude-sonnet-5-5" in row[1])
    assert change.startswith("cache_read of `claude-sonnet-5-5`: $0.20 → $0.10 per MTok")
    assert line_at(what.place).startswith("| claude-sonnet-5-5 | 2026-10-07 |")
    folded = sheet(shipped("2026-11-22", "2026-04-17"), "Figures that price nothing")
    assert folded.folded
    assert (
        line_at(
            row(
                folded,
                "bash_tool added",
                "bash_tool added of `claude-opus-4-7`: 245 tokens → 325 tokens",
            )[0].place
        ).split(" | ")[2]
        == "325"
    )


def test_where_nothing_changed_it_says_so() -> None:
    assert "Nothing changed." in page_of(shipped("2026-04-18", "2026-04-17"), {})
    assert 'id="differences"' not in page_of(shipped(), {})


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2026-04-17", "2026-04-17"),
        ("2026-04-17", "2026-05-01"),
        ("soon", None),
        ("2026-04-17", "then"),
    ],
)
def test_days_that_make_no_sense_are_refused(at: str, since: str | None) -> None:
    with pytest.raises(BadRequest):
        render_report(pricelang.load().checked, at, since)


# ---- verdicts ------------------------------------------------------------------------------------


def test_a_broken_claim_shows_the_request_and_both_amounts(small: Path) -> None:
    book = pricelang.load(small)
    report = report_of(book.checked, "2026-04-01")
    assert [verdict.holds for verdict in report.verdicts] == [False, True]
    found = Page(page_of(report, texts_of(small)))
    record = next(json.loads(word) for word in found.words if word.startswith('{"model"'))
    assert record.pop("usage") == {"output": 1_000_000}
    assert book.total(**record, usage={"output": 1_000_000}) == 15
    assert book.total(**record, usage={"input": 5_000_000}) == Decimal("7.5")
    assert "the left side costs $15, the right $7.50 for 1,000,000 each" in found.words
    assert "1 of 2 broken" in found.text


def test_the_matrix_says_how_each_pair_meets_and_by_whose_rule() -> None:
    tags = {
        given["href"]: given
        for tag, given in page().tags
        if tag == "a" and given.get("href", "").startswith("#pair-")
    }
    assert len(tags) == 15
    place = next(
        meeting.location
        for meeting in shipped().meetings
        if (meeting.left, meeting.right) == ("fast", "batch")
    )
    assert line_at(place).startswith("exclude fast with batch")
    assert "excluded" in page().words
    assert "pair-fast-batch" in page().ids()


def test_all_claims_of_the_shipped_book_hold() -> None:
    assert f"all {len(shipped().verdicts)} hold" in page().text


# ---- the page ------------------------------------------------------------------------------------


def test_every_link_inside_the_page_has_its_target_and_every_anchor_is_one() -> None:
    ids = page().ids()
    assert len(ids) == len(set(ids))
    targets = {
        given["href"][1:]
        for tag, given in page().tags
        if tag == "a" and given["href"].startswith("#")
    }
    assert targets <= set(ids)
    assert "anthropic/rates.price:12" in ids
    assert {given.get("aria-labelledby", "") for _, given in page().tags} - {""} <= set(ids)


def test_the_listing_has_every_line_of_the_rules() -> None:
    for name, text in texts().items():
        lines = text.rstrip("\n").split("\n")
        assert f"{name}:{len(lines)}" in page().ids()
        assert f"{name}:{len(lines) + 1}" not in page().ids()
        assert all(printable(line) in page().text for line in lines)


def test_without_the_texts_there_are_no_links_to_rules() -> None:
    found = Page(page_of(shipped(), {}))
    assert not [given for tag, given in found.tags if given.get("class") == "rule" and tag == "a"]
    assert "rules" not in found.ids()


def test_nothing_is_fetched_and_nothing_runs() -> None:
    for tag, attributes in page().tags:
        assert tag not in {
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "audio",
            "video",
            "image",
            "use",
        }
        assert "src" not in attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag == "link":
            assert attributes == {"rel": "icon", "href": "data:,"}
    assert not re.search(r"url\(|@import|@font-face", CSS.read_text(encoding="utf-8"))


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    html = page_of(shipped(), {})
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert style == CSS.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(
        given["content"]
        for tag, given in Page(html).tags
        if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert (
        policy
        == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_tables_and_headings_are_accessible() -> None:
    tags = page().tags
    assert all(given.get("scope") in ("col", "row") for tag, given in tags if tag == "th")
    assert all("aria-labelledby" in given for tag, given in tags if tag == "table")
    levels = [int(tag[1]) for tag, _ in tags if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert next(given for tag, given in tags if tag == "html") == {"lang": "en"}
    assert all(given.get("aria-label") for tag, given in tags if tag == "svg")
    scrolling = [given for _, given in tags if given.get("class") in ("scroll", "listing")]
    assert all(
        given.get("tabindex") == "0" and given.get("role") == "region" for given in scrolling
    )


def test_the_same_book_and_days_give_the_same_text(small: Path) -> None:
    code = (
        "import sys, pricelang\n"
        "from pricelang.apps.audit_report.html import render_report\n"
        "from pricelang.apps.audit_report.report import texts_of\n"
        f"book = pricelang.load({str(small)!r}); texts = texts_of({str(small)!r})\n"
        "sys.stdout.buffer.write(render_report(book.checked, '2026-04-01', '2026-02-15', texts).encode())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert runs.pop().decode() == render_report(
        pricelang.load(small).audit, "2026-04-01", "2026-02-15", texts_of(small)
    )


def test_hostile_texts_are_texts(small: Path) -> None:
    found = Page(render_report(pricelang.load(small).checked, "2026-04-01", None, texts_of(small)))
    assert "Small & <b>bold</b>" in found.words
    assert "<img src=x onerror=alert(1)>" in found.words
    assert "unsure: </style><script>alert(2)</script>" in found.words
    assert not {"script", "img", "b"} & {tag for tag, _ in found.tags}
    assert not [given for _, given in found.tags if any(name.startswith("on") for name in given)]
    outside = {
        given["href"]
        for tag, given in found.tags
        if tag == "a" and not given["href"].startswith("#")
    }
    assert outside == {"https://example.org/?a=1&b=%22"}


def test_control_and_direction_characters_are_shown_not_obeyed() -> None:
    assert element("p", "a\u202eb\x00c") == "<p>a\\u202eb\\x00c</p>\n"


@given(st.text(), st.text())
def test_any_text_comes_back_out_of_the_markup(text: str, value: str) -> None:
    found = Page(element("code", text, title=value or "x"))
    assert found.text == printable(text)
    assert found.tags == [("code", {"title": printable(value or "x")})]


# ---- colours -------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _schemes() -> list[dict[str, str]]:
    light, dark = CSS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    pairs = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]+);")
    return [dict(pairs.findall(light)), dict(pairs.findall(dark.partition("}")[0]))]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_meets_the_guidelines(scheme: int) -> None:
    """4.5 to 1 for text, 3 to 1 for marks of charts (WCAG 2, AA)."""
    colours = _schemes()[scheme]
    pairs = [
        (ink, back)
        for ink in ("ink", "quiet", "link", "good", "bad", "warn")
        for back in ("back", "soft", "mark")
    ]
    pairs += [("good", "good-back"), ("bad", "bad-back"), ("warn", "warn-back")]
    marks = [(mark, "back") for mark in ("s0", "s1", "s2", "s3", "change")]
    for least, kinds in ((4.5, pairs), (3.0, marks)):
        for ink, back in kinds:
            high, low = sorted((_luminance(colours[ink]), _luminance(colours[back])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= least, (ink, back)
