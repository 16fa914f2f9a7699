"""`pricelang price`: true amounts, tables, JSON Lines, refusals, exit codes."""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result

import pricelang

from .helpers import ROOT, SAMPLES, SHOP, expect_golden, line_of, objects, run, shop, without_notes


def shop_price(*records: str, args: tuple[str, ...] = ()) -> Result:
    return run("price", "--book", SHOP, *args, "-", stdin="".join(records))


def amounts(*args: str, stdin: str = "") -> list[str]:
    return [found["total"] for found in objects(run("price", "--json", *args, stdin=stdin).stdout)]


def test_the_true_costs_of_claude_code_results() -> None:
    path = SAMPLES / "claude_code" / "10_result_oracles.jsonl"
    results = [
        json.loads(line, parse_float=str) for line in path.read_text(encoding="utf-8").splitlines()
    ]
    found = objects(run("price", "--json", str(path), "--at", "2026-08-01").stdout)
    assert len(found) == len(results) == 5
    for result, priced in zip(results, found, strict=True):
        by_model: dict[str, Decimal] = {}
        for line in priced["lines"]:
            by_model[line["model"]] = by_model.get(line["model"], Decimal(0)) + Decimal(
                line["amount"]
            )
        true = {
            model.removesuffix("[1m]"): Decimal(use["costUSD"])
            for model, use in result["modelUsage"].items()
        }
        assert by_model == true
        assert Decimal(priced["total"]) == sum(true.values())


def test_the_worked_examples_of_the_pricing_page() -> None:
    assert amounts(str(SAMPLES / "requests.jsonl"))[:2] == ["0.705", "0.525"]


def test_fast_with_batch_is_refused_with_the_words_and_place_of_the_rule() -> None:
    flags = (
        "--model",
        "claude-opus-5-5",
        "--input",
        "1k",
        "--speed",
        "fast",
        "--service-tier",
        "batch",
        "--at",
        "2026-10-20",
    )
    done = run("price", *flags)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error[excluded]: fast mode is not available with the Batch API" in done.stderr
    assert "rule: fast with batch, anthropic/modifiers.price:" in done.stderr
    (found,) = objects(run("price", *flags, "--json").stdout)
    assert list(found) == ["error"]
    assert {key: found["error"][key] for key in ("code", "rule")} == {
        "code": "excluded",
        "rule": "fast with batch",
    }
    assert found["error"]["location"].startswith("anthropic/modifiers.price:")


@pytest.mark.parametrize(
    "name", ["requests.jsonl", "messages", "batches", "claude_code", "refused"]
)
def test_the_tables_of_the_samples(name: str) -> None:
    done = run("price", str(SAMPLES / name), "--at", "2026-10-20", "--model", "claude-opus-5-5")
    expect_golden(f"price_{name.removesuffix('.jsonl')}.txt", without_notes(done.stdout))


def test_json_of_one_request_is_what_programs_rely_on() -> None:
    done = run(
        "price",
        "--book",
        SHOP,
        "--model",
        "new",
        "--input",
        "1k",
        "--speed",
        "fast",
        "--at",
        "2026-02-01",
        "--json",
    )
    assert done.exit_code == 0
    (found,) = objects(done.stdout)
    assert list(found) == ["total", "currency", "lines", "notes"]
    assert (found["total"], found["currency"], found["notes"]) == (
        "0.012",
        "USD",
        [{"code": "remark", "level": "note", "text": "a note on new-1"}],
    )
    (line,) = found["lines"]
    assert {
        key: line[key] for key in ("meter", "quantity", "unit_price", "amount", "factors", "model")
    } == {
        "meter": "input",
        "quantity": "1000",
        "unit_price": "0.000012",
        "amount": "0.012",
        "model": "new-1",
        "factors": [
            {
                "rule": "fast",
                "factor": "6",
                "source": "page",
                "location": line["factors"][0]["location"],
            }
        ],
    }


@pytest.mark.parametrize("record", ["single", "sum"])
def test_a_record_without_a_date_says_which_day_was_taken(record: str) -> None:
    line = shop(usage={"input": 1}, record=record) if record == "sum" else shop(usage={"input": 1})
    undated = json.dumps({key: value for key, value in json.loads(line).items() if key != "at"})
    (found,) = objects(shop_price(undated, args=("--json",)).stdout)
    assert found["notes"][0]["text"].startswith("no date is given: priced as of 20")
    (dated,) = objects(shop_price(undated, args=("--json", "--at", "2026-02-01")).stdout)
    assert not [note for note in dated["notes"] if note["code"] == "no_date"]


@pytest.mark.parametrize(
    "path", ["claude_code/10_result_oracles.jsonl", "messages/05_web_search.json"]
)
def test_records_that_add_up_requests_say_which_day_was_taken(path: str) -> None:
    for found in objects(run("price", "--json", str(SAMPLES / path)).stdout):
        assert len([note for note in found["notes"] if note["code"] == "no_date"]) == 1


