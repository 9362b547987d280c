"""The three packages import in one direction only, and light commands stay light."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from conftest import HashingEmbedder

from index.ingest.folder import read_paths
from index.library import Library
from index.model.builtin import BuiltinEmbedder

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "index": {"index"},
    "assistant": {"assistant", "index"},
    "web": {"web", "assistant", "index"},
}
HEAVY = ("torch", "transformers", "sentence_transformers", "langchain", "langchain_core", "flask", "pydantic")


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in _imported(path)
        if name.split(".")[0] in MAY_IMPORT and name.split(".")[0] not in MAY_IMPORT[package]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "command", [["--help"], ["articles"], ["articles", "--json"], ["status"], ["feedback"], ["audit"]]
)
def test_a_command_that_only_looks_imports_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    where = [] if command == ["--help"] else ["--data-dir", "data"]
    ended = _run([*command, *where], tmp_path)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (0, "[]")


def test_what_reads_foreign_bytes_is_imported_by_the_child_process_alone(prepared: Path, tmp_path: Path) -> None:
    modules = ("index.ingest.sitemap", "index.ingest.page", "index.ingest.plain", "feedparser", "trafilatura", "lxml")
    folder = shutil.copytree(prepared, tmp_path / "copy")
    (folder / "page.html").write_text("<html><body><article><p>The tide came in at noon.</p></article></body></html>")
    command = [
        "add",
        "--dry-run",
        "page.html",
        "articles",
        "added.jsonl",
        "http://127.0.0.1:9/feed",
        "--data-dir",
        "data",
    ]
    ended = _run(command, folder, modules)
    assert "Would be: 1 added" in ended.stdout
    assert ended.stderr.splitlines()[-1] == "[]"


class _Builtin(HashingEmbedder):
    """Passes for the built-in model, so that the command finds every passage embedded already."""

    id = BuiltinEmbedder.id


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two articles in `articles`, one in `more`, and a library of the two and of one added by hand."""
    root = tmp_path_factory.mktemp("prepared")
    for name in ("articles/tide.txt", "articles/moon.txt", "more/sun.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"What {name} says.")
    (root / "added.jsonl").write_text('{"id": "added", "text": "The added one."}')
    with closing(Library(root / "data", embedder=_Builtin())) as library:
        library.rebuild(root / "articles")
        library.add(read_paths([root / "added.jsonl"], library.reader, root / "articles"))
    return root


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["remove", "added"], "1 removed."),
        (["rebuild", "--dry-run", "--articles", "more"], "Would be: 1 added, 0 updated, 2 removed, 0 unchanged."),
        (["rebuild", "--articles", "articles"], "0 added, 0 updated, 0 removed, 2 unchanged. 0 passages embedded."),
        (["add", "added.jsonl"], "0 added, 0 updated, 0 removed, 1 unchanged. 0 passages embedded."),
    ],
    ids=["remove", "dry-run", "rebuild", "add"],
)
def test_a_command_that_has_nothing_to_embed_imports_nothing_heavy(
    command: list[str], said: str, prepared: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(prepared, tmp_path / "copy")
    ended = _run([*command, "--data-dir", "data"], folder)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (0, "[]")
    assert ended.stdout.splitlines()[-1].startswith(said)


def _run(command: list[str], folder: Path, modules: Sequence[str] = HEAVY) -> subprocess.CompletedProcess[str]:
    """The ended command; the last line of its stderr is the list of those of `modules` that it imported."""
    script = (
        "import sys; from web.cli import main; status = main(sys.argv[1:]);"
        f"print([name for name in {modules!r} if name in sys.modules], file=sys.stderr); sys.exit(status)"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, cwd=folder, timeout=60
    )


def _imported(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found
