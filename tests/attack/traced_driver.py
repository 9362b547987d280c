"""Does one piece of work on a data folder for each line it reads, in a child that can be traced from its start.

What the work needs is imported once. A child says what was acknowledged through a socket: no call of its own that
would be counted among those that write.
"""

import io
import json
import os
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import HashingEmbedder
from werkzeug.datastructures import FileStorage

from index.article import Article, InFile, More
from index.errors import IndexFault
from index.ingest.formats import read_item
from index.library import Library
from index.progress import Stop, go_on
from index.search import generation, vectors
from web.backup.backup import back_up
from web.backup.restore import restore
from web.errors import WebError
from web.jobs.jobs import Jobs

Say = Callable[..., None]
TEXT = "The {} stood at the harbour. It was painted in the colour {}."


def article(id_: str, colour: str) -> Article:
    return Article(id=id_, title=f"Title {id_}", text=TEXT.format(id_, colour), origin="by hand")


OLD = [article(name, "grey") for name in ("lantern", "comet", "violin")]
NEW = [article(name, "green") for name in ("bridge", "harvest", "glacier")]
UPDATED = article("comet", "white")
SENT = article("barge", "red")
REMOVED = "violin"


class ReadsHere:
    """Stands in for the reader, whose process would take a second to start and touches nothing in the data folder."""

    def read(self, name: str, source: Path, *, on_wait: Stop = go_on) -> Generator[InFile | More, None, None]:
        yield from read_item(name, source.read_bytes())

    def close(self) -> None:
        pass


def opened(data: Path) -> Library:
    library = Library(data, embedder=HashingEmbedder())
    library.reader.close()
    library.reader = ReadsHere()  # type: ignore[assignment]  # the same methods, in this process
    return library


def ingest(data: Path, say: Say) -> None:
    """Add new articles, update one, remove one: done again, it does what is left of that."""
    with closing(opened(data)) as library:
        library.add(NEW, on_article=lambda id_, outcome, _: say(outcome, id_))
        library.add([UPDATED], on_article=lambda id_, outcome, _: say(outcome, id_))
        if library.article(REMOVED):
            library.remove([REMOVED])
        else:
            library.publish()
        say("removed", REMOVED)


def grow(data: Path, say: Say) -> None:
    """As `ingest`, to an index that counts as one of many passages: it is built on the one before."""
    vectors.EXACT_UP_TO, generation.MOST_CHANGED = 0, 1_000
    ingest(data, say)


def rebuild(data: Path, say: Say) -> None:
    with closing(opened(data)) as library:
        library.rebuild(data.parent / "articles", on_article=lambda id_, outcome, _: say(outcome, id_))


def upload(data: Path, say: Say) -> None:
    """Accept a file as the server does, and do the job: what `Jobs.start` begins a thread for is done in this one.

    Done again, it does what was accepted before, and accepts nothing where the file was taken in.
    """
    with closing(opened(data)) as library:
        jobs = Jobs(library, data.parent / "none")
        jobs._uploads.drop_others(jobs._queue.unfinished)
        if not jobs.unfinished_count() and not library.article(SENT.id):
            sent = {"id": SENT.id, "title": SENT.title, "text": SENT.text}
            jobs.add_files([FileStorage(io.BytesIO(json.dumps(sent).encode()), "sent.jsonl")])
            say("accepted", SENT.id)
        while jobs._take_turn():
            pass
        say("added", SENT.id)
        jobs.close()


def backup(data: Path, say: Say) -> None:
    back_up(data, data.parent / "backup.tar", may_replace=True)
    say("saved", "backup")


def restore_backup(data: Path, say: Say) -> None:
    restore(data, data.parent / "backup.tar")
    say("restored", "backup")


WORK = {
    "ingest": ingest,
    "grow": grow,
    "rebuild": rebuild,
    "upload": upload,
    "backup": backup,
    "restore": restore_backup,
}


def main() -> None:
    told = socket.socket(fileno=1)

    def say(*words: object) -> None:
        told.send(json.dumps(words).encode() + b"\n")

    for line in iter(sys.stdin.readline, ""):
        work, data, is_traced = json.loads(line)
        begin, started = os.pipe()
        child = os.fork()
        if not child:
            os.close(started)
            os.read(begin, 1)  # until it is traced, or the other end is closed
            status = 0
            try:
                WORK[work](Path(data), say)
            except (IndexFault, WebError) as error:
                say("fault", type(error).__name__, str(error))
                status = 1
            except BaseException as error:
                say("crash", type(error).__name__, str(error))
                status = 70
            os._exit(status)
        os.close(begin)
        say("pid", child)
        if is_traced:
            sys.stdin.readline()
        os.close(started)
        say("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
