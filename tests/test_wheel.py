"""Installed from a wheel, in an empty folder, it runs as it does from a checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("assistant", "index", "web")
RUN = "import sys; from web.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel holds, and nothing else."""
    built = tmp_path_factory.mktemp("wheel")
    source = built / "source"  # building leaves things behind, and would take in what an earlier build left
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, source],
        check=True,
        capture_output=True,
    )
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(built / "site")
    return built / "site"


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def environment(installed: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    return ours | {"PYTHONPATH": str(installed)}  # comes before the checkout that is installed here


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_of_the_checkout(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == set(PACKAGES)
    for name in PACKAGES:
        assert files(installed / name) == files(ROOT / name)


def test_an_empty_library_is_explained(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "articles"],
        cwd=tmp_path,
        env=environment(installed),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert "assistant add" in done.stderr


def test_it_serves_its_page_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(installed),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            [address] = re.findall(r"http://\S+", server.stdout.readline())
            page = fetch(address)
            for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
                assert fetch(address + path)
            health = json.loads(fetch(address + "/api/health"))
            assert (health["status"], health["articles"]) == ("empty", 0)
        finally:
            server.terminate()
            _, errors = server.communicate()
    assert "There is no articles folder" in errors
    assert server.returncode == 0


def fetch(address: str) -> str:
    with urllib.request.urlopen(address) as reply:
        return str(reply.read().decode())
