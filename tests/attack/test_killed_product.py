"""The whole product, with its models and seeds/, killed in the midst of its work: how soon it answers after the start.

The other attacks embed words by hashing, so that thousands of kills are over in minutes. This is what a person waits.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from attack_fixtures import Measured, Size

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())", "serve", "--port", "0"]
QUESTION, ANSWER = "How much sand had to be dredged to free the Ever Given?", "30,000 cubic metres"
MAX_SECONDS = 10.0


class Product:
    """From its start; `seconds` since then."""

    def __init__(self, data: Path) -> None:
        self._started = time.monotonic()
        where = ["--data-dir", str(data), "--articles", str(ROOT / "seeds")]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        log = data.with_suffix(".log")  # no pipe, which would be full once nobody reads it
        with log.open("wb") as said:
            self._process = subprocess.Popen([*SERVE, *where], stdout=said, stderr=said, env=env)
        while not (found := re.search(r"The page is at (http://[\d.:]+\d)", log.read_text())):
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.01)
        self._address = found[1]

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def send(self, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self._address + path, data, {"Content-Type": "application/json"})) as reply:
                return reply.status, json.loads(reply.read())
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


@contextmanager
def running(data: Path) -> Iterator[Product]:
    product = Product(data)
    try:
        yield product
    finally:
        product.kill()


def test_the_product_answers_soon_after_a_kill_in_the_midst_of_a_full_rebuild(
    tmp_path: Path, size: Size, is_whole: bool, measured: Measured
) -> None:
    chance = random.Random(18)
    data, kills, seconds = tmp_path / "data", size(20), []
    for number in range(kills + 1):
        with running(data) as product:
            while product.send("/api/ask", {"question": QUESTION})[0] == 503:  # the first time there is no index yet
                time.sleep(0.1)
            status, answer = product.send("/api/ask", {"question": QUESTION})
            assert (status, ANSWER in answer["answer"]) == (200, True), answer
            if number:
                seconds.append(product.seconds)
            while product.send("/api/health")[0] == 503:
                time.sleep(0.1)
            status, health = product.send("/api/health")
            assert (status, health["status"], health["articles"]) == (200, "ok", 25)
            assert product.send("/api/index/rebuild", {"full": True})[0] == 202
            time.sleep(chance.uniform(0, 2))
    measured(
        "SIGKILLs of the whole product in the midst of a full rebuild",
        f"{kills} kills: each answered from {health['articles']} articles, {sorted(seconds)[len(seconds) // 2]:.1f} s "
        f"after the start at the median, {max(seconds):.1f} s at most",
    )
    if is_whole:
        assert max(seconds) < MAX_SECONDS
