"""What the attacks in `tests/attack/` share: their size, and the figures that they leave behind. A pytest plugin.

Each runs at a tenth of its size with the other tests, and whole with `--whole`, as `make soak` runs them. What was
measured is printed at the end, a line for each bar, and written to `bench/out/withstands.json` where it was whole.
"""

import json
import math
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

PROPERTY = "withstands"
REPORT = Path("bench/out/withstands.json")

WHOLE_EXAMPLES = 2_000
"""Of each property."""

Size = Callable[[int], int]
Measured = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="run the attacks at their full size, which takes hours")


def pytest_configure(config: pytest.Config) -> None:
    """What Hypothesis tries of each property: the same every time, or with `--whole` much more and ever other examples.

    Nothing is kept from one run for the next: what was found once stands as an `@example` at its test.
    """
    is_whole = config.getoption("--whole")
    settings.register_profile(
        "attack",
        max_examples=WHOLE_EXAMPLES if is_whole else WHOLE_EXAMPLES // 20,
        derandomize=not is_whole,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],  # of a machine that has other things to do
    )
    settings.load_profile("attack")


@pytest.fixture(scope="session")
def is_whole(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--whole"))


@pytest.fixture(scope="session")
def size(is_whole: bool) -> Size:
    """How many of so many are tried: all, or a tenth of them."""
    return lambda whole: whole if is_whole else math.ceil(whole / 10)


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Note what came of an attack: its name in the README's table, and the figures in words."""
    return lambda attack, figures: record_property(PROPERTY, [attack, figures])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    found = {
        attack: figures
        for reports in (terminalreporter.stats.get("passed", []), terminalreporter.stats.get("failed", []))
        for report in reports
        for name, (attack, figures) in (p for p in report.user_properties if p[0] == PROPERTY)
    }
    if not found:
        return
    terminalreporter.section("what it withstands")
    for attack, figures in found.items():
        terminalreporter.write_line(f"{attack}: {figures}")
    if config.getoption("--whole"):
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        before = json.loads(REPORT.read_text()) if REPORT.exists() else {}
        REPORT.write_text(json.dumps(before | found, indent=1, ensure_ascii=False) + "\n")


@pytest.fixture(scope="module")
def many_files() -> Iterator[None]:
    """This process may have as many open as it is ever allowed to: the ends of its clients' connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
