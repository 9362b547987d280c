"""A server in a process of its own, so that its memory is not the test's: `python small_server.py DATA FOLDER`.

The product's own, but for an embedder that needs no model. Prints its address and runs until it is terminated.
"""

import signal
import sys
from pathlib import Path

from conftest import HashingEmbedder

from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.http.server import Server, bind
from web.jobs.jobs import Jobs
from web.settings import Settings


def main() -> None:
    settings = Settings(data_dir=Path(sys.argv[1]), articles=Path(sys.argv[2]))
    library = Library(settings.data_dir, embedder=HashingEmbedder())
    jobs = Jobs(library, settings.articles)
    app = create_app(settings, library, Assistant(library), jobs)
    server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    jobs.start()
    print(server.address, flush=True)  # noqa: T201 - whoever started it reads it
    server.run()
    jobs.close()
    library.close()


if __name__ == "__main__":
    main()
