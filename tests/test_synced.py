"""What a power cut would find: every file and folder of an index and of a backup is synced before it has its name.

A kill does not show that: what was written without a sync survives it.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import HashingEmbedder
from heard import Heard, heard
from web_fixtures import BRIDGE, COMET

from index.library import Library
from web.backup.backup import back_up


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """What is synced, ("sync", (its path,)), and renamed, ("os.rename", (from, to, …)), in its order."""
    sync = os.fsync
    with heard("os.rename") as told:

        def note(descriptor: int) -> None:
            sync(descriptor)
            told.append(("sync", (str(Path(f"/proc/self/fd/{descriptor}").readlink()),)))

        monkeypatch.setattr(os, "fsync", note)
        yield told


def step(event: str, args: tuple[Any, ...]) -> tuple[str, str]:
    """What is done, and to what or to which name."""
    return event, str(args[1] if event == "os.rename" else args[0])


@pytest.mark.own_index
def test_an_index_is_whole_on_the_disk_before_it_has_its_name_and_that_before_it_is_current(
    library: Library, events: Heard
) -> None:
    library.add([BRIDGE, COMET])
    steps = [step(*one) for one in events]
    root = library.data_dir / "index"
    [published] = root.glob("gen-*")
    named = steps.index(("os.rename", str(published)))
    synced = {path for kind, path in steps[:named] if kind == "sync"}
    building = next(path for path in synced if path.endswith(".tmp"))
    files = {str(path.relative_to(published)) for path in published.rglob("*") if not path.name.endswith(".lock")}
    assert synced >= {building, *(f"{building}/{name}" for name in files)}
    current = steps.index(("os.rename", str(root / "CURRENT")))
    assert steps[named + 1 : current] == [("sync", str(root)), ("sync", str(root / "CURRENT.tmp"))]
    assert steps[current + 1] == ("sync", str(root))


def test_a_backup_is_whole_on_the_disk_before_it_has_its_name(tmp_path: Path, events: Heard) -> None:
    with closing(Library(tmp_path / "data", embedder=HashingEmbedder())) as library:
        library.add([BRIDGE])
    events.clear()
    target = tmp_path / "saved" / "backup.tar"
    target.parent.mkdir()
    back_up(tmp_path / "data", target)
    steps = [step(*one) for one in events]
    named = steps.index(("os.rename", str(target)))
    assert any(kind == "sync" and Path(path).parent.parent == target.parent for kind, path in steps[:named])
    assert steps[named + 1 :] == [("sync", str(target.parent))]
