"""A server killed at random moments while clients ask it, add and delete; after each kill a new one goes on."""

import random
import time
from collections import Counter

from attack_fixtures import Measured, Size
from serving import QUESTION, Load, Prepared, Promises, Serving
from traced import folder_in_memory

MAX_SECONDS = 10.0
TOP_K = 20


def test_a_server_killed_again_and_again_under_load_keeps_every_promise(
    size: Size, is_whole: bool, measured: Measured
) -> None:
    chance = random.Random(200)
    promises = Promises()
    slowest: dict[str, list[float]] = {"health": [], "ask": []}
    kills = size(200)
    with folder_in_memory() as root, Prepared() as prepared:
        for number in range(kills + 1):
            # how long a start takes is told by one in ten, which is a whole one
            is_timed = number % 10 == 1
            with Serving(root / "data", None if is_timed else prepared) as server:
                status, health = server.ask("GET", "/api/health")
                assert status == 200, health
                slowest["health"].append((time.monotonic() - server.started) * is_timed)
                status, answer = server.ask("POST", "/api/ask", {"question": QUESTION})
                assert status == 200, answer
                slowest["ask"].append((time.monotonic() - server.started) * is_timed)
                check(server, promises)
                if number == kills:
                    server.settled()
                    check_all(server, promises)
                    break
                load = Load(server, promises, f"k{number}", seed=number)
                time.sleep(chance.uniform(0.05, 2.0))
                server.kill()
                load.end()
            assert promises.wrong == []
        left = {entry.name for entry in (root / "data").iterdir() if not entry.name.endswith(".lock")}
        assert left <= {"assistant.db", "assistant.db-wal", "assistant.db-shm", "index", "uploads"}
        assert not any((root / "data" / "uploads").iterdir())
    measured(
        "random SIGKILLs of a server under load",
        f"{kills:,} kills: each of {len(promises.accepted):,} articles promised was there once, each of "
        f"{len(promises.deleted):,} deleted stayed away, {promises.asked:,} questions and searches were answered; "
        f"health {max(slowest['health']):.1f} s and an answer {max(slowest['ask']):.1f} s after the start at most",
    )
    if is_whole:
        assert max(slowest["ask"]) < MAX_SECONDS


def check(server: Serving, promises: Promises) -> None:
    """At once after the start: what was done is there, what was deleted is not, and nothing is there twice."""
    listed = Counter(server.articles())
    assert all(count == 1 for count in listed.values())
    gone = promises.deleted | promises.unsure
    assert promises.there - gone <= listed.keys()
    assert not promises.deleted & listed.keys()


def check_all(server: Serving, promises: Promises) -> None:
    """Once all jobs have ended: what was promised is there, in the index, too; nothing else is."""
    check(server, promises)
    listed = sorted(server.articles())
    assert promises.accepted.keys() - promises.deleted - promises.unsure <= set(listed)
    for some in (listed[n : n + TOP_K] for n in range(0, len(listed), TOP_K)):
        query = {"query": "crane", "top_k": TOP_K, "filters": {"article_id": some}}
        status, reply = server.ask("POST", "/api/search", query)
        assert status == 200, reply
        assert sorted(hit["article_id"] for hit in reply["hits"]) == some
    status, health = server.ask("GET", "/api/health")
    assert (status, health["status"], health["articles"]) == (200, "ok", len(listed))
