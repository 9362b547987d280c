"""Work on a data folder under `strace`, which kills it at a chosen call or lets that call fail."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

CALLS = (
    "write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir,"
    "truncate,ftruncate,mkdir,mkdirat,link,linkat,symlink,symlinkat,fallocate,copy_file_range,sendfile"
)
"""Every call by which the contents of a disk or the names on it change, and those that wait for it."""


@dataclass(frozen=True, slots=True)
class Call:
    """The n-th of its name in the thread that does the work; in the thread that is first there, with `in_any`."""

    name: str
    n: int
    in_any: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int
    """As of `os.waitstatus_to_exitcode`: negative for a signal."""
    said: list[list[str]]
    """What the work told: what was acknowledged, and the fault it ended with."""

    @property
    def fault(self) -> list[str] | None:
        return next((words for words in self.said if words[0] in ("fault", "crash")), None)

    @property
    def acknowledged(self) -> dict[str, str]:
        """Outcome by article."""
        return {words[1]: words[0] for words in self.said if words[0] in ("added", "updated", "removed")}


class Tracer:
    """Runs the work of `traced_driver.py`, each in a child of one process that has imported all it needs."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        command = [sys.executable, str(Path(__file__).with_name("traced_driver.py"))]
        self._driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs.fileno(), text=True)
        theirs.close()
        self._told = self._ours.makefile()

    def __enter__(self) -> "Tracer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._told.close()
        self._ours.close()
        self._driver.kill()
        with self._driver:
            pass

    def run(self, work: str, data: Path) -> Outcome:
        """Undisturbed."""
        self._tell([work, str(data), False])
        self._next()
        return self._outcome()

    def calls(self, work: str, data: Path) -> list[Call]:
        """Those of an undisturbed run, in their order; then those of the threads that it begins.

        strace counts the calls of each name and thread for themselves. So the n-th in the thread that works can be
        told exactly, where it alone is traced; of the others, which only write words into a folder that is not
        published yet, the first thread that comes to its n-th call is the one that counts.
        """
        log = data.with_name("calls")
        outcome = self._traced(work, data, ["-f", "-o", str(log), "-e", f"trace={CALLS}"])
        assert outcome.status == 0, outcome
        threads: dict[str, Counter[str]] = {}
        found = []
        for line in log.read_text().splitlines():
            thread, called = line.split(maxsplit=1)
            name = re.match(r"(\w+)\(", called)
            if name is None:  # the end of a call that was told before, or of the process
                continue
            counts = threads.setdefault(thread, Counter())
            counts[name[1]] += 1
            if len(threads) == 1 or thread == next(iter(threads)):
                found.append(Call(name[1], counts[name[1]]))
        log.unlink()
        _, *others = threads.values()
        most = {name: max(counts[name] for counts in others) for name in sorted(set().union(*others))}
        return [*found, *(Call(name, n + 1, in_any=True) for name, count in most.items() for n in range(count))]

    def disturbed(self, work: str, data: Path, call: Call, what: str) -> Outcome:
        """what: `signal=KILL` or `error=EIO`, at that call and at no other."""
        inject = ["-e", f"trace={call.name}", "-e", f"inject={call.name}:{what}:when={call.n}"]
        return self._traced(work, data, ["-o", "/dev/null", *inject, *(["-f"] if call.in_any else [])])

    def _traced(self, work: str, data: Path, options: list[str]) -> Outcome:
        self._tell([work, str(data), True])
        pid = self._next()[1]
        strace = subprocess.Popen(["strace", "-qq", "-p", str(pid), *options])
        with strace:
            while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
                assert strace.poll() is None
                time.sleep(0.002)
            self._write("\n")
            return self._outcome()

    def _outcome(self) -> Outcome:
        said = []
        while (words := self._next())[0] != "ended":
            said.append([str(word) for word in words])
        return Outcome(int(words[1]), said)

    def _tell(self, value: object) -> None:
        self._write(json.dumps(value) + "\n")

    def _write(self, text: str) -> None:
        assert self._driver.stdin is not None
        self._driver.stdin.write(text)
        self._driver.stdin.flush()

    def _next(self) -> list[str]:
        found: list[str] = json.loads(self._told.readline())
        return found


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Waits for no disk where there is such a folder: a killed process loses nothing that it wrote, synced or not."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def spread(calls: list[Call], count: int) -> list[Call]:
    """`count` of them, from the first to the last at even steps."""
    step = (len(calls) - 1) / max(count - 1, 1)
    return [calls[round(n * step)] for n in range(min(count, len(calls)))]
