"""What a path to write to is, and whether it may be written: never over what is read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence

from attrs import frozen

from pricelang.model.errors import BadRequest
from pricelang.present.text import shown

STDOUT = "-"
_MOST_LINKS = 40


# ---- what a path is ------------------------------------------------------------------------------


def descriptor_of(path: str, standard: int = 1) -> int | None:
    """The open file of this process that a path stands for, or None:
    `/dev/stdout`, `/dev/fd/3`; `-` is the `standard` one.
    """
    if path == STDOUT:
        return standard
    place = os.path.abspath(path)
    for _ in range(_MOST_LINKS):
        place = os.path.join(os.path.realpath(os.path.dirname(place)), os.path.basename(place))
        found = re.fullmatch(
            rf"(?:/dev/fd|/proc/{os.getpid()}(?:/task/\d+)?/fd)/(\d+)", place, re.ASCII
        )
        if found:
            return int(found[1])
        if not os.path.islink(place):
            return None
        place = os.path.join(os.path.dirname(place), os.readlink(place))
    return None


def _stat(path: str, standard: int = 1) -> os.stat_result | None:
    open_file = descriptor_of(path, standard)
    try:
        return os.stat(path) if open_file is None else os.fstat(open_file)
    except OSError:
        return None


def is_stream(path: str) -> bool:
    """Decides whether a target is written through: an open file, a device or a pipe."""
    if descriptor_of(path) is not None:
        return True
    found = _stat(path)
    return found is not None and not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode)


def _identity(path: str, standard: int = 1) -> tuple[object, ...]:
    """What two paths of one file have in common, whether it is there or not."""
    found = _stat(path, standard)
    if found is not None:
        return found.st_dev, found.st_ino
    real = os.path.realpath(path)
    above = _stat(os.path.dirname(real))
    place = (above.st_dev, above.st_ino) if above is not None else (os.path.dirname(real),)
    return *place, os.path.normcase(os.path.basename(real))


def _can_be_lost(path: str, standard: int = 1) -> bool:
    """Decides whether writing to a path takes from it what is there: not so of a device."""
    found = _stat(path, standard)
    return found is None or not stat.S_ISCHR(found.st_mode)


# ---- whether it may be written -------------------------------------------------------------------


@frozen
class Target:
    """A file that is about to be written, and what names it: an option, such as `--rejects`.
    `with_folder` says that the folder is made too, where there is none.
    """

    name: str
    path: str
    with_folder: bool = False


def check_targets(targets: Sequence[Target], inputs: Iterable[str]) -> None:
    """Raises `BadRequest` (`bad_output`) for a target that is read too,
    that another output goes to, or that cannot be a file; `-` among the inputs is standard input.
    """
    if not targets:
        return
    read = {_identity(path, 0) for path in inputs if _can_be_lost(path, 0)}
    taken: dict[tuple[object, ...], str] = {}
    for standard, name in ((1, "standard output"), (2, "standard error")):
        found = _stat(STDOUT, standard)
        if found is not None and stat.S_ISREG(found.st_mode):
            taken[found.st_dev, found.st_ino] = name
    opened: dict[int, str] = {}
    for target in targets:
        _check_place(target)
        key, number = _identity(target.path), descriptor_of(target.path)
        other = taken.get(key) if number is None and _can_be_lost(target.path) else None
        if number is not None:
            other = opened.setdefault(number, target.name)
            other = None if other == target.name else other
        if key in read and _can_be_lost(target.path):
            raise BadRequest(
                "bad_output",
                f"{target.name} names `{shown(target.path)}`, which is read, and would be lost",
                help="name another file",
            )
        if other is not None:
            raise BadRequest(
                "bad_output",
                f"{other} and {target.name} go to one file, `{shown(target.path)}`",
                help="name two files",
            )
        if number is None:
            taken[key] = target.name


def _check_place(target: Target) -> None:
    """Raises `BadRequest` for a path at which no file can be written."""
    if is_stream(target.path):
        return
    real = os.path.realpath(target.path)
    folder, reason = os.path.dirname(real), None
    if target.with_folder:
        folder = nearest_folder(folder)
    if os.path.isdir(real) or target.path.endswith(("/", os.sep)):
        reason = "it is a folder"
    elif not os.path.isdir(folder):
        reason = f"there is no folder `{shown(folder)}`"
    elif not os.access(folder, os.W_OK | os.X_OK):
        reason = f"cannot write to the folder `{shown(folder)}`"
    elif os.path.exists(real) and not os.access(real, os.W_OK):
        reason = "it is protected against writing"
    if reason is not None:
        raise BadRequest(
            "bad_output",
            f"`{shown(target.path)}` cannot be written: {reason}",
            help="name another file",
        )


def nearest_folder(folder: str) -> str:
    """The nearest folder above a path that is there."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder
