"""Files of records as they come: packed, in folders,
with bad ones among them, under names of one's own.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner

from pricelang.cli.group import main
from pricelang.usage.io import files
from pricelang.usage.reading import read_paths

from .helpers import SAMPLES, SHOP, objects, run, shop

COUNTS = re.compile(
    r"([\d,]+) read: ([\d,]+) priced, ([\d,]+) free, ([\d,]+) skipped(?: \(.*\))?, ([\d,]+) refused"
)


def counts(text: str) -> list[int]:
    """Read, priced, free, skipped and refused."""
    match = COUNTS.search(text)
    assert match is not None, text
    return [int(number.replace(",", "")) for number in match.groups()]


PACKERS = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_packed_files_are_read_by_their_first_bytes(ending: str, tmp_path: Path) -> None:
    plain = (shop(usage={"input": 1000}) * 3).encode()
    (tmp_path / ("a.jsonl" + ending)).write_bytes(PACKERS[ending](plain))
    assert counts(run("price", "--book", SHOP, str(tmp_path)).stdout) == [3, 3, 0, 0, 0]
    done = CliRunner().invoke(main, ["price", "--book", SHOP, "-"], input=PACKERS[ending](plain))
    assert counts(done.stdout) == [3, 3, 0, 0, 0]


@pytest.mark.campaign
@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("harm", ["cut", "broken"])
def test_a_damaged_file_gives_what_it_has_and_a_named_error(
    ending: str, harm: str, tmp_path: Path
) -> None:
    lines = "".join(
        shop(id=f"{n * 7919 % 1009}-{n}", usage={"input": n + 1}) for n in range(20_000)
    ).encode()
    packed = PACKERS[ending](lines)
    half = len(packed) // 2
    file = tmp_path / ("a.jsonl" + ending)
    file.write_bytes(
        packed[:half]
        if harm == "cut"
        else packed[:half] + bytes(b ^ 255 for b in packed[half : half + 64]) + packed[half + 64 :]
    )
    done = run("price", "--book", SHOP, str(file), "--rejects", str(tmp_path / "rejects.jsonl"))
    assert done.exit_code == 1
    assert objects((tmp_path / "rejects.jsonl").read_text())[-1]["code"] == "bad_archive"
    read, priced, free, skipped, refused = counts(done.stdout)
    assert read == priced + free + skipped + refused


def test_without_zstandard_an_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.jsonl.zst"
    file.write_bytes(PACKERS[".zst"](b"{}"))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    done = run("price", "--book", SHOP, str(file))
    assert (
        done.exit_code,
        "error[no_zstandard]" in done.stderr,
        "pricelang[zstd]" in done.stderr,
    ) == (1, True, True)


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.usefixtures("collected")
def test_a_bomb_is_refused_in_bounded_memory(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FREE_SIZE", 2**20)
    file = tmp_path / ("bomb.jsonl" + ending)
    file.write_bytes(PACKERS[ending](b" " * 2**26))
    tracemalloc.start()
    (found,) = read_paths([str(file)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert getattr(found, "code", None) == "too_compressed"
    assert peak < 40 * 2**20


def test_a_parquet_file_by_another_name_is_told_from_text(tmp_path: Path) -> None:
    """Lines of one are no text of records, and each would be refused by itself."""
    file = tmp_path / "usage.jsonl"
    file.write_bytes(b"PAR1\x15\x04\n\x90\n")
    done = run("price", str(file))
    assert (done.exit_code, counts(done.stdout)) == (1, [1, 0, 0, 0, 1])
    assert "error[table]: this is a Parquet file" in done.stderr
    assert "ends in `.parquet`" in done.stderr


def test_a_folder_is_read_whole_but_for_what_is_hidden(tmp_path: Path) -> None:
    for name in (
        "a.json",
        "b/c.jsonl",
        "b/d.ndjson.gz",
        ".hidden.jsonl",
        ".cache/e.jsonl",
        "notes.txt",
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        text = shop(usage={"input": 1}).encode()
        file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    assert counts(run("price", "--book", SHOP, str(tmp_path)).stdout)[0] == 3


def test_refused_records_are_written_whole_with_place_and_reason(tmp_path: Path) -> None:
    good, unknown, broken = (
        shop(usage={"input": 1}),
        shop(id="u", usage={"inptu": 1}),
        '{"model": "new-1", "usage": {"input',
    )
    file, rejects = tmp_path / "a.jsonl", tmp_path / "rejects.jsonl"
    file.write_bytes(
        (good + unknown + broken + "\n").encode() + b'{"id": "\xff"}\n' + good.encode()
    )
    done = run("price", "--book", SHOP, str(file), "--rejects", str(rejects))
    assert (done.exit_code, counts(done.stdout)) == (1, [5, 2, 0, 0, 3])
    found = objects(rejects.read_text(encoding="utf-8"))
    assert [(one["line"], one["code"], one["raw"]) for one in found] == [
        (2, "unknown_meter", unknown.rstrip("\n")),
        (3, "bad_json", broken),
        (4, "bad_utf8", '{"id": "\\xff"}'),
    ]
    again = run(
        "price",
        "--book",
        SHOP,
        "-",
        stdin="\n".join(one["raw"].replace("inptu", "input") for one in found),
    )
    assert counts(again.stdout) == [3, 1, 0, 0, 2]


def test_rejects_that_cannot_be_written_are_wrong_usage(tmp_path: Path) -> None:
    done = run(
        "price",
        "--book",
        SHOP,
        "-",
        "--rejects",
        str(tmp_path / "no" / "x"),
        stdin=shop(usage={"input": 1}),
    )
    assert (done.exit_code, "cannot be written" in done.stderr) == (2, True)


def test_items_of_an_array_are_rejected_as_they_are_written(tmp_path: Path) -> None:
    rejects = tmp_path / "r.jsonl"
    run(
        "price",
        "--book",
        SHOP,
        "-",
        "--rejects",
        str(rejects),
        stdin='[\n{"usage":\n {"x": 1.50}}, {"usage": {"input": 1}}\n]',
    )
    assert [one["raw"] for one in objects(rejects.read_text())] == [
        '{"usage":\n {"x": 1.50}}',
        '{"usage": {"input": 1}}',
    ]


def test_what_is_named_in_a_run_is_bounded_and_its_counts_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pricelang.apps.tables.records.MAX_ROWS", 2)
    monkeypatch.setattr("pricelang.apps.tables.records.MAX_NAMED", 1)
    done = run("price", "--book", SHOP, "-", stdin=shop(usage={"input": 1000}) * 5 + "{}\n" * 3)
    assert counts(done.stdout) == [8, 5, 0, 0, 3]
    assert "and 3 more records, each with its line where `--json` is given\n" in done.stdout
    assert done.stderr.endswith("and 2 more refused: `--rejects FILE` writes them all\n")
    assert [line.split() for line in done.stdout.splitlines() if line.startswith("total")] == [
        ["total", "5", "$0.01"]
    ]


@pytest.mark.campaign
@pytest.mark.usefixtures("collected")
def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    class Lines(io.RawIOBase):
        def __init__(self, count: int) -> None:
            self.left, self.rest = count, b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer)  # type: ignore[arg-type]
            if not self.rest and self.left:
                self.left, self.rest = (
                    self.left - 1,
                    (json.dumps({"usage": {"input": self.left}}) + "\n").encode(),
                )
            size = min(len(view), len(self.rest))
            view[:size], self.rest = self.rest[:size], self.rest[size:]
            return size

    from pricelang.usage.reading import read

    peaks = []
    for count in (2_000, 20_000):
        tracemalloc.start()
        assert sum(1 for _ in read(io.BufferedReader(Lines(count)), "x")) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**18


SPANNING = {
    "record": "sum",
    "model": "claude-haiku-5-5",
    "at": "2026-10-20",
    "usage": {"input": 1_000_000},
}


def test_a_sum_across_a_threshold_is_refused_or_has_bounds() -> None:
    done = run("price", "-", stdin=json.dumps(SPANNING))
    assert (
        done.exit_code,
        "error[across_threshold]" in done.stderr,
        "--across bounds" in done.stderr,
    ) == (1, True, True)
    assert (
        "$0.10 to $0.50"
        in run("price", "--across", "bounds", "-", stdin=json.dumps(SPANNING)).stdout
    )


@pytest.mark.parametrize(
    ("model", "args", "expected"),
    [
        ("us.anthropic.claude-opus-5", (), "0.0000055"),
        ("global.anthropic.claude-opus-5", (), "0.000005"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", (), "0.0000033"),
        ("anthropic/claude-opus-5", (), "0.000005"),
        ("claude-opus-5@default", ("--endpoint", "regional"), "0.0000055"),
        ("claude-opus-5@default", (), "unsaid"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/x", (), "opaque_model"),
        (
            "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
            ("--model", "us.anthropic.claude-opus-5"),
            "0.0000055",
        ),
        (
            "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
            ("--model", "claude-opus-5", "--endpoint", "global"),
            "0.000005",
        ),
        ("my-deployment", ("--models", "my-deployment=claude-opus-5"), "0.000005"),
        ("my-deployment", (), "unknown_model"),
    ],
)
def test_ids_of_platforms_say_model_platform_and_endpoint(
    model: str, args: tuple[str, ...], expected: str
) -> None:
    record = json.dumps({"model": model, "at": "2026-08-01", "usage": {"input": 1}})
    (found,) = objects(run("price", "--json", "-", *args, stdin=record).stdout)
    assert (found["total"] if "total" in found else found["error"]["code"]) == expected


def test_a_file_maps_names_of_ones_own(tmp_path: Path) -> None:
    arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x"
    record = json.dumps({"model": arn, "at": "2026-08-01", "usage": {"input": 1}})
    for name, text in (
        (
            "m.toml",
            f'"{arn}" = {{ model = "claude-opus-5", platform = "bedrock", endpoint = "regional" }}',
        ),
        ("m.json", json.dumps({"models": {arn: "us.anthropic.claude-opus-5"}})),
    ):
        (tmp_path / name).write_text(text)
        (found,) = objects(
            run("price", "--json", "-", "--models", str(tmp_path / name), stdin=record).stdout
        )
        assert found["total"] == "0.0000055"
    (tmp_path / "bad.toml").write_text("x = 5")
    done = run("price", "-", "--models", str(tmp_path / "bad.toml"), stdin=record)
    assert (done.exit_code, "error[bad_models]" in done.stderr) == (2, True)
    assert run("price", "-", "--models", "nosuch.toml", stdin=record).exit_code == 2


def test_the_summary_of_every_sample_adds_up(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.jsonl"
    done = run("price", str(SAMPLES), "--at", "2026-10-20", "--rejects", str(rejects))
    read, priced, free, skipped, refused = counts(done.stdout)
    assert read == priced + free + skipped + refused
    found = objects(rejects.read_text(encoding="utf-8"))
    assert len(found) == refused
    # What is refused is refused for a reason that the record itself gives.
    unsent = [one for one in found if one["code"] == "unknown_record"]
    assert {Path(one["file"]).parent.name for one in unsent} == {
        "request_bodies"
    }  # what is not sent yet is no record
    codes = {
        "counted_twice",  # a report beside the transcripts of the same days
        "no_model",
        "missing_key",
        "not_offered",
        "unknown_model",
        "unknown_value",
        "unsaid",
        "opaque_model",
        "overlapping_reports",
    }
    assert {one["code"] for one in found if one not in unsent} == codes
    assert done.exit_code == 1
    as_json = run("price", str(SAMPLES), "--at", "2026-10-20", "--json")
    assert counts(as_json.stderr) == [read, priced, free, skipped, refused]
    assert len(as_json.stdout.splitlines()) == read - skipped