def test_json_keeps_the_order_and_names_the_places(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text(
        shop(id="a", usage={"input": 1})
        + "{nonsense\n"
        + shop(id="c", usage={"inptu": 1})
        + shop(usage={"output": 2})
    )
    done = run("price", "--book", SHOP, "--json", str(file))
    assert done.exit_code == 1
    assert done.stderr == "4 read: 2 priced, 0 free, 0 skipped, 2 refused\n"
    found = objects(done.stdout)
    assert [(x["file"], x["line"], x["id"]) for x in found] == [
        (str(file), 1, "a"),
        (str(file), 2, None),
        (str(file), 3, "c"),
        (str(file), 4, None),
    ]
    assert [x.get("total") for x in found] == ["0.000002", None, None, "0.000016"]
    assert found[1]["error"]["code"] == "bad_json"
    assert found[2]["error"] == {
        "code": "unknown_meter",
        "message": "unknown meter `inptu`",
        "rule": None,
        "location": None,
        "help": "did you mean `input`?",
    }


def test_a_cut_line_of_a_transcript_is_counted_and_refuses_nothing(tmp_path: Path) -> None:
    whole = (SAMPLES / "claude_code" / "03_session_haiku_two_blocks.jsonl").read_text(
        encoding="utf-8"
    )
    file = tmp_path / "session.jsonl"
    file.write_text(whole + whole.splitlines()[0][:80], encoding="utf-8")
    number = len(whole.splitlines()) + 1
    done = run("price", str(file), "--verbose")
    assert done.exit_code == 0
    assert "(1 of them malformed or cut), 0 refused" in done.stdout
    said = f"skipped: {file}:{number}: a malformed or cut line (not JSON"
    assert said in done.stderr
    for args in (("price", "--json"), ("explain",)):  # which print no counts
        quiet = run(*args, str(file))
        assert quiet.exit_code == 0
        assert [row for row in quiet.stderr.splitlines() if row.startswith("skipped")] == [
            row for row in done.stderr.splitlines() if row.startswith(said)
        ]
    canonical = tmp_path / "records.jsonl"
    canonical.write_text(shop(usage={"input": 1}) + shop(usage={"input": 1})[:30])
    assert run("price", "--book", SHOP, str(canonical)).exit_code == 1


def test_the_refused_are_named_and_the_rest_is_priced(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text(
        shop(usage={"input": 1000})
        + shop(id="both", tier="batch", speed="fast", usage={"input": 1})
    )
    done = run("price", "--book", SHOP, str(file))
    assert done.exit_code == 1
    assert "2 read: 1 priced, 0 free, 0 skipped, 1 refused" in done.stdout
    assert "$0.002" in done.stdout
    assert done.stderr == (
        "error[excluded]: a batch is never fast\n"
        f"  --> {file}:2 (both)\n"
        f"  rule: fast with batch, shop.price:{line_of('exclude fast')}\n"
        "  help: see https://example.com/prices\n"
    )


def test_a_table_of_records_with_totals_notes_and_counts(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.jsonl").write_text(
        shop(id="one", usage={"input": 1_000, "output": 500}) + shop(id="two", usage={"search": 3})
    )
    (tmp_path / "deep" / "a.json").write_text(shop(model="old-1", usage={"input": 1_234_567}))
    (tmp_path / "ignored.txt").write_text("not a record")
    done = run("price", "--book", SHOP, str(tmp_path))
    assert done.exit_code == 0
    expect_golden("price_shop.txt", done.stdout)


def test_totals_never_mix_currencies() -> None:
    done = shop_price(shop(usage={"input": 1000}), shop(at="2026-07-01", usage={"input": 1000}))
    totals = [line.split() for line in done.stdout.splitlines() if line.startswith("total")]
    assert totals == [["total", "1", "$0.002"], ["total", "1", "€0.0018"]]


def test_a_range_is_shown_and_carried_to_the_totals() -> None:
    done = shop_price(
        shop(record="sum", usage={"input": 1_000_000}),
        shop(usage={"input": 500}),
        args=("--across", "bounds"),
    )
    assert "$2.00 to $4.00" in done.stdout
    assert [
        line.split(maxsplit=2) for line in done.stdout.splitlines() if line.startswith("total")
    ] == [["total", "2", "$2.00 to $4.00"]]
    (found,) = objects(
        shop_price(
            shop(record="sum", usage={"input": 1_000_000}), args=("--json", "--across", "bounds")
        ).stdout
    )
    assert (found["total"], found["low"], found["high"]) == (None, "2", "4")


def test_a_range_of_several_models_belongs_to_the_one_that_has_it() -> None:
    use = {
        "inputTokens": 1_000_000,
        "outputTokens": 0,
        "cacheReadInputTokens": 0,
        "cacheCreationInputTokens": 0,
    }
    result = {"type": "result", "modelUsage": {"claude-haiku-5-5": use, "claude-opus-5-5": use}}
    done = run("price", "--at", "2026-10-20", "--across", "bounds", "-", stdin=json.dumps(result))
    rows = {
        line.split()[0]: line.split(maxsplit=2)[2]
        for line in done.stdout.splitlines()
        if " 1  " in line and "$" in line
    }
    assert rows["claude-haiku-5-5"] == "$0.10 to $0.50"
    assert rows["claude-opus-5-5"].strip() == "$4.00"
    assert rows["total"] == "$4.10 to $4.50"


def test_free_and_skipped_and_refused_add_up_to_read() -> None:
    lines = [
        {"type": "summary", "summary": "…", "leafUuid": "x"},
        {"input_tokens": 12},
        {"model": "claude-opus-5", "usage": {"input": 5}},
        {"model": "claude-opus-5", "usage": {"input": -5}},
    ]
    stdin = "".join(json.dumps(line) + "\n" for line in lines)
    done = run("price", "--at", "2026-10-20", stdin=stdin)
    assert "4 read: 1 priced, 1 free, 1 skipped, 1 refused" in done.stdout
    assert "skipped:" not in done.stderr
    assert "skipped: -:1" in run("price", "--at", "2026-10-20", "--verbose", stdin=stdin).stderr
    assert done.exit_code == 1


def test_a_note_is_shown_once_with_its_count() -> None:
    done = shop_price(*[shop(usage={"input": number}) for number in (1, 2, 3)])
    assert done.stdout.count("a note on new-1") == 1
    assert "note: remark: a note on new-1 (3 records)\n" in done.stdout


def test_sums_are_exact_where_floats_are_not() -> None:
    done = shop_price(*[shop(usage={"input": 1}) for _ in range(10)], shop(usage={"search": 1}))
    assert "$0.01002" in done.stdout


def test_one_request_by_flags() -> None:
    done = run(
        "price",
        "--book",
        SHOP,
        "--model",
        "new-1",
        "--at",
        "2026-02-01",
        "--input",
        "0.5k",
        "--output",
        "1.5M",
        "--speed",
        "fast",
        "--use",
        "box=2 minutes",
        "--use",
        "box=90 minutes",
    )
    assert done.exit_code == 0
    expect_golden("price_request.txt", done.stdout)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("50k", 50_000),
        ("1.5M", 1_500_000),
        ("2,000", 2_000),
        ("0.0001M", 100),
        ("50K", 50_000),
        ("1.25k", 1_250),
        ("0k", 0),
    ],
)
def test_quantities_with_suffixes_are_exact(text: str, tokens: int) -> None:
    (found,) = objects(
        run(
            "price",
            "--book",
            SHOP,
            "--model",
            "old-1",
            "--output",
            text,
            "--at",
            "2026-02-01",
            "--json",
        ).stdout
    )
    assert Decimal(found["total"]) == Decimal(tokens) * 4 / 1_000_000


