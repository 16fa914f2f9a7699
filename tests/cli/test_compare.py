"""`pricelang compare`: tables, CSV, JSON and Markdown;
exit codes; refusals that are never dropped.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from .helpers import SAMPLES, SHOP, expect_golden, process, run, shop, without_notes

ONE = ("--model", "claude-opus-4-7", "--input", "50k", "--output", "15k", "--at", "2026-04-17")


def relative(text: str) -> str:
    return text.replace(str(SAMPLES.parent) + "/", "")


def test_one_request_under_everything() -> None:
    done = run("compare", *ONE)
    assert done.exit_code == 0
    expect_golden("compare_request.txt", without_notes(done.stdout))


def test_records_under_everything() -> None:
    done = run("compare", str(SAMPLES / "requests.jsonl"))
    assert done.exit_code == 0
    expect_golden("compare_requests.txt", without_notes(relative(done.stdout)))


def test_other_shapes_are_compared_too() -> None:
    done = run(
        "compare",
        str(SAMPLES / "claude_code"),
        str(SAMPLES / "messages"),
        "--at",
        "2026-11-20",
        "--only",
        "service_tier",
        "--only",
        "cache",
    )
    expect_golden("compare_messages.txt", without_notes(relative(done.stdout)))
    assert done.exit_code == 0


def test_a_small_book_has_its_own_alternatives() -> None:
    done = run(
        "compare",
        "-",
        "--book",
        SHOP,
        stdin=shop(usage={"input": 900, "search": 1}) + shop(usage={"input": 100}, speed="fast"),
    )
    assert done.exit_code == 0
    expect_golden("compare_shop.txt", done.stdout)


def test_markdown_and_csv() -> None:
    expect_golden(
        "compare_request.md", run("compare", *ONE, "--only", "modes", "--markdown").stdout
    )
    done = run("compare", *ONE, "--csv")
    expect_golden("compare_request.csv", done.stdout)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    ranked, refused = [row for row in rows if row["rank"]], [row for row in rows if not row["rank"]]
    assert [row["rank"] for row in ranked] == [str(number) for number in range(1, 20)]
    assert {row["value"] for row in refused} == {
        "claude-3-haiku-20240307",
        "bedrock",
        "vertex",
        "google_cloud",
        "regional",
        "multi_region",
        "in_region",
        "govcloud",
        "us_data_zone",
        "fast",
    }
    assert all(
        row["reason"] and (row["location"] or row["value"] in ("bedrock", "vertex"))
        for row in refused
    )


def test_json() -> None:
    done = run(
        "compare", *ONE, "--what-if", "service_tier=batch", "--what-if", "speed=fast", "--json"
    )
    found = json.loads(done.stdout)
    assert set(found) == {
        "book",
        "currency",
        "given",
        "ranked",
        "refused",
        "caches",
        "errors",
        "skipped",
        "tokenizer",
    }
    assert [
        (row["rank"], row["changes"], row["expected"], row["change"]) for row in found["ranked"]
    ] == [
        (1, {"service_tier": "batch"}, "0.3125", "-0.5"),
        (2, {}, "0.625", "0"),
    ]
    (refused,) = found["refused"]
    assert (refused["changes"], refused["low"], refused["refusals"][0]["rule"]) == (
        {"speed": "fast"},
        None,
        "fast",
    )


def test_the_first_and_the_given_one() -> None:
    found = json.loads(run("compare", *ONE, "--json", "--top", "2").stdout)
    assert [row["rank"] for row in found["ranked"]] == [1, 2, 8]
    assert found["ranked"][2]["changes"] == {}
    assert len(found["refused"]) == 10
    assert "\nand 16 more\n" in run("compare", *ONE, "--top", "2").stdout


def test_a_prompt_sent_again_is_answered_in_words() -> None:
    done = run(
        "compare",
        "--model",
        "claude-sonnet-4-6",
        "--input",
        "20k",
        "--output",
        "1k",
        "--at",
        "2026-04-17",
        "--reads",
        "5",
        "--cached",
        "18k",
        "--only",
        "cache",
    )
    assert done.exit_code == 0
    expect_golden("compare_reads.txt", done.stdout)


def test_records_without_a_price_are_named_and_the_rest_is_compared() -> None:
    done = run("compare", str(SAMPLES / "refused"), "--only", "service_tier", "--at", "2026-11-20")
    assert done.exit_code == 1
    assert "error[no_model]" in done.stderr
    assert "names_no_model.jsonl:" in done.stderr
    filled = run(
        "compare",
        str(SAMPLES / "refused" / "names_no_model.jsonl"),
        "--only",
        "service_tier",
        "--at",
        "2026-11-20",
        "--model",
        "claude-opus-5",
    )
    assert filled.exit_code == 0


def test_a_request_that_is_refused_shows_what_would_do() -> None:
    done = run(
        "compare",
        "--model",
        "claude-opus-4-6",
        "--at",
        "2026-04-17",
        "--speed",
        "fast",
        "--service-tier",
        "batch",
        "--input",
        "50k",
        "--only",
        "modes",
    )
    assert done.exit_code == 1
    assert "error[excluded]: fast mode is not available with the Batch API" in done.stderr
    expect_golden("compare_excluded.txt", done.stdout)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((*ONE, "--csv", "--json"), "cannot be combined"),
        ((*ONE, "--cached", "5"), "needs `--reads`"),
        ((*ONE, "--reads", "2", "--cached", "many"), "takes a whole number"),
        ((*ONE, "--reads", "-1"), "-1"),
        ((*ONE, "--top", "0"), "0"),
        ((*ONE, "--what-if", "service_tier=bach"), "did you mean `batch`?"),
        ((*ONE, "--what-if", "sped=fast"), "did you mean `speed`?"),
        ((*ONE, "--only", "model,modes"), "there is no axis"),
        ((*ONE, "--cross", "modell"), "did you mean `model`"),
        ((*ONE, "no-such-file.jsonl"), "no-such-file"),
        (("--input", "5"), "names no model"),
        (("--model", "claude-opus-4-7", "--input", "five"), "is `five`"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], words: str) -> None:
    done = run("compare", *args)
    assert done.exit_code == 2
    assert words in done.stderr


def test_it_works_in_a_pipe() -> None:
    done = process(
        "compare",
        "--only",
        "service_tier",
        "-",
        stdin='{"model": "claude-opus-5", "at": "2026-11-20", "usage": {"input": 1000}}\n{"broken\n',
    )
    assert done.returncode == 1
    assert [row.split() for row in done.stdout.splitlines()[2:4]] == [
        ["1", "service_tier", "batch", "$0.0025", "-50%"],
        ["2", "as", "given", "$0.005", "0%", "1"],
    ]
    assert "error[bad_json]" in done.stderr
    assert "\x1b" not in done.stdout


BODY = {
    "model": "claude-opus-4-6",
    "max_tokens": 900,
    "messages": [{"role": "user", "content": "Who sleeps?"}],
}


def test_request_bodies_by_file_and_by_standard_input(tmp_path: Path) -> None:
    file, lines = tmp_path / "request.json", tmp_path / "requests.jsonl"
    file.write_text(json.dumps(BODY, indent=2))
    lines.write_text(json.dumps(BODY) + "\n" + json.dumps({**BODY, "messages": []}) + "\n")
    args = ("--at", "2026-11-20", "--output", "100", "--only", "service_tier", "--json")
    found = json.loads(run("compare", str(file), *args).stdout)
    assert [(row["changes"], row["change"]) for row in found["ranked"][:2]] == [
        ({"service_tier": "batch"}, "-0.5"),
        ({}, "0"),
    ]
    assert json.loads(run("compare", "-", *args, stdin=json.dumps(BODY)).stdout) == found
    both = run("compare", str(lines), *args)
    assert both.exit_code == 1
    assert "requests.jsonl:2" in both.stderr
    assert "messages" in both.stderr
    assert json.loads(both.stdout)["given"]["records"] == 1


def test_quantities_beside_records_are_wrong_usage() -> None:
    done = run("compare", str(SAMPLES / "requests.jsonl"), "--output", "5")
    assert done.exit_code == 2
    assert "these files have records" in done.stderr
    assert run("compare", str(SAMPLES / "requests.jsonl"), "--format", "nonsense").exit_code == 2
    assert run("compare", "-", "--format", "nonsense", stdin="{}").exit_code == 2
