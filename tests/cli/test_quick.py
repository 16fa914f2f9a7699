"""The quick way of a cold price: it says what the ordinary way says, or nothing;
and it imports next to nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.cli.exit_codes import BROKEN_PIPE, WRONG_USAGE
from pricelang.files import cache
from pricelang.files.bundled import folder_of
from pricelang.files.content_hash import content_key
from pricelang.quick import rates, request
from pricelang.quick.answer import quick_answer
from pricelang.quick.request import request_of
from pricelang.usage.request_flags import DIMENSIONS, METERS, flag

from .helpers import ROOT, process, run

PLAIN = [
    "price",
    "--model",
    "claude-opus-4-7",
    "--at",
    "2026-04-17",
    "--input",
    "50k",
    "--output",
    "1,500",
]
RECORD = {
    "model": "claude-sonnet-4-6",
    "at": "2026-04-17",
    "service_tier": "batch",
    "usage": {"output": 300, "input": 1200},
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of each test's own, with the checked book in it already."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    for file in Path(os.environ["PRICELANG_CACHE"]).glob("?" * 64 + ".json"):
        shutil.copy(file, folder)
    monkeypatch.setenv("PRICELANG_CACHE", str(folder))
    return folder


def ordinary(*arguments: str) -> str:
    """What the ordinary way prints, which must end well; it leaves the rates behind."""
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def kept(folder: Path) -> list[Path]:
    """The files of kept rates."""
    return sorted(folder.glob("price-*.json"))


# ---- what is imported ----------------------------------------------------------------------------

HEAVY = {
    "attr",
    "attrs",
    "click",
    "lark",
    "rich",
    "platformdirs",
    "tempfile",
    "hashlib",
    "typing",
    "pathlib",
}
IMPORTS = """
import sys
sys.argv = ["pricelang", *sys.argv[1:]]
from pricelang.__main__ import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print(sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["table", "json"])
@pytest.mark.parametrize("stdin", [None, json.dumps(RECORD)], ids=["flags", "record"])
def test_a_price_that_was_asked_before_imports_neither_click_nor_attrs_nor_lark(
    arguments: list[str], stdin: str | None
) -> None:
    command = [
        sys.executable,
        "-I",
        "-c",
        IMPORTS,
        *(PLAIN if stdin is None else ["price", "-"]),
        *arguments,
    ]
    done = [
        subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, cwd=ROOT)
        for _ in range(3)
    ]
    loaded = [set(eval(one.stderr)) for one in done]
    assert {"attrs", "click"} < loaded[0]
    assert not HEAVY & loaded[1]
    assert done[0].stdout == done[1].stdout == done[2].stdout


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = (
        "import sys, pricelang; print(sorted(name for name in sys.modules if name.split('.')[0] in "
        "('pricelang', 'attr', 'attrs', 'click', 'lark'))); from pricelang import *; "
        "print(set(pricelang.__all__) <= set(dir(pricelang)), load().name, Refused.__name__, hasattr(pricelang, 'nothing'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "['pricelang']\nTrue anthropic Refused False\n"


@pytest.mark.parametrize("name", pricelang.__all__)
def test_every_public_name_is_where_it_says(name: str) -> None:
    assert getattr(pricelang, name).__name__ == name


# ---- both ways say the same ----------------------------------------------------------------------

MODELS = st.sampled_from(
    [
        "claude-opus-4-7",
        "claude-haiku-5-5",
        "claude-sonnet-4-5",
        "claude-opus-4-6",
        "claude-fable-5-2",
    ]
)
DAYS = st.sampled_from(["2026-04-17", "2026-11-20", "2026-04-17T12:30:00Z", "2026-10-07"])
VALUES = {
    "platform": ["bedrock", "api"],
    "endpoint": ["regional"],
    "service_tier": ["batch", "standard"],
    "speed": ["fast"],
    "inference_geo": ["us"],
    "context_window": ["long"],
    "surface": ["managed_agents"],
    "web_tools": ["basic"],
    "outcome": ["errored"],
}
COUNTS = st.one_of(
    st.integers(1, 10**6).map(str),
    st.sampled_from(["50k", "1.5M", "100,000", "100001", "200k", "200001", "1", "999999999999999"]),
)
HOSTILE = st.one_of(
    st.text("0123456789-+,.kKM _e", max_size=8),
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6),
    st.sampled_from(
        [
            "-5",
            "1e9999",
            "0",
            "",
            "1.5",
            "90 minutes",
            "1" * 16,
            "1" * 400,
            "٣",
            "claude-opus-47",
            "2026-02-30",
            "yesterday",
            "--json",
        ]
    ),
)


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Plain requests, and others in which one thing or several are not plain."""
    found: list[list[str]] = [["--model", draw(MODELS)], ["--at", draw(DAYS)]]
    for name in draw(
        st.lists(
            draw(
                st.sampled_from(
                    [
                        st.sampled_from(list(METERS)),
                        st.sampled_from(["input", "output", "cache_read"]),
                    ]
                )
            ),
            min_size=1,
            max_size=3,
            unique=True,
        )
    ):
        found.append([flag(name), draw(COUNTS)])
    for name in draw(
        st.lists(
            st.sampled_from(DIMENSIONS), max_size=draw(st.sampled_from([0, 0, 2])), unique=True
        )
    ):
        found.append([flag(name), draw(st.sampled_from(VALUES[name]))])
    if draw(st.booleans()):
        found.append(["--json"])
    if draw(st.integers(0, 2)) == 0:
        number = draw(st.integers(0, len(found) - 1))
        match draw(st.integers(0, 7)):
            case 0:
                found[number] = [found[number][0], draw(HOSTILE)]
            case 1:
                found[number] = [*found[number][:1]]
            case 2:
                found.append(found[number])
            case 3:
                found[number] = [found[number][0][:-1], *found[number][1:]]
            case 4:
                found.insert(number, ["--"])
            case 5:
                found.append(
                    draw(
                        st.sampled_from(
                            [
                                ["--verbose"],
                                ["--book", "anthropic"],
                                ["--use", "input=5"],
                                ["--format", "canonical"],
                                ["--nothing"],
                                ["-h"],
                                ["-"],
                                ["nowhere.json"],
                                ["--set", "speed=fast"],
                            ]
                        )
                    )
                )
            case 6:
                found[number] = ["=".join(found[number])]
            case _:
                del found[number]
    return ["price", *(part for parts in draw(st.permutations(found)) for part in parts)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all generated requests share, so that many find what others left."""
    return tmp_path_factory.mktemp("shared")


