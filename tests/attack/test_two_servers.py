"""Two servers on one data folder, asked, added to, removed from and rebuilt at once, and one of them killed at times.

What a client was told holds on either server: what was taken in is there once, what was removed is cited no more, of
two adds under one id the later has the last word, and what the killed one had begun the other does.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from attack_fixtures import Measured, Size
from server_process import ServerProcess, check_verbatim, cited, rebuilt_beside, words

BASE = 6
ASKERS, ADDERS = 3, 2
SHARED = "shared"
PAUSE_SECONDS = 0.05
AGAIN_SECONDS = 10
"""From a kill until the other goes on with the jobs."""

NO_REPLY = (OSError, HTTPException)
"""What a client meets whose server is killed."""


def text_of(n: int, edition: int = 0) -> str:
    return f"The {words(n)} of number{n} weighs {n + 3} tons in edition {edition}."


@dataclass
class Told:
    """What clients know, having been told; only under `lock`, which is a client's and no server's."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    jobs: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    """Ids of articles whose job was acknowledged."""
    shared: list[str] = field(default_factory=list)
    """The texts that were acknowledged under one id, in that order."""
    removing: set[str] = field(default_factory=set)
    """Asked to be removed, whatever became of it."""
    gone: set[str] = field(default_factory=set)
    """Acknowledged to be removed."""
    restored: list[str] = field(default_factory=list)
    generation: int = 0
    """The newest that was told by health."""
    asked: int = 0
    citations: int = 0
    unanswered: int = 0
    refused_rebuilds: int = 0


class Attack:
    def __init__(self, data: Path, articles: Path) -> None:
        self.data, self.articles = data, articles
        self.told = Told()
        self.servers: list[ServerProcess] = []
        self.stopped = threading.Event()
        self.numbers = iter(range(1_000, 1_000_000))
        self.conversations: list[tuple[list[str], list[str]]] = []
        """Of each client that asks: the session, once there is one, and the messages."""

    def one(self, chance: random.Random) -> ServerProcess:
        return chance.choice(self.servers)

    def until_stopped(self, seed: int, act: Callable[[random.Random], None]) -> None:
        """`act` again and again; a server that is killed under it is no failure."""
        chance = random.Random(seed)
        while not self.stopped.wait(PAUSE_SECONDS):
            try:
                act(chance)
            except NO_REPLY:
                with self.told.lock:
                    self.told.unanswered += 1

    # -- what clients do

    def asks(self) -> Callable[[random.Random], None]:
        """One client in one conversation, on whichever server."""
        session: list[str] = []
        messages: list[str] = []
        self.conversations.append((session, messages))

        def ask(chance: random.Random) -> None:
            with self.told.lock:
                gone, generation = set(self.told.gone), self.told.generation
                known = self.told.added[-20:]
            n = chance.choice([*range(BASE), *(int(article_id.removeprefix("number")) for article_id in known)])
            text = chance.choice([f"How much does number{n} weigh?", f"What weighs {n + 3} tons?", "What's new?"])
            answer = self.one(chance).ask(text, **({"session_id": session[0]} if session else {}))
            session[:] = [answer["session_id"]]
            messages.append(answer["message_id"])
            self.judge(chance, answer, gone, generation)

        return ask

    def judge(self, chance: random.Random, answer: Any, gone: set[str], generation: int) -> None:
        """gone, generation: what had been told when it was asked."""
        places = cited(answer)
        assert answer["generation"] >= generation, (answer["generation"], generation)
        assert not {place["article_id"] for place in places} & gone, answer
        for place in places:
            text = self.one(chance).text(place["article_id"], place["revision"])
            if text is None:
                assert place["article_id"] in self.told.removing, place
            else:
                check_verbatim(place, text)
        revisions = {place["article_id"]: place["revision"] for place in places}
        assert all(revisions[place["article_id"]] == place["revision"] for place in places), answer
        with self.told.lock:
            self.told.asked += 1
            self.told.citations += len(places)

    def add(self, chance: random.Random) -> None:
        with self.told.lock:
            n = next(self.numbers)
        server, other = self.one(chance), self.one(chance)
        job_id = server.add({"id": f"number{n}", "title": f"Number {n}", "text": text_of(n)})
        with self.told.lock:
            self.told.jobs.append(job_id)
            self.told.added.append(f"number{n}")
        if chance.random() < 0.8:  # or the queue would be full
            assert other.wait(job_id)["state"] == "done"
            health = other.get("/api/health")
            with self.told.lock:
                self.told.generation = max(self.told.generation, health["generation"])

    def add_shared(self, chance: random.Random) -> None:
        """The same id with another text each time, by one client, so that it is known which was acknowledged last."""
        other = self.one(chance)
        with self.told.lock:
            n = next(self.numbers)
        job_id = self.one(chance).add({"id": SHARED, "title": "Shared", "text": text_of(n)})
        with self.told.lock:
            self.told.jobs.append(job_id)
            self.told.shared.append(text_of(n))
        if chance.random() < 0.7:
            assert other.wait(job_id)["state"] == "done"

    def remove(self, chance: random.Random) -> None:
        time.sleep(4 * PAUSE_SECONDS)
        server, other = self.one(chance), self.one(chance)
        with self.told.lock:
            here = [i for i in self.told.added if i not in self.told.removing]
        if len(here) < 10:
            return
        article_id = chance.choice(here)
        with self.told.lock:
            self.told.removing.add(article_id)
        status, _ = server.call("DELETE", f"/api/articles/{article_id}", None, 204, 404)
        if status == 404:  # its job is still to come
            with self.told.lock:
                self.told.removing.discard(article_id)
        elif chance.random() < 0.3:
            other.call("POST", f"/api/articles/{article_id}/restore", None, 202)
            with self.told.lock:
                self.told.restored.append(article_id)
        else:
            with self.told.lock:
                self.told.gone.add(article_id)

    def rebuild(self, chance: random.Random) -> None:
        time.sleep(8 * PAUSE_SECONDS)
        server, other = self.one(chance), self.one(chance)
        for n in range(BASE):
            unseen = self.data.with_name("new.txt")  # a rebuild that runs would find a file half written, and say so
            unseen.write_text(text_of(n, chance.randrange(1_000)), encoding="utf-8")
            unseen.replace(self.articles / f"number{n}.txt")
        status, reply = server.call("POST", "/api/index/rebuild", {}, 202, 409)
        if status == 409:
            named = reply["error"]["message"].rpartition(" ")[2].rstrip(".")
            assert other.get(f"/api/jobs/{named}")["kind"] == "rebuild"
            with self.told.lock:
                self.told.refused_rebuilds += 1
        else:
            with self.told.lock:
                self.told.jobs.append(reply["job_id"])

    def rebuild_beside(self, chance: random.Random) -> None:
        rebuilt_beside(self.data, self.articles)

    # -- what is done to the servers

    def kill_one(self, chance: random.Random) -> float:
        """Seconds until the other had ended a job; then there are two again."""
        killed = self.servers.pop(chance.randrange(2))
        [living] = self.servers
        killed.kill()
        began, now = time.monotonic(), time.time()
        job_id = living.add({"id": SHARED + "-after", "title": "After", "text": f"{text_of(next(self.numbers))}"})
        while not any(_ended_since(job, now) for job in living.get("/api/jobs?limit=50")["jobs"]):
            time.sleep(0.05)
        seconds = time.monotonic() - began
        assert living.wait(job_id)["state"] == "done"
        return seconds

    # -- what must hold in the end

    def check(self) -> None:
        told = self.told
        first, second = self.servers
        for job_id in told.jobs:
            job = first.wait(job_id)
            assert (job["state"], job["errors"]) == ("done", []), job
            assert second.get(f"/api/jobs/{job_id}") == job
        _, reply = second.call("POST", "/api/index/rebuild", {}, 202)
        assert second.wait(reply["job_id"])["state"] == "done"
        listed = self.listed()
        assert len(listed) == len(set(listed))
        uncertain = told.removing - told.gone - set(told.restored)
        assert set(told.added) - told.gone - uncertain <= set(listed)
        assert not told.gone & set(listed)
        assert second.get(f"/api/articles/{SHARED}")["text"] == told.shared[-1]
        revisions = second.get(f"/api/articles/{SHARED}/revisions")["revisions"]
        assert {first.text(SHARED, one["revision"]) for one in revisions} >= set(told.shared)
        for n in range(BASE):
            written = (self.articles / f"number{n}.txt").read_text(encoding="utf-8")
            assert written in {first.get(f"/api/articles/{i}")["text"] for i in listed if i.startswith(f"number{n}")}
        for session, messages in self.conversations:
            stored = iter([message["id"] for message in first.get(f"/api/sessions/{session[0]}")["messages"]])
            assert all(message in stored for message in messages)  # in that order
        healths = [server.get("/api/health") for server in self.servers]
        assert healths[0]["generation"] == healths[1]["generation"]
        assert {health["status"] for health in healths} == {"ok"}

    def listed(self) -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            page = self.servers[0].get(f"/api/articles?limit=100{cursor}")
            found += [article["id"] for article in page["articles"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def replace_on_both(self) -> None:
        """One message, asked anew on both servers at once, is replaced once."""
        answer = self.servers[0].ask("How much does number1 weigh?")
        fields = {"session_id": answer["session_id"], "replaces": answer["message_id"]}
        body = {"question": "How much does number2 weigh?"} | fields
        with ThreadPoolExecutor(2) as threads:
            replies = list(threads.map(lambda server: server.call("POST", "/api/ask", body, 200, 409), self.servers))
        assert sorted(status for status, _ in replies) == [200, 409]
        [kept] = [reply for status, reply in replies if status == 200]
        stored = self.servers[1].get(f"/api/sessions/{answer['session_id']}")["messages"]
        assert [message["id"] for message in stored] == [kept["message_id"]]


def _ended_since(job: Any, moment: float) -> bool:
    return bool(job["finished_at"]) and time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) < job["finished_at"]


def test_what_clients_of_two_servers_were_told_holds_though_one_is_killed_again_and_again(
    tmp_path: Path, size: Size, is_whole: bool, measured: Measured
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for n in range(BASE):
        (articles / f"number{n}.txt").write_text(text_of(n), encoding="utf-8")
    attack = Attack(tmp_path / "data", articles)
    chance = random.Random(6)
    kills = size(12)
    went_on = []
    began = time.monotonic()
    with ExitStack() as running:

        def start() -> None:
            attack.servers.append(running.enter_context(ServerProcess(attack.data, articles)))

        start()
        start()
        acts = [attack.asks() for _ in range(ASKERS)] + [attack.add] * ADDERS
        acts += [attack.add_shared, attack.remove, attack.rebuild, attack.rebuild_beside]
        with ThreadPoolExecutor(len(acts)) as threads:
            clients = [threads.submit(attack.until_stopped, seed, act) for seed, act in enumerate(acts)]
            try:
                for _ in range(kills):
                    time.sleep(chance.uniform(4, 8))
                    went_on.append(attack.kill_one(chance))
                    for client in clients:
                        if client.done():
                            client.result()  # raises: none ends by itself
                    start()
            finally:
                attack.stopped.set()
        for client in clients:
            client.result()
        attack.check()
        replaced = size(30)
        for _ in range(replaced):
            attack.replace_on_both()
    told = attack.told
    assert told.gone
    assert told.restored or not is_whole
    assert max(went_on) < AGAIN_SECONDS or not is_whole
    measured(
        "Two servers on one data folder, one killed at times",
        f"{kills} kills, {told.asked:,} asks with {told.citations:,} citations, {len(told.added):,} adds and "
        f"{len(told.shared)} of one id, {len(told.gone)} removals, {len(told.restored)} restored, {len(told.jobs):,} "
        f"jobs: nothing lost or doubled, no removed article cited, each job done; {replaced} messages replaced on both "
        f"at once, each once; jobs went on {max(went_on):.1f} s after a kill or less "
        f"({time.monotonic() - began:.0f} s)",
    )
