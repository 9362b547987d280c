"""ENOSPC and EIO at every call by which an ingest and a rebuild change what is on the disk, and a disk that is full."""

import itertools
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attack_fixtures import Measured, Size
from disturbed_work import Bench, answers, bench, stored_texts
from traced import Call, spread
from traced_driver import OLD, opened

from index.article import Article
from index.errors import IndexFault

WAY_OUT = re.compile("make room|free space|try again|rebuild", re.IGNORECASE)
FAULTS = ("error=ENOSPC", "error=EIO")


def test_a_call_that_fails_leaves_the_index_before_a_clear_message_and_the_next_rebuild_mends_it(
    size: Size, measured: Measured
) -> None:
    with bench() as made:
        failed = passed_over = 0
        for work in ("ingest", "rebuild"):
            calls = made.tracer.calls(work, made.fresh())
            tried = spread(calls, size(len(calls)))
            for number, call in enumerate(tried):
                for fault in FAULTS if len(tried) == len(calls) else (FAULTS[number % 2],):
                    if fails(made, work, call, fault):
                        failed += 1
                    else:
                        passed_over += 1
    measured(
        "ENOSPC and EIO at every such call",
        f"{failed + passed_over:,} failing calls: {failed:,} ended the work with a message, {passed_over:,} it did "
        "without; the index before answered, the next run mended all",
    )


def fails(made: Bench, work: str, call: Call, fault: str) -> bool:
    """Whether the work ended for it; either way nothing is lost and the same again does it."""
    outcome = made.disturbed(work, call, fault)
    try:
        if outcome.status:
            assert outcome.status == 1
            assert outcome.fault is not None
            assert outcome.fault[0] == "fault"
            assert WAY_OUT.search(outcome.fault[2])
        made.check(work, outcome)
    except AssertionError as error:
        raise AssertionError(f"{work} with {fault} at {call}: {outcome}") from error
    return outcome.status != 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_on_a_full_disk_what_was_answers_and_what_is_added_is_told_not_to_fit_until_there_is_room(
    small_disk: Path,
) -> None:
    data, filler = small_disk / "data", small_disk / "filler"
    with closing(opened(data)) as library:
        library.add(OLD)
    acknowledged = {article.id: article.text for article in OLD}
    for number, left in enumerate([400_000, 200_000, 100_000, 60_000, 30_000, 12_000, 4_000, 0]):
        filler.unlink(missing_ok=True)
        fill(filler, left)
        with pytest.raises(IndexFault, match=WAY_OUT):
            add_until_it_is_full(data, f"w{number}", acknowledged)
        filler.unlink()
        fill(filler, 100_000)  # to answer, SQLite needs some beside its file
        status, texts = answers(data)
        assert status.articles == len(acknowledged)
        assert texts.keys() >= {article.id for article in OLD}
        filler.unlink()
        with closing(opened(data)) as library:
            library.publish()
            assert (library.status().state, library.status().pending) == ("ok", False)
        assert stored_texts(data) == acknowledged


def fill(filler: Path, left: int) -> None:
    """Make of the disk's free bytes no more than `left` remain."""
    free = os.statvfs(filler.parent)
    filler.write_bytes(bytes(max(free.f_bavail * free.f_frsize - left, 0)))


def add_until_it_is_full(data: Path, word: str, acknowledged: dict[str, str]) -> None:
    """Articles of 2 kB in ever other words; those that were acknowledged are noted."""
    with closing(opened(data)) as library:
        for number in itertools.count():
            text = " ".join(f"{word}x{number}y{n}" for n in range(200)) + "."
            article = Article(id=f"{word}-{number}", title=word, text=text, origin="by hand")
            library.add([article], on_article=lambda i, _, a: acknowledged.update({i: a.text if a else ""}))
