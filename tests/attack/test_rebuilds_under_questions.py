"""The index rebuilt again and again while eight clients ask: every reply is an answer, each of one state of the index.

Every rebuild finds all articles in a new edition, and every sentence says of which it is: an answer whose citations
are of two editions, or of another than its generation shows, would have mixed two states.
"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from attack_fixtures import Measured, Size
from server_process import ServerProcess, check_verbatim, cited, words

CLIENTS = 8
ARTICLES = 12


def write_edition(folder: Path, edition: int) -> None:
    for n in range(ARTICLES):
        text = (
            f"The {words(n)} of number{n} weighs {n + 3} tons in edition {edition}.\n\n"
            f"Its keeper {words(100 + n)} lives there in edition {edition}."
        )
        (folder / f"number{n}.txt").write_text(text, encoding="utf-8")


def question(chance: random.Random) -> str:
    n = chance.randrange(ARTICLES)
    asked = (f"How much does number{n} weigh?", "What's new?", f"Who is the keeper {words(100 + n).split()[0]}?")
    return chance.choice(asked)


def asking(server: ServerProcess, seed: int, stopped: threading.Event) -> list[Any]:
    """Every answer; each citation is looked up at once."""
    chance = random.Random(seed)
    answers = []
    while not stopped.is_set():
        answer = server.ask(question(chance))
        for place in cited(answer):
            text = server.text(place["article_id"], place["revision"])
            assert text is not None, place
            check_verbatim(place, text)
        answers.append(answer)
    return answers


def edition_of(place: Any) -> int:
    return int(place["quote"].rstrip(".").rpartition(" ")[2])


def test_answers_during_a_hundred_rebuilds_are_each_of_one_generation(
    tmp_path: Path, size: Size, measured: Measured
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    count = size(100)
    write_edition(folder, 0)
    began = time.monotonic()
    with ServerProcess(tmp_path / "data", folder) as server:

        def rebuild(edition: int) -> int:
            """The generation that shows it."""
            write_edition(folder, edition)
            _, reply = server.call("POST", "/api/index/rebuild", {"full": edition % 5 == 0}, 202)
            job = server.wait(reply["job_id"])
            assert (job["state"], job["errors"]) == ("done", []), job
            return int(server.get("/api/health")["generation"])

        editions = {rebuild(0): 0}
        stopped = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [threads.submit(asking, server, seed, stopped) for seed in range(CLIENTS)]
            try:
                for edition in range(1, count + 1):
                    editions[rebuild(edition)] = edition
                    for client in clients:
                        if client.done():
                            client.result()  # raises: none ends by itself
            finally:
                stopped.set()
        answers = [answer for client in clients for answer in client.result()]
    assert len(editions) == count + 1
    places = 0
    for answer in answers:
        shown = {edition_of(place) for place in cited(answer)}
        assert shown <= {editions[answer["generation"]]}, answer
        places += len(cited(answer))
    seen = {answer["generation"] for answer in answers}
    assert len(seen) > count / 4
    assert sum(answer["answered"] for answer in answers) > len(answers) / 2
    measured(
        "Rebuilds while 8 clients ask",
        f"{count} rebuilds, {len(answers):,} asks, of {len(seen)} generations: every reply 200, each of {places:,} "
        f"citations verbatim and of its answer's generation ({time.monotonic() - began:.0f} s)",
    )
