"""The files of one book: its entry, and the `.price` files inside the entry's folder that are
included; or its one text. Reads text, runs nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import field, frozen

from pricelang.check.entries import Entry
from pricelang.check.extended import ENTRY, MAX_BYTES
from pricelang.files.places import is_compiled, is_there
from pricelang.present.text import help_for, listed
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span

if TYPE_CHECKING:
    from pricelang.files.places import Place

MAX_FILES = 200
TEXT = "text"
"""The name of a book that is loaded from a text, in places and messages."""
_INCLUDE = re.compile(r'^include[ \t]+("(?:[^"\\\n]|\\["\\])*")', re.MULTILINE)


@frozen(eq=False, repr=False)
class TextFile:
    """A file of a book: the name that messages show, its path, and its text."""

    name: str
    path: Path
    text: str = field(repr=False)

    @cached_property
    def real_path(self) -> Path:
        """Its path with all links followed."""
        return self.path.resolve()


@frozen(eq=False, repr=False)
class Layer:
    """The files of one book, the entry first."""

    files: tuple[TextFile, ...]


def text_of(data: bytes) -> str:
    """The text of a file of a book: a byte order mark dropped, lines ended by `\\n`.
    Raises `UnicodeDecodeError`.

    >>> text_of(b"a\\r\\nb")
    'a\\nb'
    """
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def read_text(own: str | bytes) -> Layer:
    """A book that is one text. Raises `BookError` where it includes a file."""
    data = own if isinstance(own, bytes) else own.encode("utf-8", "surrogatepass")
    file = _decoded(data, TEXT, Path(TEXT))
    help = "a book of several files is loaded by its path"
    faults = [
        Fault("no_file", f"there is no file `{name}`: a text lies in no folder", span, help)
        for name, span in _includes(file)
    ]
    if faults:
        raise BookError(faults, {file.name: file.text})
    return Layer((file,))


def read_files(entry: Entry, unsaved: Mapping[Path, str]) -> Layer:
    """The files of one book, those of `unsaved` with the text there.
    All includes that fail are reported together.
    """
    folder, name = entry.folder, entry.file.name
    within = folder.resolve() if isinstance(folder, Path) else folder
    prefix = f"{within.name}/" if name == ENTRY and within is not None else ""
    files, seen = [_read(entry.file, prefix + name, unsaved)], {str(entry.file)}
    chains: dict[str, tuple[str, ...]] = {files[0].name: (files[0].name,)}
    faults: list[Fault] = []
    queue = list(_includes(files[0]))
    for number, (name, span) in enumerate(queue):
        try:
            if number + 1 >= MAX_FILES:
                raise BookError(
                    [Fault("too_large", f"the book has more than {MAX_FILES} files", span)]
                )
            place = _inside(folder, within, name, span, seen)
            chain = (*chains[span.file], prefix + name)
            if str(place) in seen:
                raise BookError([_included_again(chain, name, span)])
            files.append(_read(place, prefix + name, unsaved))
            chains[prefix + name] = chain
            seen.add(str(place))
            queue += _includes(files[-1])
        except BookError as error:
            faults += error.faults
            if number + 1 >= MAX_FILES:
                break
    if faults:
        raise BookError(faults, {file.name: file.text for file in files})
    return Layer(tuple(files))


def _included_again(chain: tuple[str, ...], name: str, span: Span) -> Fault:
    """The fault of an include whose file is there already; `chain` is how it was reached."""
    if chain[-1] not in chain[:-1]:
        return Fault("twice", f"`{name}` is included twice", span)
    circle = " → ".join(chain[chain.index(chain[-1]) :])
    help = "an include adds the statements of another file, once"
    return Fault("circle", f"includes form a circle: {circle}", span, help)


def _includes(file: TextFile) -> Iterator[tuple[str, Span]]:
    for name, match in included(file.text):
        line = file.text.count("\n", 0, match.start()) + 1
        column = match.start(1) - match.start() + 1
        yield name, Span(file.name, line, column, line, column + len(match.group(1)))


def included(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The files that a text includes, each with where it says so."""
    for match in _INCLUDE.finditer(text):
        yield re.sub(r"\\(.)", r"\1", match.group(1)[1:-1]), match


