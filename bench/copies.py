"""How well copies of one story are told from what only looks like it: `python -m bench.copies`.

Labelled pairs made of the news in `bench/news/` (`bench/copies_pairs.py` says how), `tune`, on which the thresholds of
`index/text/copies.py` were chosen, and `test` apart: of each kind how many share a key, how many of those are worth
comparing, and what share is called copies in the end. Then how like each other two texts are, by which a second upload
of a file's name is known as the same article; then the store itself: news as it is, in which nothing is a copy, and
texts made up word by word, some of them cut versions of others. Times are of the processor.
"""

import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.copies_pairs import PARTS, Pair, pairs, sources
from index.article import Article
from index.store.copy_pairs import CopyPairs, in_order
from index.store.sqlite import SqliteDatabase
from index.store.store import Store
from index.text.copies import SAME_STORY, Signature, Wording, bands, is_copy, likeness, may_be_copies, signature
from index.text.sentences import sentence_spans

TAKEN = 400
"""Articles of each part, or all, that pairs are made of."""
ARTICLES = 2_000
WORDS = 600
COPIED = 20
"""One in so many of them is a cut version of an earlier one."""


@dataclass(slots=True)
class Tally:
    pairs: int = 0
    share_a_key: int = 0
    compared: int = 0
    called_copies: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """What `CopyPairs` made of texts that came in one after the other, `str(n)` being the id of the nth."""

    copies: dict[str, list[str]]
    milliseconds: Sequence[float]
    """Of the processor, for each: signed, looked up, compared and kept."""
    bytes_on_disk: int


def main() -> None:
    for part in PARTS:
        show_pairs(part, pairs(part, TAKEN))
    for part in PARTS:
        show_likeness(part)
    show_news()
    show_volume()


def show_pairs(part: str, labelled: Sequence[Pair]) -> None:
    tallies: dict[tuple[bool, str], Tally] = defaultdict(Tally)
    began = time.process_time()
    for pair in labelled:
        tally = tallies[not pair.is_copy, pair.kind]
        one, other = signed(pair.one), signed(pair.other)
        tally.pairs += 1
        if set(bands(one)) & set(bands(other)):
            tally.share_a_key += 1
            if may_be_copies(one, other):
                tally.compared += 1
                tally.called_copies += is_copy(Wording(pair.one), Wording(pair.other))
    seconds = time.process_time() - began
    print(f"\n{part}: {len(labelled):,} pairs")
    print(f"{'':<38}{'pairs':>7}{'share a key':>13}{'compared':>10}{'called copies':>15}")
    for (no_copy, kind), tally in sorted(tallies.items(), key=lambda item: item[0][0]):
        share = tally.called_copies / tally.pairs
        counts = f"{tally.pairs:>7}{tally.share_a_key:>13}{tally.compared:>10}"
        print(f"{'-' if no_copy else '+'} {kind:<36}{counts}{share:>15.3f}")
    found, called_wrongly = (
        sum(tally.called_copies for (no_copy, _), tally in tallies.items() if no_copy is wrong)
        for wrong in (False, True)
    )
    precision, recall = found / (found + called_wrongly), found / sum(pair.is_copy for pair in labelled)
    print(f"  precision {precision:.4f}, recall {recall:.4f}; {1000 * seconds / len(labelled):.2f} ms a pair")


def show_likeness(part: str) -> None:
    """Of each kind of second text under a file's name, how like the first it is: which are taken for a later state."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for pair in pairs(part, TAKEN):
        kinds[pair.kind].append(likeness(pair.one, pair.other))
    rng = random.Random(part)
    texts = [source.text for source in sources(PARTS[part])[:TAKEN]]
    for text in texts:
        other = rng.choice([another for another in texts if another != text])
        rewritten = _sentences(text)
        replaced = rng.sample(range(len(rewritten)), len(rewritten) // 2)
        for n in replaced:
            rewritten[n] = rng.choice(_sentences(other))
        kinds["every other sentence another's"].append(likeness(text, " ".join(rewritten)))
        kinds["extended by another story"].append(likeness(text, f"{text}\n\n{other}"))
        kinds["any other story"].append(likeness(text, other))
    print(f"\n{part}, likeness of two texts")
    print(f"{'':<38}{'pairs':>7}{'least':>8}{'half':>8}{'most':>8}{'same article':>15}")
    for kind, found in sorted(kinds.items(), key=lambda item: statistics.median(item[1])):
        same = sum(one >= SAME_STORY for one in found) / len(found)
        spread = "".join(f"{one:>8.3f}" for one in (min(found), statistics.median(found), max(found)))
        print(f"  {kind:<36}{len(found):>7}{spread}{same:>15.3f}")


def show_news() -> None:
    texts = [source.text for files in PARTS.values() for source in sources(files)[:TAKEN]]
    found = compared(texts)
    print(
        f"\n{len(texts):,} news texts as they are: {len(found.copies)} called copies, "
        f"{statistics.mean(found.milliseconds):.1f} ms each"
    )


def show_volume() -> None:
    texts = list(made_up(ARTICLES, random.Random(7)))
    found = compared(texts)
    cut = [str(n) for n in range(ARTICLES) if is_cut(n)]
    called = sum(len(ids) - 1 for ids in found.copies.values()) // 2
    print(f"\n{ARTICLES:,} texts of {WORDS} words, one in {COPIED} a cut version of an earlier one")
    print(f"  with a copy           {sum(i in found.copies for i in cut) / len(cut):>10.3f} of those that are one")
    print(f"  pairs called copies   {called:>10,}")
    print(f"  each of the first 500 {statistics.mean(found.milliseconds[:500]):>10.1f} ms")
    print(f"  each of the last 500  {statistics.mean(found.milliseconds[-500:]):>10.1f} ms")
    print(f"  kept on disk          {found.bytes_on_disk / 1e6:>10.1f} MB, articles and all")


def compared(texts: Sequence[str]) -> Compared:
    with tempfile.TemporaryDirectory() as folder, closing(SqliteDatabase(Path(folder, "copies.db"))) as database:
        store, pairs = Store(database), CopyPairs(database)
        for n, text in enumerate(texts):
            store.put(Article(id=str(n), title=str(n), text=text, origin=f"{n}.txt"), in_folder=False)
        told: list[float] = []
        pairs.update(lambda *_: told.append(time.process_time()))
        told.append(time.process_time())
        milliseconds = [1000 * (end - start) for start, end in pairwise(told)]
        with database.read() as connection:
            found = in_order(connection)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return Compared(found, milliseconds, size)


def made_up(count: int, rng: random.Random) -> Iterator[str]:
    """Texts in which each word is one that follows its predecessor somewhere in the news."""
    followers: dict[str, list[str]] = defaultdict(list)
    for files in PARTS.values():
        for source in sources(files):
            words = source.text.split()
            for word, follower in pairwise(words):
                followers[word].append(follower)
    starts = sorted(followers)
    earlier: list[str] = []
    for n in range(count):
        if is_cut(n):
            words = rng.choice(earlier).split()
            yield " ".join(words[: rng.randint(WORDS // 3, WORDS)])
            continue
        words = [rng.choice(starts)]
        while len(words) < WORDS:
            words.append(rng.choice(followers.get(words[-1]) or starts))
        earlier.append(" ".join(words))
        yield earlier[-1]


def is_cut(n: int) -> bool:
    return n % COPIED == COPIED - 1


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def signed(text: str) -> Signature:
    found = signature(text)
    if found is None:
        raise ValueError(f"{text[:60]!r} has no words to sign")
    return found


if __name__ == "__main__":
    main()
