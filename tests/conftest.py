"""What all tests share: a cache of their own, and how many examples hypothesis tries."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

# Everything here is pure arithmetic on small inputs: a slow machine is no fault, so there are no
# deadlines. The default tries the same few examples in every run.
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=_QUIET,
)
_DEFAULT = settings.get_profile("default")
# New ones in each run: those of `.ci/run`, and those of a night.
settings.register_profile("explore", _DEFAULT, max_examples=500, derandomize=False, print_blob=True)
settings.register_profile(
    "thorough", _DEFAULT, max_examples=2000, derandomize=False, print_blob=True
)
# What a mutant of the package is asked: an answer at the first failure, as it is.
settings.register_profile(
    "mutants",
    _DEFAULT,
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Hypothesis also draws the constants of whatever modules happen to be loaded: then a test would try
# other examples beside other tests than alone. Without that, the same version tries the same ones.
if hasattr(providers, "_get_local_constants"):
    providers._get_local_constants = lambda: providers._local_constants

# Books and trees live as long as their module, and make no cycles worth a search after every seven
# hundred new objects: an eighth of the time of all tests.
_COLLECTED = gc.get_threshold()
gc.set_threshold(100_000, 20, 100)
# Hundreds of processes start here: their modules are compiled once, whatever the surroundings say.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_CACHE = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Checked books go to a folder of this session;
    set before collection, since parameters may load a book.
    """
    folder = tempfile.TemporaryDirectory(prefix="pricelang-tests-")
    config.stash[_CACHE] = folder
    os.environ["PRICELANG_CACHE"] = os.path.join(folder.name, "cache")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes that folder."""
    folder = config.stash.get(_CACHE, None)
    if folder is not None:
        folder.cleanup()


@pytest.fixture
def collected() -> Iterator[None]:
    """Memory is given back as soon as in any program: for tests that measure it."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTED)
    yield
    gc.set_threshold(*before)
