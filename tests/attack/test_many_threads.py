"""One assistant asked by sixteen threads at once: no error, and the answers that one thread gives, to the last digit.

4,000 asks go to the real reader over short articles, found by hashed words; 240 to both real models over `seeds/`,
while another thread embeds without a pause, as a rebuild does.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from attack_fixtures import Measured, Size

from assistant.answer import Answer, Question, Timings
from assistant.assistant import Assistant
from index.article import Article
from index.library import Library

THREADS = 16
ROOT = Path(__file__).parents[2]
PLACES = ("Brenn", "Oldport", "Skarn", "Ostra", "Marlow")


def comet(n: int) -> Article:
    return Article(
        id=f"comet{n}",
        title=f"Comet {n}",
        text=f"Comet number{n} was seen from {PLACES[n % 5]} in {1600 + n}. Its tail was {n + 3} degrees long.",
        origin="by hand",
        source=f"{PLACES[n % 3]} Gazette",
        published_at=f"2023-{n % 12 + 1:02}-{n % 28 + 1:02}",
    )


def comet_questions() -> list[Question]:
    """A hundred: of what an article says, by source and by month, and of what none says."""
    asked = [f"How long was the tail of comet number{n}?" for n in range(40)]
    asked += [f"When was comet number{n} seen?" for n in range(40)]
    asked += [f"What does the {place} Gazette say about comets?" for place in PLACES[:3]]
    asked += [f"What happened in {month} 2023?" for month in ("May", "June", "July", "August")]
    asked += [f"Who paid for the bridge of {place}?" for place in PLACES]
    asked += ["What's new?", "latest comet", *(f"“Comet number{n}” tail" for n in range(6))]
    return [Question(text) for text in asked]


def seed_questions() -> list[Question]:
    files = (ROOT / "tests" / "data" / f"seeds-{name}.jsonl" for name in ("seen", "unseen", "fresh", "natural"))
    return [Question(json.loads(line)["question"]) for file in files for line in file.read_text().splitlines()]


def answered(assistant: Assistant, question: Question) -> Answer:
    """But for how long it took."""
    return replace(assistant.ask(question), timings_ms=Timings())


def asked_by_threads(assistant: Assistant, questions: Sequence[Question], count: int) -> float:
    """Ask them in turns, `count` in sum, and hold each answer against the one that one thread got. The seconds."""
    expected = [answered(assistant, question) for question in questions[:count]]
    assert sum(answer.answered for answer in expected) > len(expected) / 2
    begin = threading.Barrier(THREADS)

    def ask(thread: int) -> None:
        begin.wait()
        for n in range(thread, count, THREADS):
            assert answered(assistant, questions[n % len(expected)]) == expected[n % len(expected)]

    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(ask, range(THREADS)))
    return time.monotonic() - began


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """`work` again and again in another thread."""
    stopped = threading.Event()

    def again() -> None:
        while not stopped.is_set():
            work()

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(again)
        try:
            yield
        finally:
            stopped.set()
    working.result()


def test_answers_of_sixteen_threads_at_once_are_those_of_one(library: Library, size: Size, measured: Measured) -> None:
    library.add([comet(n) for n in range(200)])
    count = size(4_000)
    seconds = asked_by_threads(Assistant(library), comet_questions(), count)
    measured(
        "Asks on 16 threads, real reader",
        f"{count:,} asks over 200 short articles: no error, each answer as one thread gives it ({seconds:.0f} s)",
    )


def test_answers_of_sixteen_threads_with_both_models_are_those_of_one_while_a_rebuild_embeds(
    tmp_path: Path, size: Size, measured: Measured
) -> None:
    with closing(Library(tmp_path / "data")) as library:
        library.rebuild(ROOT / "seeds")
        assistant = Assistant(library)
        texts = [f"The harvest of {year} was small, and the mill stood still." for year in range(1900, 1904)]
        vectors = library.embed(texts)

        def embed() -> None:
            assert (library.embed(texts) == vectors).all()

        count = size(240)
        with beside(embed):
            seconds = asked_by_threads(assistant, seed_questions(), count)
    measured(
        "Asks on 16 threads, both models",
        f"{count} asks over seeds/ while passages are embedded: no error, each answer as one thread gives it "
        f"({seconds:.0f} s)",
    )