def _inside(
    folder: Place | None, within: Place | None, name: str, span: Span, seen: set[str]
) -> Place:
    """The place of an included file, which must lie in the folder; `within` is where the links of
    that lead.
    """
    relative = PurePosixPath(name)
    if (
        relative.is_absolute()
        or Path(name).is_absolute()
        or ".." in {*relative.parts, *Path(name).parts}
        or not name.isprintable()
        or relative.suffix != ".price"
    ):
        message = f"`{name}` is not a `.price` file inside the folder of the book"
        raise BookError([Fault("outside", message, span, partial(_meant, folder, name))])
    if isinstance(folder, Path) and isinstance(within, Path):
        return _path_inside(folder, within, name, span, seen)
    place = folder.joinpath(*relative.parts) if folder is not None else None
    if place is None or not is_there(place):
        raise BookError([Fault("no_file", f"there is no file `{name}`", span)])
    return place


def _meant(folder: Place | None, name: str) -> str:
    """What an include means that names a folder, or a file without the end of its name."""
    help = "an include names a file by its path inside the folder"
    if not isinstance(folder, Path) or not re.fullmatch(r"\w[\w-]*(?:/\w[\w-]*)*/?", name):
        return help
    if (folder / f"{name}.price").is_file():
        return f"did you mean `{name}.price`?"
    within = sorted(f"{name.rstrip('/')}/{x.name}" for x in (folder / name).glob("*.price"))
    return f"name its files one by one: {listed(within)}" if within else help


def _path_inside(folder: Path, within: Path, name: str, span: Span, seen: set[str]) -> Path:
    """The same on the disk, where links are followed."""
    path = folder / name
    try:
        inside, exists = path.resolve().is_relative_to(within), path.is_file()
    except (OSError, RuntimeError) as error:  # a name too long for the system, a link to itself
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"`{name[:80]}` cannot be read: {reason or 'it is a link to itself'}"
        raise BookError([Fault("no_file", message, span)]) from None
    if not inside:
        message = f"`{name}` leads out of the folder of the book"
        raise BookError([Fault("outside", message, span)])
    if not exists:
        beside = itertools.islice(folder.rglob("*.price"), MAX_FILES)
        known = [str(other.relative_to(folder)) for other in beside if str(other) not in seen]
        message = f"there is no file `{name}`"
        raise BookError([Fault("no_file", message, span, help_for(name, known))])
    return path


def _read(place: Place, name: str, unsaved: Mapping[Path, str]) -> TextFile:
    path = place if isinstance(place, Path) else Path(str(place))
    own = unsaved.get(path.resolve()) if unsaved else None
    if own is not None:
        return TextFile(name, path, own)
    try:
        with place.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BookError(
            [Fault("no_file", f"`{name}` cannot be read: {error.strerror}", NOWHERE)]
        ) from None
    return _decoded(data, name, path)


def refuse_compiled(data: bytes, name: str) -> None:
    """Raises `BookError` for the bytes of a compiled book, where a text is wanted."""
    if is_compiled(data):
        message = f"`{name}` is a compiled book: it has no text"
        help = "name the text that it was compiled from"
        raise BookError([Fault("compiled", message, NOWHERE, help)])


def _decoded(data: bytes, name: str, path: Path) -> TextFile:
    """The text of a file. Raises `BookError` for bytes that are none."""
    refuse_compiled(data, name)
    if len(data) > MAX_BYTES:
        raise BookError(
            [Fault("too_large", f"`{name}` has more than {MAX_BYTES:,} bytes", NOWHERE)]
        )
    try:
        text = text_of(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        span = Span(name, line, column, line, column + 1)
        texts = {name: data.decode("utf-8", "replace")}
        raise BookError(
            [Fault("bad_text", f"`{name}` is not UTF-8 in line {line}", span)], texts
        ) from None
    return TextFile(name, path, text)
