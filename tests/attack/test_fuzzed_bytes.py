"""Bytes of every format that is read, changed by what reaches new code: readers give items or errors, and never raise.

`bench.fuzz` in a process of its own for each format, since libFuzzer takes its signals and ends it; what it found
before is read first.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attack_fixtures import Measured

from bench.fuzz.contract import FORMATS, check
from bench.fuzz.seeds import ROOT, seeds

SECONDS = 120
RUNS = 60
"""Inputs that are tried of each format where it is not fuzzed whole: as many as take some seconds anywhere."""


@pytest.mark.parametrize("kind", FORMATS)
def test_what_fuzzing_starts_from_and_what_it_found_is_read(kind: str) -> None:
    read = [check(kind, data) for data in seeds(kind)]
    assert sum(read) > 0


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no build for this Python")
@pytest.mark.parametrize("kind", FORMATS)
def test_no_bytes_have_a_reader_raise_or_hang(kind: str, is_whole: bool, tmp_path: Path, measured: Measured) -> None:
    bounds = ["--seconds", str(SECONDS), "--seed", "0"] if is_whole else ["--runs", str(RUNS), "--seconds", "0"]
    run = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", kind, *bounds, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=ROOT,
        timeout=SECONDS + 600,
        check=False,
    )
    found = [path for path in (tmp_path / kind).iterdir() if path.is_file()]
    assert run.returncode == 0, (run.stderr[-5_000:], [path.read_bytes()[:300] for path in found])
    assert not found
    [inputs] = re.findall(r"number_of_executed_units: (\d+)", run.stderr)
    measured(f"bytes as {kind}", f"{int(inputs):,} inputs by coverage: nothing raised, none took 30 s or 2 GB")
