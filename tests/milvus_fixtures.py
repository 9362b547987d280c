"""A Milvus server of the tests' own (Milvus Lite), and `--index milvus`, with which every library of a test uses it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import library
from index.model.embed import Embedder
from index.search.engine import Engine
from index.search.milvus.engine import MilvusEngine
from index.store.database import Database
from index.store.store import Store

SERVER = """
import signal, sys
from milvus_lite.adapter.grpc.server import start_server_in_thread
server, database, port = start_server_in_thread(sys.argv[1], "127.0.0.1", int(sys.argv[2]))
print(port, flush=True)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
server.stop(grace=1).wait()
database.close()
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--index", choices=["folder", "milvus"], default="folder", help="where libraries are searched")


@contextmanager
def milvus_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Its address. port: 0 for any that is free."""
    command = [sys.executable, "-c", SERVER, str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def milvus() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="milvus-") as folder, milvus_server(Path(folder, "data")) as address:
        yield address


@pytest.fixture(autouse=True)
def _in_milvus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each library has its index on the server in place of its folder."""
    if request.config.getoption("--index") == "folder" or request.node.get_closest_marker("own_index"):
        return
    server = request.getfixturevalue("milvus")

    def opened(_data_dir: Path, address: str, database: Database, store: Store, embedder: Embedder) -> Engine:
        return MilvusEngine(address or server, database, store, embedder)

    monkeypatch.setattr(library, "open_engine", opened)