@pytest.mark.parametrize("text", ["1.2345k", "5m", "-5", "1e3", "nan", "k", "5 k", "5kk", "50kB"])
def test_quantities_that_are_none_are_the_errors_of_the_book(text: str) -> None:
    done = run("price", "--book", SHOP, "--model", "old-1", f"--output={text}")
    assert done.exit_code == 2
    assert "error[bad_quantity]: the quantity of `output`" in done.stderr


def test_unknown_names_of_flags_are_the_errors_of_the_book() -> None:
    request = ("price", "--book", SHOP, "--model", "new-1", "--input", "1", "--at", "2026-02-01")
    assert "did you mean `speed`?" in run(*request, "--set", "sped=fast").stderr
    assert "did you mean `fast`?" in run(*request, "--speed", "fasst").stderr
    assert "did you mean `output`" in run(*request, "--use", "ouput=1").stderr
    assert "unknown dimension `platform`" in run(*request, "--set", "platform=bedrock").stderr


def test_flags_are_those_of_the_book() -> None:
    text = run("price", "--book", SHOP, "--help").stdout
    assert "--search QUANTITY" in text
    assert "--box QUANTITY" in text
    assert "--cache-read" not in text
    assert "--cache-read QUANTITY" in run("price", "--help").stdout
    request = ("price", "--book", SHOP, "--model", "new-1", "--at", "2026-02-01")
    assert "No such option '--cache-read'" in run(*request, "--cache-read", "5").stderr
    assert "did you mean `anthropic`?" in run("price", "--book", "antropic", "--tier", "x").stderr


# Meters of any book.
PLAIN_WORDS = {"input", "output"}