def both_ways(folder: Path, arguments: list[str]) -> bool:
    """Compares them, before and after the ordinary way could leave something;
    says whether the quick way answered.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRICELANG_CACHE", str(folder))
        before = quick_answer(arguments)
        done = run(*arguments)
        after = quick_answer(arguments)
    for answer in (before, after):
        if answer is not None:
            assert (done.exit_code, done.stdout, done.stderr) == (0, answer, "")
    return after is not None


@given(arguments=command_lines())
def test_flags_both_ways(shared: Path, arguments: list[str]) -> None:
    both_ways(shared, arguments)


WORDS = st.one_of(
    st.none(),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
)


@given(
    model=MODELS,
    day=DAYS,
    usage=st.dictionaries(
        st.sampled_from([*METERS, "tokens"]),
        st.one_of(st.integers(1, 10**7), WORDS),
        min_size=1,
        max_size=3,
    ),
    more=st.dictionaries(
        st.sampled_from(
            [
                "id",
                "speed",
                "service_tier",
                "type",
                "record",
                "message",
                "at",
                "model",
                "custom_id",
                "ü",
            ]
        ),
        st.one_of(WORDS, st.sampled_from(["fast", "batch", "sum", "msg_1", "x" * 40, "\u200b"])),
        max_size=2,
    ),
    plain=st.booleans(),
    indent=st.sampled_from([None, 1]),
    tail=st.sampled_from(["", "\n", "\n\n", " {}", "\r\n", '\n{"usage": 1}\n']),
    arguments=st.sampled_from(
        [
            [],
            ["--json"],
            ["--speed", "fast"],
            ["--model", "claude-opus-4-7"],
            ["--json", "--at", "2026-05-01"],
        ]
    ),
)
def test_records_both_ways(
    shared: Path,
    model: str,
    day: str,
    usage: dict[str, object],
    more: dict[str, object],
    plain: bool,
    indent: int | None,
    tail: str,
    arguments: list[str],
) -> None:
    if plain:
        usage, more, tail = (
            {name: 1000 + number for number, name in enumerate(usage) if name in METERS},
            {},
            "\n",
        )
    file = shared / "record.json"
    file.write_text(
        json.dumps({"model": model, "at": day, "usage": usage, **more}, indent=indent) + tail,
        encoding="utf-8",
    )
    both_ways(shared, ["price", str(file), *arguments])


@pytest.mark.parametrize(
    "text",
    [
        '{"usage": {"input": 1, "input": 2}, "model": "claude-opus-4-7"}',
        '{"usage": {"input": 1e3}}',
        "[]",
        "",
        "{",
    ],
)
def test_odd_records_go_the_ordinary_way(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    assert request_of(["price", str(tmp_path / "odd.json"), "--model", "claude-opus-4-7"]) is None


def test_plain_requests_are_answered_the_second_time(own_cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(RECORD), encoding="utf-8")
    undated = ["price", "--model", "claude-opus-5", "--input", "5"]
    for arguments in (
        PLAIN,
        [*PLAIN, "--json"],
        ["price", str(file)],
        ["price", "--json", str(file)],
        undated,
    ):
        shutil.rmtree(own_cache)
        assert quick_answer(arguments) is None
        text = ordinary(*arguments)
        assert len(kept(own_cache)) == 1
        assert quick_answer(arguments) == text


def test_quantities_are_filled_in(own_cache: Path) -> None:
    ordinary(*PLAIN)
    other = [*PLAIN[:6], "1", PLAIN[7], "100k", "--json"]
    answer = quick_answer(other)
    assert answer == ordinary(*other)
    assert json.loads(answer or "")["total"] == "2.500005"
    assert len(kept(own_cache)) == 1


def test_each_side_of_a_threshold_has_its_rates(own_cache: Path) -> None:
    def asked(quantity: str) -> list[str]:
        return [
            "price",
            "--model",
            "claude-haiku-5-5",
            "--at",
            "2026-11-01",
            "--json",
            "--input",
            quantity,
        ]

    for quantity in ("100000", "100001", "300k"):
        assert quick_answer(asked(quantity)) is None
        ordinary(*asked(quantity))
    assert len(kept(own_cache)) == 1
    totals = [
        json.loads(quick_answer(asked(quantity)) or "")["total"]
        for quantity in ("100k", "100001", "200000", "300000")
    ]
    assert totals == ["0.01", "0.0500005", "0.1", "0.15"]


def test_what_is_more_than_a_sum_of_rates_goes_the_ordinary_way(own_cache: Path) -> None:
    ordinary("price", "--model", "claude-opus-4-7", "--at", "2026-04-17", "--code-execution", "1")
    assert not kept(own_cache)


# ---- what holds no longer, and what strangers left -----------------------------------------------


@pytest.mark.parametrize("changed", ["code", "book", "link", "model", "day", "dimension"])
def test_rates_hold_for_the_same_book_code_and_combination(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary(*PLAIN)
    assert quick_answer(PLAIN) is not None
    arguments = PLAIN
    rules = tmp_path / "rules"
    shutil.copytree(folder_of("rules"), rules)
    monkeypatch.setattr(
        rates, "folder_of", lambda name: str(rules) if name == "rules" else folder_of(name)
    )
    assert quick_answer(PLAIN) is not None
    file = rules / "anthropic" / "rates.price"
    if changed == "code":
        monkeypatch.setattr(rates, "fingerprint", lambda *_: "other code")
    elif changed == "book":
        file.write_text(
            file.read_text(encoding="utf-8").replace("$25 ", "$26 ", 1), encoding="utf-8"
        )
    elif changed == "link":
        file.rename(tmp_path / "rates.price")
        file.symlink_to(tmp_path / "rates.price")
    else:
        arguments = [*PLAIN, "--speed", "fast"] if changed == "dimension" else list(PLAIN)
        arguments[2 if changed == "model" else 4] = {
            "model": "claude-opus-4-6",
            "day": "2026-04-18",
        }.get(changed, arguments[4])
    assert quick_answer(arguments) is None


NOT_PRICING = ("audit", "billing", "engines", "export", "imports", "quote", "reports")
"""Rooms of tables, sums, proofs and price lists, which no single price goes through."""


def test_the_fingerprint_is_of_all_code_that_an_answer_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(
        ROOT / "pricelang", tmp_path / "pricelang", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(cache, "PACKAGE", str(tmp_path / "pricelang"))
    before = rates._code()
    for file in sorted((tmp_path / "pricelang").glob("**/*.py")):
        if file.parent.name not in NOT_PRICING:
            text = file.read_text(encoding="utf-8")
            file.write_text(text + "# more\n", encoding="utf-8")
            assert rates._code() != before, file
            before = rates._code()


def test_the_key_is_that_of_the_loaded_book() -> None:
    content = pricelang.load().content
    assert content is not None
    assert rates.content_of(content[1]) == content[0]
    assert content_key([("ab", "c")]) != content_key([("a", "bc")])


BODIES = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '"key"',
    "{}",
    '{"key": 1, "book": 2}',
    lambda good: good | {"variants": 3},
    lambda good: good | {"variants": [{}]},
    lambda good: good | {"files": []},
    lambda good: good | {"files": ["/etc/passwd"]},
    lambda good: good | {"files": ["book.price", "../../../etc/passwd"]},
    lambda good: good | {"files": 5},
    lambda good: good | {"variants": [good["variants"][0] | {"lines": {}}]},
    lambda good: good | {"variants": [good["variants"][0] | {"places": "x"}]},
    lambda good: good | {"variants": [good["variants"][0] | {"title": "\x1b[31m"}]},
    lambda good: good | {"variants": [good["variants"][0] | {"sides": [[["input"], "a", None]]}]},
    "[" * 100_000,
]


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_kept_rates_of_any_other_shape_are_passed_over(number: int, own_cache: Path) -> None:
    text = ordinary(*PLAIN)
    (file,) = kept(own_cache)
    body = BODIES[number]
    good = json.loads(file.read_text(encoding="ascii").partition("\n")[2])
    cache.keep(str(file), body if isinstance(body, str) else json.dumps(body(good)))
    assert quick_answer(PLAIN) is None
    assert ordinary(*PLAIN) == text
    assert quick_answer(PLAIN) == text


@pytest.mark.parametrize("how", ["torn", "group", "folder", "stranger", "link", "pipe", "none"])
def test_kept_rates_that_are_not_whole_and_the_users_own_are_passed_over(
    how: str, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ordinary(*PLAIN)
    (file,) = kept(own_cache)
    if how == "torn":
        file.write_bytes(file.read_bytes()[:-1])
    elif how == "group":
        file.chmod(0o620)
    elif how == "folder":
        own_cache.chmod(0o770)
    elif how == "stranger":
        monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    elif how == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    elif how == "pipe":
        file.unlink()
        file.mkdir()
    else:
        monkeypatch.setenv("PRICELANG_CACHE", "")
    assert quick_answer(PLAIN) is None
    assert ordinary(*PLAIN) == text


def test_check_says_the_same_whatever_is_in_the_cache(own_cache: Path) -> None:
    first = ordinary("check")
    for file in own_cache.iterdir():
        file.write_bytes(b"\x80\x04cos\nsystem\n" + file.read_bytes()[:40])
    assert ordinary("check") == first
    assert ordinary("models") == ordinary("models")


# ---- as a process --------------------------------------------------------------------------------


def test_both_ways_as_processes(tmp_path: Path) -> None:
    folder = {"PRICELANG_CACHE": str(tmp_path / "cache")}
    text = json.dumps(RECORD) + "\n"
    for arguments, stdin in (
        (PLAIN, ""),
        ([*PLAIN, "--json"], ""),
        (["price"], text),
        (["price", "--json", "-"], text),
    ):
        ways = [process(*arguments, stdin=stdin, **folder) for _ in range(2)] + [
            process(*arguments, stdin=stdin, PRICELANG_CACHE="")
        ]
        assert {(done.returncode, done.stdout, done.stderr) for done in ways} == {
            (0, ways[0].stdout, "")
        }


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_a_stream_cannot_write_is_shown_as_ever(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps({**RECORD, "id": "ü" * 40}), encoding="utf-8")
    command = [sys.executable, "-m", "pricelang", "price", str(file)]
    found = set()
    for folder in (os.environ["PRICELANG_CACHE"], os.environ["PRICELANG_CACHE"], ""):
        env = {**os.environ, "PRICELANG_CACHE": folder, "PYTHONIOENCODING": encoding}
        found.add(
            subprocess.run(command, capture_output=True, cwd=ROOT, env=env, check=True).stdout
        )
    assert len(found) == 1


@pytest.mark.parametrize("records", [2, 400])
def test_more_than_one_record_on_standard_input_is_read_whole(records: int) -> None:
    ordinary(*PLAIN, "--json")
    stdin = "".join(
        json.dumps(
            {"model": "claude-opus-4-7", "at": "2026-04-17", "usage": {"input": 1, "output": 1}}
        )
        + "\n"
        for _ in range(records)
    )
    done = process("price", "--json", stdin=stdin)
    assert len(done.stdout.splitlines()) == records


def test_a_record_is_priced_before_its_writer_goes_away(own_cache: Path) -> None:
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", "pricelang", "price", "--json", "-"]
        running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT
        )
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(json.dumps(RECORD).encode() + b"\n")
            running.stdin.flush()
            assert b"total" in running.stdout.readline()
        running.stdin.close()
        running.stdout.close()
        assert running.wait() == 0


def test_a_full_disk_and_a_closed_pipe_end_as_ever(own_cache: Path) -> None:
    ordinary(*PLAIN)
    assert quick_answer(PLAIN) is not None
    command = [sys.executable, "-m", "pricelang", *PLAIN]
    found = []
    for folder in (str(own_cache), ""):
        env = {**os.environ, "PRICELANG_CACHE": folder}
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                command,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=env,
                check=False,
            )
        reader, writer = os.pipe()
        os.close(reader)
        closed = subprocess.run(
            command,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=env,
            check=False,
        )
        os.close(writer)
        found.append(
            (done.returncode, done.stderr.splitlines()[:1], closed.returncode, closed.stderr)
        )
    assert found[0] == found[1]
    assert found[0][0] in (WRONG_USAGE, 120)
    assert found[0][2:] == (BROKEN_PIPE, "")


def test_the_limits_are_those_of_the_ordinary_way() -> None:
    from pricelang.evaluate import quantities

    assert request.MAX_PLAIN <= quantities.PLAIN
