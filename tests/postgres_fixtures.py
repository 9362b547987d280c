"""A PostgreSQL server of the tests' own, and `--database postgresql`, with which every library of a test is in it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from index import library
from index.store.database import Database
from index.store.postgresql import PostgresDatabase

USER = "assistant"
SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="where libraries are kept")


def programs() -> Path:
    """The folder of PostgreSQL's own programs, which Debian keeps off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not places and (found := shutil.which("postgres")):
        places = [Path(found).resolve().parent]
    if not places:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return places[-1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server, which ends in the slash that a database's name follows."""
    there = programs()
    user = "postgres" if os.geteuid() == 0 else None  # which refuses to run as root
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if user:
            shutil.chown(folder, user)
        data = f"{folder}/data"
        made = [
            str(there / "initdb"),
            "-D",
            data,
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]
        subprocess.run(made, check=True, capture_output=True, user=user, cwd="/")
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        listening = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", folder]
        server = subprocess.Popen(
            [there / "postgres", "-D", data, *listening, *settings],
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            waited = [str(there / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", USER]
            while subprocess.run(waited, check=False).returncode:
                assert server.poll() is None, "PostgreSQL did not start"
            yield f"postgresql://{USER}@127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for those who are connected
            server.wait()


@pytest.fixture
def new_database(postgres: str) -> Callable[[], str]:
    """Makes an empty database; gives its address."""
    engine = create_engine(
        f"{postgres}postgres".replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )

    def make() -> str:
        name = f"test_{uuid4().hex}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return postgres + name

    return make


@pytest.fixture(autouse=True)
def _in_postgresql(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each data folder has a database on the server in place of its own."""
    if request.config.getoption("--database") == "sqlite" or request.node.get_closest_marker("own_file"):
        return
    new_database = request.getfixturevalue("new_database")
    addresses: dict[Path, str] = {}
    is_there = library.has_database

    def opened(data_dir: Path, address: str = "") -> Database:
        if not address and data_dir.resolve() not in addresses:
            addresses[data_dir.resolve()] = new_database()
        return PostgresDatabase(address or addresses[data_dir.resolve()])

    monkeypatch.setattr(library, "open_database", opened)
    monkeypatch.setattr(library, "has_database", lambda folder: folder.resolve() in addresses or is_there(folder))
