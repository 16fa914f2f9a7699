"""A loop of pytest that asks the same collected tests of one mutant after another, each in a fork of
its own whose functions are the mutant's: `python -m tests.mutants` loads it.

Without a change the tests must hold; how long each takes then is the order in which mutants are
asked, the quickest first, and those before the others that have noticed one.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

JOB = "PRICELANG_MUTANTS_JOB"
"""The environment's name of a file with the mutants: the module, the function and the text of each.
Beside it, in a file that ends with `.out`, stands a row for each mutant that was asked.
"""

ALONE = "a process of its own"
"""Only that can tell: the change is in no function that a fork could replace."""

WAITS = 20
"""How often longer than on a processor tests may take by the clock."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Asks all tests of each mutant."""
    with open(os.environ[JOB], encoding="utf-8") as file:
        job: dict[str, Any] = json.load(file)
    with open(os.environ[JOB] + ".out", "w", encoding="utf-8") as out:
        without = in_a_fork(session, None, job["seconds"])
        print(json.dumps({"by": without["by"]}), file=out, flush=True)
        noticed = Counter[str]()
        for mutant in job["mutants"] if without["by"] is None else ():
            session.items.sort(
                key=lambda item: without["times"][item.nodeid] / (1 + 10 * noticed[item.nodeid])
            )
            answer = in_a_fork(session, mutant, job["seconds"])
            print(json.dumps(answer), file=out, flush=True)
            noticed[answer["by"]] += 1
    return True


def in_a_fork(session: pytest.Session, mutant: dict[str, str] | None, seconds: int) -> Any:
    """What the tests say of a mutant; that they do not end is noticed too."""
    with tempfile.TemporaryDirectory(prefix="pricelang-mutant-") as folder:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.environ["PRICELANG_CACHE"] = folder
                limit_time(seconds)
                answer = asked(session, mutant)
            except BaseException as error:
                answer = {"by": f"{type(error).__name__} outside of a test"}
            with os.fdopen(writer, "w") as pipe:
                json.dump(answer, pipe)
            os._exit(0)
        os.close(writer)
        return heard(child, reader, WAITS * seconds)


def limit_time(seconds: int) -> None:
    """Ends this process after so much more time of a processor: other work on the machine takes
    none of it.
    """
    most = int(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def heard(child: int, reader: int, seconds: int) -> Any:
    """The answer of a fork, which may take so long."""
    text, end = b"", time.monotonic() + seconds
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            part = pipe.read(1 << 16)
            if not part:
                break
            text += part
        else:
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return json.loads(text) if text else {"by": "no end"}


def asked(session: pytest.Session, mutant: dict[str, str] | None) -> Any:
    """Runs the tests up to the first that fails, on the mutant's function."""
    if mutant is not None and not put(**mutant):
        return {"by": ALONE}
    forget()
    times: dict[str, float] = {}
    for item, after in zip(session.items, [*session.items[1:], None], strict=True):
        start = time.perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        times[item.nodeid] = time.perf_counter() - start
        if session.testsfailed:
            return {"by": item.nodeid}
    return {"by": None, "times": {} if mutant is not None else times}


def forget() -> None:
    """Drops what functions have kept: books that were read by the code without the change."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("pricelang", "tests"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


# ---- the function --------------------------------------------------------------------------------


def put(module: str, function: str, text: str) -> bool:
    """Gives a function the code that it has in a text of its module, whatever decorates it and
    wherever it is kept; false where there is no such function, or two.
    """
    new = [*codes(compile(text, module, "exec", dont_inherit=True), function)]
    file = importlib.import_module(module).__file__
    there = [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType)
        and (each.__code__.co_filename, each.__code__.co_qualname) == (file, function)
    ]
    if len(new) != 1 or any(
        len(each.__closure__ or ()) != len(new[0].co_freevars) for each in there
    ):
        return False
    for each in there:
        each.__code__ = new[0]
    return bool(there)


def codes(code: CodeType, function: str) -> Iterator[CodeType]:
    """The codes of all functions of a name (with its class) in that of a module."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if part.co_qualname == function:
                yield part
            elif function.startswith(part.co_qualname + "."):
                yield from codes(part, function)
