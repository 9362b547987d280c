"""How well copies of one story are told from what only looks like it: `python -m bench.copies`.

Labelled pairs made of the news in `bench/news/` (`bench/copies_pairs.py` says how), `tune`, on which the thresholds of
`index/copies.py` were chosen, and `test` apart: of each kind how many share a key, how many of those are worth
comparing, and what share is called copies in the end. Then how like each other two texts are, by which a second upload
of a file's name is known as the same article; all news as it is, in which nothing is a copy; and 20,000 texts made up
word by word, signed, kept in SQLite and looked up as they come. Times are of the processor.
"""

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.copies_pairs import PARTS, Pair, pairs, sources
from index.copies import SAME_STORY, Signature, Wording, bands, is_copy, likeness, may_be_copies, signature
from index.copy_pairs import MAX_CANDIDATES
from index.sentences import sentence_spans

TAKEN = 400
"""Articles of each part, or all, that pairs are made of."""
ARTICLES = 20_000
WORDS = 600
COPIED = 20
"""One in so many of them is a cut version of an earlier one."""
SCHEMA = """
    CREATE TABLE signatures (id INTEGER PRIMARY KEY, shingles INTEGER NOT NULL, minima BLOB NOT NULL);
    CREATE TABLE bands (key INTEGER, signature INTEGER, PRIMARY KEY (key, signature)) WITHOUT ROWID;
"""
CANDIDATES = f"""
    SELECT id, shingles, minima FROM signatures WHERE id IN (
        SELECT signature FROM bands WHERE key IN (SELECT value FROM json_each(?))
        GROUP BY signature ORDER BY count(*) DESC LIMIT {MAX_CANDIDATES})
"""


@dataclass(slots=True)
class Tally:
    pairs: int = 0
    share_a_key: int = 0
    compared: int = 0
    called_copies: int = 0


class Register:
    """Signatures kept in SQLite, and the candidates among them."""

    def __init__(self, path: str = ":memory:") -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(SCHEMA)
        self.sharing = 0
        """Signatures that shared a key with those asked for."""

    def candidates(self, signed: Signature) -> list[int]:
        rows = self._database.execute(CANDIDATES, (json.dumps(bands(signed)),)).fetchall()
        self.sharing += len(rows)
        return [id_ for id_, shingles, minima in rows if may_be_copies(signed, Signature(shingles, minima))]

    def add(self, id_: int, signed: Signature) -> None:
        self._database.execute("INSERT INTO signatures VALUES (?, ?, ?)", (id_, signed.shingles, signed.minima))
        self._database.executemany("INSERT INTO bands VALUES (?, ?)", [(key, id_) for key in bands(signed)])

    def close(self) -> None:
        self._database.commit()
        self._database.close()


def main() -> None:
    for part in PARTS:
        show_pairs(part, pairs(part, TAKEN))
    for part in PARTS:
        show_likeness(part)
    show_news()
    with tempfile.TemporaryDirectory() as folder:
        show_volume(Path(folder, "copies.db"))


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
    texts = [source.text for files in PARTS.values() for source in sources(files)]
    register = Register()
    compared = called = 0
    for n, text in enumerate(texts):
        sign = signed(text)
        candidates = register.candidates(sign)
        compared += len(candidates)
        called += sum(is_copy(Wording(text), Wording(texts[other])) for other in candidates)
        register.add(n, sign)
    print(
        f"\nall {len(texts):,} news texts as they are: {register.sharing} pairs share a key, {compared} are compared, "
        f"{called} called copies"
    )


def show_volume(path: Path) -> None:
    texts = list(made_up(ARTICLES, random.Random(7)))
    began = time.process_time()
    signatures = [signed(text) for text in texts]
    signing = time.process_time() - began
    register = Register(str(path))
    waits = []
    found = 0
    for n, sign in enumerate(signatures):
        began = time.process_time()
        candidates = register.candidates(sign)
        waits.append(time.process_time() - began)
        found += any(is_copy(Wording(texts[n]), Wording(texts[other])) for other in candidates)
        register.add(n, sign)
    register.close()
    kept = sum(sys.getsizeof(sign.minima) for sign in signatures)
    print(f"\n{ARTICLES:,} texts of {WORDS} words, one in {COPIED} a cut version of an earlier one")
    print(f"  signed                {ARTICLES / signing:>10,.0f} a second")
    print(f"  looked up             {1000 * statistics.mean(waits[-1000:]):>10.2f} ms each, mean of the last thousand")
    print(f"  sharing a key         {register.sharing / ARTICLES:>10.2f} earlier ones each")
    print(f"  copies found          {found / (ARTICLES // COPIED):>10.3f}")
    print(f"  signatures in memory  {kept / 1e6:>10.1f} MB")
    print(f"  kept on disk          {path.stat().st_size / 1e6:>10.1f} MB")


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
        if n % COPIED == COPIED - 1:
            words = rng.choice(earlier).split()
            yield " ".join(words[: rng.randint(WORDS // 3, WORDS)])
            continue
        words = [rng.choice(starts)]
        while len(words) < WORDS:
            words.append(rng.choice(followers.get(words[-1]) or starts))
        earlier.append(" ".join(words))
        yield earlier[-1]


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def signed(text: str) -> Signature:
    found = signature(text)
    if found is None:
        raise ValueError(f"{text[:60]!r} has no words to sign")
    return found


if __name__ == "__main__":
    main()
