"""Zip archives are read as the folders that they hold, and never unpacked to a disk."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from attrs import evolve

from pricelang.usage.io import files
from pricelang.usage.io.folders import record_files
from pricelang.usage.reading import Progress, read_paths
from pricelang.usage.records import Outcome, Place, Rejected

from .helpers import message, records
from .test_folders import BESIDE, home


def packed(folder: Path, archive: Path, top: str = "") -> str:
    """The path of an archive of all that is in a folder."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(folder.rglob("*")):
            made.write(file, top + str(file.relative_to(folder)))
    return str(archive)


def placeless(outcomes: list[Outcome]) -> list[Outcome]:
    return [evolve(one, place=Place("", one.place.line, one.place.id)) for one in outcomes]


def refused(path: Path | str) -> Rejected:
    (found,) = read_paths([str(path)])
    assert isinstance(found, Rejected), found
    return found


@pytest.mark.parametrize("top", ["", "claude/", ".claude/"])
def test_an_archive_is_read_as_its_folder(top: str, tmp_path: Path) -> None:
    folder = home(tmp_path / "claude", **BESIDE)
    found = list(read_paths([packed(folder, tmp_path / "claude.zip", top)]))
    assert placeless(found) == placeless(list(read_paths(record_files(str(folder)))))
    (record,) = records(found)
    assert record.place.file == f"{tmp_path}/claude.zip/{top}projects/-w/s.jsonl"


def test_what_is_hidden_or_no_record_is_left_out(tmp_path: Path) -> None:
    folder, text = tmp_path / "logs", json.dumps(message())
    for name in ("a.json", "b/c.jsonl.gz", ".d.jsonl", "__MACOSX/._a.json", "e.txt", "f.parquet"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    found = list(read_paths([packed(folder, tmp_path / "logs.zip")]))
    names = [one.place.file.removeprefix(f"{tmp_path}/logs.zip/") for one in found]
    assert names == ["a.json", "b/c.jsonl.gz", "f.parquet"]
    assert len(records(found)) == 1  # the other is a copy


def test_progress_counts_the_space_in_the_archive(tmp_path: Path) -> None:
    folder = home(
        tmp_path / "claude", **{"logs/mine.jsonl": message(id="msg_2") | {"x": "a" * 999}}
    )
    archive = packed(folder, tmp_path / "claude.zip")
    progress = Progress()
    list(read_paths([archive], progress=progress))
    assert 0 < progress.read < Path(archive).stat().st_size


def test_an_archive_without_records(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "notes.txt").write_text("x")
    found = refused(packed(folder, tmp_path / "notes.zip"))
    assert (found.code, "no .json" in found.message) == ("bad_archive", True)


@pytest.mark.parametrize("cut", [30, 200, -40])
def test_a_damaged_archive(cut: int, tmp_path: Path) -> None:
    archive = Path(packed(home(tmp_path / "claude"), tmp_path / "a.zip"))
    archive.write_bytes(archive.read_bytes()[:cut])
    assert refused(archive).code == "bad_archive"


def test_damaged_files_in_an_archive(tmp_path: Path) -> None:
    archive = Path(packed(home(tmp_path / "claude"), tmp_path / "a.zip"))
    text = archive.read_bytes()
    archive.write_bytes(text[:60] + bytes(byte ^ 255 for byte in text[60:90]) + text[90:])
    assert "bad_archive" in {getattr(one, "code", None) for one in read_paths([str(archive)])}


def test_two_files_of_one_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a.json", json.dumps(message()))
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.json", json.dumps(message(id="msg_2")))
    assert refused(tmp_path / "a.zip").message == "the archive has two files of one name"


def test_an_archive_in_an_archive_is_not_read(tmp_path: Path) -> None:
    inner = Path(packed(home(tmp_path / "claude"), tmp_path / "a.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as made:
        made.write(inner, "records.jsonl")
    assert "where it lies on a disk" in refused(tmp_path / "b.zip").message


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE_SIZE", 2**20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.jsonl", b" " * 2**26)
    assert refused(tmp_path / "a.zip").code == "too_compressed"
