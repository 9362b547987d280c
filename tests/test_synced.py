"""What a power cut would find: every file and folder of an index and of a backup is synced before it has its name.

A kill does not show that: what was written without a sync survives it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from web_fixtures import BRIDGE, COMET

from index.library import Library
from web.backup.backup import back_up

_renamed: list[list[tuple[str, str]]] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    if _renamed and event == "os.rename":
        _renamed[-1].append(("rename", str(args[1])))


sys.addaudithook(_hear)  # which cannot be taken away again: it does nothing but within `events`


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What is synced and what is renamed to what, in its order, by path."""
    sync = os.fsync

    def note(descriptor: int) -> None:
        sync(descriptor)
        _renamed[-1].append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))

    _renamed.append([])
    monkeypatch.setattr(os, "fsync", note)
    yield _renamed[-1]
    _renamed.pop()


def test_an_index_is_whole_on_the_disk_before_it_has_its_name_and_that_before_it_is_current(
    library: Library, events: list[tuple[str, str]]
) -> None:
    library.add([BRIDGE, COMET])
    root = library.data_dir / "index"
    [published] = root.glob("gen-*")
    named = events.index(("rename", str(published)))
    synced = {path for kind, path in events[:named] if kind == "sync"}
    building = next(path for path in synced if path.endswith(".tmp"))
    files = {str(path.relative_to(published)) for path in published.rglob("*") if not path.name.endswith(".lock")}
    assert synced >= {building, *(f"{building}/{name}" for name in files)}
    current = events.index(("rename", str(root / "CURRENT")))
    assert events[named + 1 : current] == [("sync", str(root)), ("sync", str(root / "CURRENT.tmp"))]
    assert events[current + 1] == ("sync", str(root))


def test_a_backup_is_whole_on_the_disk_before_it_has_its_name(tmp_path: Path, events: list[tuple[str, str]]) -> None:
    with closing(Library(tmp_path / "data", embedder=HashingEmbedder())) as library:
        library.add([BRIDGE])
    events.clear()
    target = tmp_path / "saved" / "backup.tar"
    target.parent.mkdir()
    back_up(tmp_path / "data", target)
    named = events.index(("rename", str(target)))
    assert any(kind == "sync" and Path(path).parent.parent == target.parent for kind, path in events[:named])
    assert events[named + 1 :] == [("sync", str(target.parent))]
