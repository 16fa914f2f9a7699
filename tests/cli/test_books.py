"""`pricelang check`, `test`, `fmt` and `models`:
what is wrong with a book, its examples, its style, its models.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import SHOP, line_of, objects, run


def changed(folder: Path, old: str, new: str) -> str:
    """The small book with one text in it replaced, in a file of its own."""
    text = Path(SHOP).read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "changed.price"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(path)


def test_the_bundled_book_has_no_faults_and_its_examples_hold() -> None:
    checked, tested = run("check"), run("test")
    assert (checked.exit_code, tested.exit_code) == (0, 0)
    assert checked.stdout.startswith("anthropic: no faults (")
    assert tested.stdout.endswith(" examples, all pass\n")


def test_a_book_without_faults() -> None:
    done = run("check", SHOP)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "0 errors, 2 warnings")
    assert {one["code"] for one in objects(run("check", SHOP, "--json").stdout)} == {"no_example"}


def test_faults_are_shown_with_places_that_a_terminal_can_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "books" / "mine"
    folder.mkdir(parents=True)
    (folder / "book.price").write_text('book mine in USD\ninclude "more.price"\n')
    (folder / "more.price").write_text("metre input in tokens\nunit MTok is 1,000,000 tokns\n")
    done = run("check", "books/mine")
    assert done.exit_code == 1
    assert "error[syntax]" in done.stdout
    assert f"--> {Path('books/mine/more.price')}:1:1" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("warnings")
    assert "\x1b" not in done.stdout
    found = objects(run("check", "books/mine", "--json").stdout)
    assert found[0]["code"] == "syntax"
    assert (found[0]["file"], found[0]["line"], found[0]["column"]) == (
        str(Path("books/mine/more.price")),
        1,
        1,
    )
    assert set(found[0]) == {
        "code",
        "severity",
        "message",
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "help",
        "others",
        "fixes",
    }


def test_two_rules_that_disagree_show_both_places(tmp_path: Path) -> None:
    path = changed(tmp_path, "  x 6 on input, output\n", "  x 6 on input, output\n  x 7 on input\n")
    done = run("check", path)
    assert done.exit_code == 1
    assert done.stdout.count(f"--> {path}:") >= 2
    (found,) = [
        one for one in objects(run("check", path, "--json").stdout) if one["severity"] == "error"
    ]
    assert {found["line"], *(other["line"] for other in found["others"])} == {
        line_of("x 6 on"),
        line_of("x 6 on") + 1,
    }


def test_an_include_that_leads_out_is_a_fault_and_a_missing_book_is_wrong_usage(
    tmp_path: Path,
) -> None:
    book = tmp_path / "book.price"
    book.write_text('book mine in USD\ninclude "../more.price"\n')
    assert run("check", str(tmp_path)).exit_code == 1
    missing = run("check", str(tmp_path / "none.price"))
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "error[no_book]" in missing.stderr


def test_examples_that_fail_show_what_was_expected_what_came_and_why(tmp_path: Path) -> None:
    path = changed(tmp_path, "costs $0.002\n", "costs $0.003\n")
    done = run("test", path)
    assert done.exit_code == 1
    assert done.stdout.startswith('failed: "plain"\n')
    assert f"  --> {path}:" in done.stdout
    assert "  expected: costs $0.003\n  got:      costs $0.002\n" in done.stdout
    assert "1,000 tokens x $2 per MTok = $0.002" in done.stdout
    assert done.stdout.endswith("5 examples, 1 failed\n")


@pytest.mark.parametrize(
    ("old", "new", "title", "got"),
    [
        ("costs $2 to $4\n", "costs $2\n", "a sum on either side", "costs $2 to $4"),
        ("costs $2 to $4\n", "costs $2 to $5\n", "a sum on either side", "costs $2 to $4"),
        ("costs $4\n", "costs $2\n", "a sum of long ones", "costs $4"),
        (
            "refused by batch with fast\n",
            "refused by batch\n",
            "batch and fast",
            "refused by fast with batch",
        ),
        (
            "refused by batch with fast\n",
            "not offered\n",
            "batch and fast",
            "refused by fast with batch",
        ),
        (
            "refused by batch with fast\n",
            "costs $1\n",
            "batch and fast",
            "refused by fast with batch",
        ),
        ("  not offered\n", "  refused\n", "too early", "not offered"),
        ("costs $0.002\n", "not offered\n", "plain", "costs $0.002"),
        ("costs $0.002\n", "costs EUR 0.002\n", "plain", "costs $0.002"),
        (
            "  given new-1 at 2026-02-01\n",
            "  given new-1 at 2026-07-01\n",
            "plain",
            "costs €0.0018",
        ),
    ],
)
def test_each_kind_of_expectation_can_fail(
    tmp_path: Path, old: str, new: str, title: str, got: str
) -> None:
    results = objects(run("test", changed(tmp_path, old, new), "--json").stdout)
    failed = [result for result in results if not result["passed"]]
    assert [(result["title"], result["got"]) for result in failed] == [(title, got)]
    assert failed[0]["why"]
    assert len(results) == 5


def test_examples_by_title() -> None:
    assert run("test", SHOP, "-k", "a SUM").stdout == "2 examples, all pass\n"
    assert run("test", SHOP, "-k", "plain").stdout == "1 example, all pass\n"
    assert run("test", SHOP, "-k", "no such title").exit_code == 2


def test_a_book_with_faults_has_no_examples_to_run(tmp_path: Path) -> None:
    done = run("test", changed(tmp_path, "meter box in hours\n", "meter box in huors\n"))
    assert (done.exit_code, done.stdout) == (2, "")


def test_models_with_their_dates_and_aliases() -> None:
    assert run("models", "--book", SHOP).stdout == (
        "model   released    deprecated  retired     aliases\n"
        "------  ----------  ----------  ----------  -------\n"
        "old-1   2025-01-01  2025-06-01  2025-12-01\n"
        "gone-1  2025-01-01              2025-02-01\n"
        "new-1   2026-01-01                          new\n"
    )
    found = objects(run("models", "--book", SHOP, "--at", "2025-07-01", "--json").stdout)
    assert [(model["name"], model["retired"]) for model in found] == [
        ("old-1", "2025-12-01"),
        ("gone-1", "2025-02-01"),
    ]


UGLY = "unit   MTok is 1,000,000 tokens # a million\n"
NEAT = "unit MTok is 1,000,000 tokens  # a million\n"


def test_fmt_writes_the_one_style_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    ugly, neat = tmp_path / "sub" / "ugly.price", tmp_path / "neat.price"
    ugly.write_text(UGLY)
    neat.write_text(NEAT)
    checked = run("fmt", "--check", str(tmp_path))
    assert checked.exit_code == 1
    assert checked.stdout == f"would change {ugly}\n1 would change, 1 in style\n"
    assert ugly.read_text() == UGLY
    done = run("fmt", str(tmp_path))
    assert (done.exit_code, done.stdout) == (0, f"changed {ugly}\n1 changed, 1 in style\n")
    assert ugly.read_text() == NEAT
    assert run("fmt", "--check", str(tmp_path)).exit_code == 0


def test_fmt_shows_a_difference_and_writes_nothing(tmp_path: Path) -> None:
    ugly = tmp_path / "ugly.price"
    ugly.write_text(UGLY)
    done = run("fmt", "--diff", str(ugly))
    assert done.exit_code == 0
    assert f"-{UGLY}+{NEAT}" in done.stdout
    assert ugly.read_text() == UGLY
    assert run("fmt", "--diff", "--check", str(ugly)).exit_code == 1


def test_fmt_leaves_a_file_with_faults_alone(tmp_path: Path) -> None:
    broken, ugly = tmp_path / "a.price", tmp_path / "b.price"
    broken.write_text("unit   MTok iss 1,000,000 tokens\n")
    ugly.write_text(UGLY)
    (tmp_path / "c.price").write_bytes(b"unit \xff\n")
    done = run("fmt", str(tmp_path))
    assert done.exit_code == 2
    assert "error[syntax]" in done.stderr
    assert "is not UTF-8" in done.stderr
    assert broken.read_text() == "unit   MTok iss 1,000,000 tokens\n"
    assert ugly.read_text() == NEAT


def test_fmt_says_that_a_compiled_book_has_no_text(tmp_path: Path) -> None:
    compiled = tmp_path / "shop.json"
    assert run("compile", SHOP, "-o", str(compiled)).exit_code == 0
    done = run("fmt", "--check", str(compiled))
    assert done.exit_code == 2
    assert "is a compiled book: it has no text" in done.stderr


def test_fmt_from_standard_input_to_standard_output() -> None:
    assert run("fmt", "-", stdin=UGLY).stdout == NEAT
    assert run("fmt").exit_code == 2


def test_the_bundled_book_is_in_style() -> None:
    from pricelang.files.bundled import rules_folder

    assert run("fmt", "--check", str(rules_folder())).exit_code == 0


def test_fmt_reads_no_more_than_a_book_may_have(tmp_path: Path) -> None:
    path = tmp_path / "large.price"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)  # a file with a hole takes no disk
    done = run("fmt", "--check", str(path))
    assert done.exit_code == 2
    assert "has more than 4,000,000 bytes" in done.stderr
