"""How right timelines are: `python -m bench.timelines [--part tune|tune2|test]…`, over the stories of `bench/stories`.

Of each part: the share of the events whose date is one that their sentence does tell, the share of what there is to be
told that is, events that are told twice, and events that were wrongly taken for one. Then of single sentences the share
whose dates are all right, and no other. Prints a table, writes `bench/out/timelines.json`.
"""

import argparse
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.answer import Citation, Question
from assistant.assistant import Assistant
from assistant.topics.timeline import Event
from assistant.topics.when import told
from bench.results import write
from bench.stories import PARTS, articles, dated_sentences, truth
from index.library import Library

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.timelines", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=PARTS, action="append")
    args = parser.parse_args()
    found = {part: _measured(part) for part in args.part or PARTS}
    write("timelines", found)
    for name in next(iter(found.values())):
        cells = (f"{figures[name]:>10.3g}" if name in figures else f"{'':>10}" for figures in found.values())
        print(f"{name:<36}{''.join(cells)}")


def _measured(part: str) -> Figures:
    marked = truth(part)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, closing(Library(Path(folder))) as library:
        library.add(articles(part))
        assistant = Assistant(library)
        for topic in marked["topics"]:
            events = assistant.timeline(Question(topic["topic"])).events
            # what is of no story may be told beside one
            of_it = [event for event in marked["events"] if event["topic"] in (topic["id"], None)]
            counts += _compared(events, of_it, topic["id"])
    figures = {
        "events": counts["events"],
        "dates right": counts["right"] / counts["events"],
        "to be told, found": counts["found"] / counts["true"],
        "told twice": counts["twice"],
        "wrongly taken for one": counts["mixed"],
    }
    sentences = dated_sentences(part) if part != "tune2" else []
    if sentences:
        exact = sum(
            {one.date for one in told(line["sentence"], line["published_at"])} == set(line["dates"])
            for line in sentences
        )
        figures["sentences with all dates right"] = exact / len(sentences)
    return figures


def _compared(events: tuple[Event, ...], marked: list[dict[str, Any]], topic: str) -> Counter[str]:
    told_by: Counter[int] = Counter()
    counts: Counter[str] = Counter(events=len(events))
    for event in events:
        each = [_those_told(event.date, citation, marked) for citation in event.citations]
        counts["right"] += any(each)
        counts["mixed"] += all(each) and not set.intersection(*each)
        told_by.update(set().union(*each))
    true = {n for n, event in enumerate(marked) if event["topic"] == topic}
    counts["true"] = len(true)
    counts["found"] = len(true & told_by.keys())
    counts["twice"] = sum(n - 1 for n in told_by.values())
    return counts


def _those_told(date: str, citation: Citation, marked: list[dict[str, Any]]) -> set[int]:
    """The marked events that a cited sentence tells of that date, as far as it says it ("in May" of 4 May)."""
    return {
        n
        for n, event in enumerate(marked)
        if event["date"].startswith(date)
        and any(one["sentence"] in citation.quote or citation.quote in one["sentence"] for one in event["told_by"])
    }


if __name__ == "__main__":
    main()
