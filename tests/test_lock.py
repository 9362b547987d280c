"""What is installed is what the lock names, and the lock is in step with pyproject.toml."""

import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lock.audit import LOCKED, told
from lock.pinned import FOLDER, Pinned, parse, read
from lock.renew import with_listed

PROJECT = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))
FILES = sorted(path.stem for path in FOLDER.glob("*.txt"))
A, B, C = "a" * 64, "b" * 64, "c" * 64

EXTRAS = ("mcp", "milvus", "ollama", "openai", "postgresql")
PLACES = [
    {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    for python in ("3.11", "3.12", "3.13", "3.14")
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
]


def place_name(place: dict[str, str]) -> str:
    return f"{place['python_version']} {place['sys_platform']} {place['platform_machine']}"


def holds(marker: str, place: dict[str, str] | None) -> bool:
    return not marker or (Requirement(f"x; {marker}").marker or pytest.fail(marker)).evaluate(place)


def locked(names: tuple[str, ...], place: dict[str, str] | None = None) -> dict[str, Pinned]:
    """What those files name for a place, by default this one."""
    found: dict[str, Pinned] = {}
    for pinned in (one for name in names for one in read(name) if holds(one.marker, place)):
        assert found.setdefault(pinned.name, pinned).version == pinned.version
    return found


def asked_for(extras: tuple[str, ...]) -> list[str]:
    more = [line for extra in extras for line in PROJECT["project"]["optional-dependencies"][extra]]
    return [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *more]


def out_of_step(lines: list[str], pinned: dict[str, Pinned], place: dict[str, str]) -> list[str]:
    """The requirements that the lock does not meet."""
    wanted = [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate(place)]
    versions = {name: one.version for name, one in pinned.items()}
    return [
        f"{one} but {versions.get(canonicalize_name(one.name))}"
        for one in wanted
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"), prereleases=True)
    ]


@pytest.mark.parametrize("place", PLACES, ids=place_name)
def test_all_that_pyproject_asks_for_is_locked_within_its_range_for_every_python_and_platform(
    place: dict[str, str],
) -> None:
    run, every = locked(("run", "torch"), place), locked(("run", "torch", "dev"), place)
    assert out_of_step(asked_for(()), run, place) == []
    assert out_of_step(asked_for(("dev", *EXTRAS)), every, place) == []
    for extra in EXTRAS:
        assert out_of_step(asked_for((extra,)), locked(("run", "torch", extra), place), place) == []
    assert out_of_step(["flask>=3.1,<3.2", "leaf>=1"], {"flask": Pinned("flask", "3.2.0", "", (A,))}, place) == [
        "flask<3.2,>=3.1 but 3.2.0",
        "leaf>=1 but None",
    ]


def test_the_files_hold_versions_with_hashes_and_no_address_path_or_option() -> None:
    assert sorted(["beside", "dev", *EXTRAS, "run", "torch", "torch-cpu", "uv"]) == FILES
    for name in FILES:
        text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        assert all(one.hashes for one in parse(text))
        assert not re.search(r"[/@]|--(?!hash=sha256:)", text)


@pytest.mark.parametrize(
    "line",
    [
        "flask==3.1.3",
        f"flask>=3 --hash=sha256:{A}",
        f"flask==3.1.3 --hash=md5:{A[:32]}",
        f"flask==3.1.3 --hash=sha256:{A} --hash=sha256:{A[1:]}",
        f"flask @ https://example.org/flask.whl --hash=sha256:{A}",
        "--index-url https://example.org/simple",
        "-e .",
    ],
)
def test_anything_else_in_a_lock_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        parse(f"# comment\n{line}\n")


def test_a_line_is_read_as_it_is_written() -> None:
    pinned = [
        Pinned("numpy", "2.4.6", "", (A, B)),
        Pinned("scipy", "1.18.1", "python_full_version >= '3.12' and sys_platform != 'x'", (B,)),
    ]
    assert parse("\n".join(map(str, pinned))) == pinned


def test_torch_is_the_one_version_in_all_its_builds() -> None:
    [version] = [one.specifier for one in map(Requirement, PROJECT["project"]["dependencies"]) if one.name == "torch"]
    [cpu], [usual, *for_gpus] = read("torch-cpu"), read("torch")
    assert str(version) == f"=={usual.version}"
    assert (cpu.name, cpu.version, cpu.marker) == ("torch", f"{usual.version}+cpu", "")
    assert len(usual.hashes) >= 20
    assert not set(cpu.hashes) & set(usual.hashes)
    assert for_gpus
    assert all("sys_platform == 'linux'" in one.marker for one in for_gpus)
    large = {one.name for one in read("torch")}
    assert not large & {one.name for one in read("run") + read("dev")}
    assert not any(re.match("nvidia|cuda|triton", one.name) for one in read("run") + read("dev"))


def test_builds_of_torch_stay_listed_as_long_as_its_version_does(capsys: pytest.CaptureFixture[str]) -> None:
    before = [Pinned("torch", "2.13.0", "", (B,)), Pinned("triton", "3.7.1", "", (C,))]
    assert with_listed(Pinned("torch", "2.13.0", "", (A,)), before) == Pinned("torch", "2.13.0", "", (A, B))
    assert capsys.readouterr().out == f"new build of torch 2.13.0: {A}\n"
    assert with_listed(Pinned("torch", "2.14.0", "", (A,)), before) == Pinned("torch", "2.14.0", "", (A,))


IS_FROM_LOCK = Path(sys.prefix, "installed-dev").exists()


@pytest.mark.skipif(not IS_FROM_LOCK, reason="make setup-dev did not install this environment")
def test_what_is_installed_is_what_is_locked_with_all_that_it_needs() -> None:
    expected = {name: Version(one.version) for name, one in locked(("run", "dev", "torch")).items()}
    if importlib.metadata.version("torch").endswith("+cpu"):  # which needs nothing for GPUs
        expected |= {one.name: Version(one.version) for one in read("torch-cpu")}
    seen: set[str] = set()
    to_see = [Requirement("article-assistant[dev]")]
    while to_see:
        wanted = to_see.pop()
        for line in importlib.metadata.requires(wanted.name) or []:
            needed = Requirement(line)
            name = canonicalize_name(needed.name)
            extras: list[str] = ["", *wanted.extras]
            if any(not needed.marker or needed.marker.evaluate({"extra": extra}) for extra in extras):
                version = Version(importlib.metadata.version(name))
                assert version == expected[name]
                assert needed.specifier.contains(version, prereleases=True)
                if str(needed) not in seen:
                    to_see.append(needed)
                    seen.add(str(needed))
    assert len(seen) > 150


MAKEFILE = (FOLDER.parent / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")


def wheel(folder: Path, name: str, *needs: str) -> str:
    """An empty package's hash, once it is in the folder."""
    path, info = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {one}" for one in needs)]
        archive.writestr(f"{info}/METADATA", "\n".join(lines))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(folder: Path, *pinned: Pinned) -> "subprocess.CompletedProcess[str]":
    """As the Makefile does, from what is in the folder."""
    [options] = re.findall(r"^INSTALL := \S+ -m pip install (.*)", MAKEFILE, re.MULTILINE)
    (folder / "lock.txt").write_text("\n".join(map(str, pinned)))
    only_here = ["--no-index", "--find-links", str(folder), "--target", str(folder / "site")]
    command = [sys.executable, "-m", "pip", "install", *options.split(), *only_here, "-r", str(folder / "lock.txt")]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PIP_NO_INDEX": "1"})


def test_what_is_locked_is_installed(tmp_path: Path) -> None:
    moss, leaf = wheel(tmp_path, "moss"), wheel(tmp_path, "leaf", "moss>=1")
    ended = install(tmp_path, Pinned("leaf", "1.0", "", (leaf,)), Pinned("moss", "1.0", "", (A, moss)))
    assert ended.returncode == 0, ended.stderr
    assert {path.name for path in (tmp_path / "site").glob("*.dist-info")} == {
        "leaf-1.0.dist-info",
        "moss-1.0.dist-info",
    }


def test_another_file_under_a_locked_version_is_refused(tmp_path: Path) -> None:
    leaf = wheel(tmp_path, "leaf")
    wheel(tmp_path, "leaf", "moss")
    ended = install(tmp_path, Pinned("leaf", "1.0", "", (leaf,)))
    assert "DO NOT MATCH THE HASHES" in ended.stderr
    assert ended.returncode != 0
    assert not (tmp_path / "site").exists()


def test_a_package_that_is_asked_for_and_not_locked_is_refused(tmp_path: Path) -> None:
    wheel(tmp_path, "moss")
    leaf = wheel(tmp_path, "leaf", "moss>=1")
    ended = install(tmp_path, Pinned("leaf", "1.0", "", (leaf,)))
    assert "In --require-hashes mode, all requirements must have their versions pinned" in ended.stderr
    assert ended.returncode != 0
    assert not (tmp_path / "site").exists()


def test_a_source_is_not_built_since_its_build_takes_what_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "leaf-1.0").mkdir()
    (tmp_path / "leaf-1.0" / "pyproject.toml").write_text('[project]\nname = "leaf"\nversion = "1.0"\n')
    with tarfile.open(tmp_path / "leaf-1.0.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "leaf-1.0", "leaf-1.0")
    digest = hashlib.sha256((tmp_path / "leaf-1.0.tar.gz").read_bytes()).hexdigest()
    ended = install(tmp_path, Pinned("leaf", "1.0", "", (digest,)))
    assert "No matching distribution found for leaf==1.0" in ended.stderr
    assert ended.returncode != 0


def test_the_makefile_installs_nothing_without_its_hash() -> None:
    installs = [line.strip() for line in MAKEFILE.splitlines() if re.search(r"\binstall\b|\$\(INSTALL\)", line)]
    for line in (line for line in installs if not line.startswith("#")):
        locked_by = r"\$\(INSTALL\) (--no-deps )?-r (lock/|\$\(2\)$)|^INSTALL := .* --require-hashes "
        is_locked = re.search(locked_by, line)
        assert is_locked or "--no-index --no-deps --no-build-isolation" in line
    given = re.findall(r"\$\(call INSTALL_INTO,(.*)\)", MAKEFILE)
    assert given == [".venv,lock/run.txt", ".venv-beside,lock/beside.txt"]


def test_an_audit_that_found_something_says_what_and_fails() -> None:
    flaw = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": []}
    reply = {"dependencies": [{"name": "leaf", "version": "2.0", "vulns": [flaw]}]}
    assert told(json.dumps(reply), "") == "leaf 2.0: PYSEC-1, mended in 2.1"


def test_an_audit_that_could_not_ask_about_everything_fails() -> None:
    known = {"name": "leaf", "version": "2.0", "vulns": []}
    unknown = {"name": "moss", "skip_reason": "Dependency not found on PyPI and could not be audited: moss (1.0)"}
    said = told(json.dumps({"dependencies": [known, unknown]}), "Found no known vulnerabilities, 1 skipped")
    assert said is not None
    assert said.startswith("1 of 2 packages could not be asked about, such as moss: ")


def test_an_audit_whose_service_is_not_reached_fails_in_one_line() -> None:
    errors = "Traceback (most recent call last):\n  File …\n\nrequests.exceptions.ConnectionError: refused\n"
    assert told("", errors) == "pip-audit could not ask its service: requests.exceptions.ConnectionError: refused"
    assert told("", "") == "pip-audit could not ask its service: not a word came"


def test_an_audit_that_found_nothing_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(json.dumps({"dependencies": [{"name": "leaf", "version": "2.0", "vulns": []}]}), "") is None
    assert capsys.readouterr().out == "Nothing is known against the 1 packages of lock/.\n"
    assert set(LOCKED) == set(FILES) - {"torch-cpu", *EXTRAS, "beside"}  # dev has all of the extras, no user the last
    # not where they are needed: what an extra needs on some platforms, dev may need on all
    of_extras = {(one.name, one.version, one.hashes) for name in EXTRAS for one in read(name)}
    assert of_extras <= {(one.name, one.version, one.hashes) for one in read("dev")}