def test_no_name_of_the_shipped_book_stands_in_the_command_line() -> None:
    """But in examples of `--help`: a flag comes from the book."""
    book = pricelang.load().checked
    names = {meter.name for meter in book.meters} | {found.name for found in book.dimensions}
    for path in (ROOT / "pricelang" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in names - PLAIN_WORDS, f"{path}:{node.lineno}"


def test_flags_are_defaults_for_what_records_do_not_say() -> None:
    records = (
        shop(usage={"input": 500})
        + shop(speed="standard", usage={"input": 500})
        + '{"usage": {"input": 500}}\n'
    )
    flags = ("--book", SHOP, "--speed", "fast", "--model", "old-1", "--at", "2026-03-01", "-")
    assert amounts(*flags, stdin=records) == ["0.006", "0.001", "0.003"]


def test_a_record_without_model_asks_for_one() -> None:
    done = shop_price('{"usage": {"input": 5}}')
    assert done.exit_code == 1
    assert "error[no_model]" in done.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["no-such-file.json"], "does not exist"),
        (["--format", "mesages", "-"], "did you mean `messages`?"),
        (["--book", "antropic", "--input", "5"], "did you mean `anthropic`?"),
        (["--at", "tomorrow", "--input", "5"], "error[bad_date]"),
        (["--use", "input", "--model", "x"], "takes METER=QUANTITY"),
        (
            ["--speed", "fast", "--set", "speed=standard", "--input", "5"],
            "is given as `fast` and as `standard`",
        ),
        (["--input", "5", "-"], "not both"),
        (["--inputt", "5"], "No such option"),
    ],
)
def test_wrong_usage_exits_with_2(args: list[str], words: str) -> None:
    done = run("price", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_folder_without_records_is_wrong_usage(tmp_path: Path) -> None:
    done = run("price", str(tmp_path))
    assert done.exit_code == 2
    assert "has no .json, .jsonl, .ndjson or .sse file" in done.stderr


def test_a_book_with_faults_shows_them_under_its_own_path(tmp_path: Path) -> None:
    book = tmp_path / "bad.price"
    book.write_text("book bad in USD\nmetre input in tokens\n")
    done = run("price", "--book", str(book), "--input", "5")
    assert done.exit_code == 2
    assert "error[syntax]" in done.stderr
    assert f"--> {book}:2:1" in done.stderr


def test_what_a_stranger_wrote_cannot_draw_on_the_terminal() -> None:
    done = shop_price(
        shop(id="\x1b[2Jid", model="\x1b[31mred", usage={"input": 1}),
        shop(id="\x1b[2Jid", usage={"input": 1}),
    )
    assert "\x1b" not in done.stdout + done.stderr


# ---- a place in tiers by usage -------------------------------------------------------------------

TIERED = str(ROOT / "samples" / "tiers" / "contract.price")
ASKED = ("--book", TIERED, "--model", "claude-opus-4-7", "--at", "2026-05-20")


def test_a_position_gives_a_line_for_each_tier() -> None:
    asked = (*ASKED, "--input", "900k", "--position", "volume=2,499.5 MTok")
    (found,) = objects(run("price", *asked, "--json").stdout)
    assert [(line["quantity"], line["tiers"]) for line in found["lines"]] == [
        ("500000", {"volume": "silver"}),
        ("400000", {"volume": "gold"}),
    ]
    record = {"model": "claude-opus-4-7", "at": "2026-05-20", "usage": {"input": 900_000}}
    placed = {**record, "position": {"volume": 2_499_500_000}}
    by_records = amounts("--book", TIERED, "-", stdin=json.dumps(placed))
    by_option = amounts(*ASKED[:2], *asked[-2:], "-", stdin=json.dumps(record))
    assert by_records == by_option == [found["total"]]


@pytest.mark.parametrize(
    ("position", "words"),
    [
        ("volume", "`--position` takes TIERS=QUANTITY, not `volume`"),
        ("volum=3", "unknown tiers `volum`"),
        ("volume=3 hours", "is in hours, but is counted in tokens"),
    ],
)
def test_a_position_that_is_none_is_an_error(position: str, words: str) -> None:
    found = run("price", *ASKED, "--input", "9", "--position", position)
    assert found.exit_code
    assert words in found.stderr


def test_a_position_is_said_once() -> None:
    places = ("--position", "volume=3 tokens", "--position", "volume=4 tokens")
    found = run("price", *ASKED, "--input", "9", *places)
    assert found.exit_code == 2
    assert "`volume` is given as `3 tokens` and as `4 tokens`" in " ".join(found.stderr.split())


def test_tables_have_no_position() -> None:
    table = str(SAMPLES / "tables" / "usage.parquet")
    found = run("price", table, "--position", "volume=3")
    assert (found.exit_code, "not for tables" in found.stderr) == (2, True)
