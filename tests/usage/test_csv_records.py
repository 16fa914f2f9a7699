"""CSV exports as records: any delimiter, quotes, a byte order mark; each row has its own fault."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.csv_files import names_of_records
from pricelang.usage.io.csv_records import header_of
from pricelang.usage.io.folders import record_files
from pricelang.usage.records import Record, Rejected, Skipped

from .helpers import outcomes, records

HEADER = "model,date,input_tokens,output_tokens,team"
ROW = "claude-opus-5,2026-10-20T09:00:00Z,1000,20,search"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_read_whatever_is_between_their_cells(delimiter: str, mark: str, end: str) -> None:
    text = (mark + HEADER + end + end + ROW + end).replace(",", delimiter)
    (found,) = outcomes(text.encode())
    assert isinstance(found, Record)
    assert (found.format, found.place.line) == ("rows", 3)
    assert found.parts[0].usage == {"input": 1000, "output": 20}
    assert found.attributes == {"team": "search"}


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20), max_size=6
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_cells_of_any_text_keep_the_counts(teams: list[str], delimiter: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEADER.split(","))
    for number, team in enumerate(teams, 1):
        writer.writerow([*ROW.split(",")[:2], number, number * 2, team])
    found = outcomes(stream.getvalue())
    assert [
        (one.parts[0].usage["input"], one.parts[0].usage["output"]) for one in records(found)
    ] == [(number, number * 2) for number in range(1, len(teams) + 1)]
    assert len(found) == len(teams)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ('claude-opus-5,2026-10-20T09:00:00Z,"1,000",20,x', "bad_count"),
        ("claude-opus-5,2026-10-20T09:00:00Z,1.000,20,x", "bad_count"),
        ("claude-opus-5,2026-10-20T09:00:00Z,-1,20,x", "bad_count"),
        ("claude-opus-5,2026-10-20T09:00:00Z,,20,x", "missing_key"),
        ("claude-opus-5,2026-10-20T09:00:00Z,1,000,20,x", "bad_csv"),
        ("claude-opus-5,2026-10-20T09:00:00Z,1", "bad_csv"),
        ('claude-opus-5,"2026-10-20T09:00:00Z"x,1,2,x', "bad_csv"),
    ],
)
def test_a_bad_row_hides_no_other(bad: str, code: str) -> None:
    one, two, three = outcomes(f"{HEADER}\n{ROW}\n{bad}\n{ROW}\n")
    assert isinstance(one, Record)
    assert isinstance(three, Record)
    assert isinstance(two, Rejected)
    assert (two.code, two.place.line) == (code, 3)


@pytest.mark.parametrize("row", ["Total,,1000,20,", ",TOTAL:,1000,20,", "Grand total,,1000,20,"])
def test_a_row_of_totals_is_no_request(row: str) -> None:
    one, total = outcomes(f"{HEADER}\n{ROW}\n{row}\n")
    assert isinstance(one, Record)
    assert isinstance(total, Skipped)


def test_files_that_were_joined_have_their_header_again() -> None:
    assert len(outcomes(f"{HEADER}\n{ROW}\n{HEADER}\n{ROW}\n")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "model",
        "a,b,c",
        '{"input_tokens": 1, "output_tokens": 2}',
        "[1, 2]",
        "input_tokens,input_tokens",
        "input_tokens,,output_tokens",
        "1,2,tokens",
        "x" * 100_000 + ",tokens",
    ],
)
def test_what_is_no_header_of_usage(text: str) -> None:
    assert header_of(text) is None


def test_a_csv_is_one_of_records_where_a_format_knows_its_header(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    for header, known in (
        (HEADER, True),
        ("usage_date_utc,usage_input_tokens_no_cache,usage_output_tokens", True),
        ("model,at,input,output", False),
        ("usage_date_utc,model,token_type,cost_usd", False),
        ("created,model_name,prompt_tokens,completion_tokens,cached_tokens", True),
    ):
        path.write_text(header + "\n", encoding="utf-8")
        assert (names_of_records(str(path)) is not None) == known
    assert names_of_records(str(tmp_path / "none.csv")) is None


def test_a_folder_is_read_with_its_exports_and_the_output_of_jobs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("model,at,input,output\nm,2026-10-20,1,2\n", encoding="utf-8")
    (tmp_path / "c.jsonl.out").write_text("{}\n", encoding="utf-8")
    found = [(Path(path).name, getattr(path, "reason", "")) for path in record_files(str(tmp_path))]
    assert found == [
        ("a.csv", ""),
        ("b.csv", "a table, which is priced by itself: give its path"),
        ("c.jsonl.out", ""),
    ]
