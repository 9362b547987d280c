"""The three packages import in one direction only, and light commands stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("command", [["--help"], ["articles"], ["articles", "--json"], ["status"]])
def test_a_command_that_embeds_nothing_imports_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; from web.cli import main; status = main(sys.argv[1:]);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(status)"
    )
    where = [] if command == ["--help"] else ["--data-dir", str(tmp_path / "data")]
    ended = subprocess.run(
        [sys.executable, "-c", script, *command, *where], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (0, "[]")


def _imported(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found
