"""`pricelang import` and `pricelang export` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

from pricelang import load
from pricelang.apps import exports as export
from tests.apps.imports import FILES, READ
from tests.cli.helpers import objects, run


def test_a_file_becomes_a_folder_that_checks(tmp_path: Path) -> None:
    done = run("import", "litellm", FILES["litellm"], "-o", str(tmp_path / "book"), "--read", READ)
    assert done.exit_code == 0
    assert "entries: 24 read = 19 models + 1 aliases + 4 listed\n" in done.stdout
    assert run("check", str(tmp_path / "book")).exit_code == 0
    assert run("fmt", "--check", str(tmp_path / "book")).exit_code == 0


def test_standard_input_and_the_list_of_what_is_unsaid(tmp_path: Path) -> None:
    text = Path(FILES["genai-prices"]).read_text()
    done = run(
        "import",
        "genai-prices",
        "-",
        "-o",
        str(tmp_path / "book"),
        "--unsaid",
        str(tmp_path / "unsaid.jsonl"),
        stdin=text,
    )
    assert done.exit_code == 0
    listed = objects((tmp_path / "unsaid.jsonl").read_text())
    assert [each["model"] for each in listed] == ["acme/empty", "owl/speak", "owl/bad"]
    assert (
        run(
            "import", "genai-prices", FILES["genai-prices"], "-o", str(tmp_path / "b"), "--strict"
        ).exit_code
        == 1
    )


def test_a_book_is_not_overwritten_by_accident(tmp_path: Path) -> None:
    folder = str(tmp_path / "book")
    assert run("import", "litellm", FILES["litellm"], "-o", folder).exit_code == 0
    again = run("import", "genai-prices", FILES["genai-prices"], "-o", folder)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert (
        run("import", "genai-prices", FILES["genai-prices"], "-o", folder, "--force").exit_code == 0
    )
    assert sorted(path.name for path in (tmp_path / "book").iterdir()) == [
        "acme.price",
        "book.price",
        "owl.price",
    ]


def test_what_is_no_price_data_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    for source, code in (("x", "bad_data"), ("missing", "system")):
        done = run("import", "litellm", str(tmp_path / source), "-o", str(tmp_path / "book"))
        assert done.exit_code == 2
        assert f"error[{code}]" in done.stderr
    assert not (tmp_path / "book").exists()


def test_export_to_standard_output_and_its_account_on_standard_error() -> None:
    done = run("export", "litellm", "--at", "2026-04-17", "--provider", "elsewhere")
    assert done.exit_code == 0
    entries = json.loads(done.stdout)
    assert entries["claude-opus-4-7"]["litellm_provider"] == "elsewhere"
    assert entries["claude-opus-4-7"]["input_cost_per_token_batches"] == 2.5e-06
    assert "things that litellm cannot say" in done.stderr


def test_export_to_files(tmp_path: Path) -> None:
    out, unsaid = tmp_path / "claude.yml", tmp_path / "unsaid.jsonl"
    done = run(
        "export",
        "genai-prices",
        "--at",
        "2026-04-17",
        "-o",
        str(out),
        "--unsaid",
        str(unsaid),
        "--strict",
    )
    assert done.exit_code == 1
    assert out.read_text() == export.genai_prices(load(), "2026-04-17").text
    assert {"model", "field", "value", "reason"} == set(objects(unsaid.read_text())[0])


def test_a_day_that_is_none() -> None:
    done = run("export", "litellm", "--at", "someday")
    assert done.exit_code == 2
    assert "error[bad_date]" in done.stderr
