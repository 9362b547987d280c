"""How fast a library is copied between the two kinds of database: `python -m bench.copying --server postgresql://…/`.

Of each size a library of generated articles (`bench/generated.py`), copied and compared by `assistant copy`, to a
database that is made on the server and dropped again, and back to a folder: rows a second, and the most memory that the
command took. The server's own memory is not in it.
"""

import argparse
import os
import re
import subprocess  # nosec B404 # runs this program
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from bench.generated import PASSAGES_EACH, fill
from index.library import Library

SIZES = (1_000, 10_000)
COPY = """
import sys
from pathlib import Path
from web.cli import main

status = main()
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
sys.exit(status)
"""
"""Says at the end what most memory it had, in kB."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.copying", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--server", required=True, help="of PostgreSQL, with who may make databases: postgresql://…/")
    parser.add_argument("--articles", type=int, nargs="+", default=SIZES)
    args = parser.parse_args()
    for count in args.articles:
        with tempfile.TemporaryDirectory() as work, _database(args.server) as address:
            folder = Path(work) / "data"
            with closing(Library(folder)) as library:
                fill(library, count * PASSAGES_EACH)
            print(f"{count:,} articles")
            _measure("to PostgreSQL", [address, "--data-dir", str(folder)], "")
            _measure("to a folder", [str(Path(work) / "back")], address)


@contextmanager
def _database(server: str) -> Iterator[str]:
    """The address of an empty one."""
    url = make_url(server)
    name = f"copying_{uuid4().hex}"
    engine = create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))


def _measure(way: str, arguments: Sequence[str], source: str) -> None:
    env = os.environ | {"ASSISTANT_DATABASE": source}
    command = [sys.executable, "-c", COPY, "copy", *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)  # nosec B603 # this program
    seconds = time.perf_counter() - began
    [found] = re.findall(r"and all else, ([\d,]+) rows", done.stdout)
    rows, memory = int(found.replace(",", "")), int(done.stdout.split()[-1])
    print(f"  {way:<14}{rows:>10,} rows{seconds:>7.1f} s{rows / seconds:>9,.0f} rows/s{memory / 1e3:>6,.0f} MB")


if __name__ == "__main__":
    main()
