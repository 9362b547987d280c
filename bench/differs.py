"""How right "sources differ" is: `python -m bench.differs [--part tune|tune2|test]…`, over `bench/stories`.

Of each part: the share of the marked differences that are found, by kind, which is that two statements of one that do
not agree stand side by side; and the share of what is shown that is right, which is that all its statements are of one
marked difference. Prints a table, writes `bench/out/differs.json`.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from assistant.cite import Citer
from assistant.topics.differ import Difference, Said, differences
from assistant.topics.material import gather
from assistant.topics.quantities import quantities
from assistant.topics.same_thing import FEATURES, features
from assistant.topics.things import Number, numbers_of, things
from bench.results import write
from bench.stories import PARTS, articles, truth
from index.library import Library
from index.model.embed import Vectors
from index.search.filters import Filters

Figures = dict[str, float]
KINDS = ("contradiction", "correction", "update")
STEPS, SHRINK = 4_000, 0.003


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.differs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--show", action="store_true", help="what is missed, and what is shown wrongly")
    parser.add_argument("--fit", action="store_true", help="what of two numbers of the stories for tuning tells most")
    args = parser.parse_args()
    if args.fit:
        _fit()
        return
    found = {part: _measured(part, show=args.show) for part in args.part or PARTS}
    write("differs", found)
    for name in next(iter(found.values())):
        print(f"{name:<36}{''.join(f'{figures[name]:>10.3g}' for figures in found.values())}")


def _fit() -> None:
    """Prints RANK and BIAS of `assistant/topics/same_thing.py`."""
    rows, same = [], []
    for part in ("tune", "tune2"):
        for number, values in _numbers(part):
            found = features([one.stated for one, _ in number], values)
            for (n, m), its in found.items():
                rows.append(its)
                same.append(bool(number[n][1] & number[m][1]))
    table, wanted = np.array(rows), np.array(same, float)
    mean, spread = table.mean(axis=0), table.std(axis=0)
    inputs = np.column_stack([(table - mean) / spread, np.ones(len(table))])
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        slope = inputs.T @ (1 / (1 + np.exp(-inputs @ weights)) - wanted) / len(wanted)
        weights -= slope + SHRINK * np.append(weights[:-1], 0.0)
    rank = weights[:-1] / spread
    print(dict(zip(FEATURES, rank.round(3).tolist(), strict=True)), round(float(weights[-1] - rank @ mean), 3))


def _numbers(part: str) -> Iterator[tuple[list[tuple[Number, set[int]]], Vectors]]:
    """Of each topic the numbers of its sentences, each with the marked differences that it is of, and the vectors."""
    marked = truth(part)
    with tempfile.TemporaryDirectory() as folder, closing(Library(Path(folder))) as library:
        library.add(articles(part))
        for topic in marked["topics"]:
            material = gather(library.snapshot(), library.embed, topic["topic"], Filters())
            of_it = [one for one in marked["differs"] if one["topic"] == topic["id"]]
            numbers = [(one, {n for n, d in enumerate(of_it) if _states(one, d)}) for one in numbers_of(material)]
            yield numbers, material.vectors[[one.place for one, _ in numbers]]


def _states(number: Number, marked: dict[str, Any]) -> bool:
    """Whether it is one of the statements of a marked difference, by its sentence and value."""
    day = number.line.published_at
    return any(
        (number.line.text in one["sentence"] or one["sentence"] in number.line.text)
        and any(
            value.is_comparable(number.stated.quantity) and value.agrees(number.stated.quantity)
            for value in quantities(one["value"], day)
        )
        for one in marked["statements"]
    )


def _measured(part: str, *, show: bool) -> Figures:
    marked = truth(part)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, closing(Library(Path(folder))) as library:
        library.add(articles(part))
        for topic in marked["topics"]:
            material = gather(library.snapshot(), library.embed, topic["topic"], Filters())
            shown = differences(things(material), Citer(also_said=material.elsewhere.also_said))
            counts += _compared(shown, [one for one in marked["differs"] if one["topic"] == topic["id"]], show=show)
    planted = counts["contradiction"] + counts["correction"]
    return {
        "shown": counts["shown"],
        "shown, right": counts["right"] / counts["shown"],
        "planted, found": (counts["contradiction found"] + counts["correction found"]) / planted,
        **{f"{kind}s, found": counts[f"{kind} found"] / counts[kind] for kind in KINDS},
        "corrections marked as such": counts["marked"] / counts["correction"],
    }


def _compared(shown: list[Difference], marked: list[dict[str, Any]], *, show: bool) -> Counter[str]:
    counts: Counter[str] = Counter(shown=len(shown))
    for difference in shown:
        is_right = any(all(_is_of(said, one) for said in difference.statements) for one in marked)
        counts["right"] += is_right
        if show and not is_right:
            print("WRONG", difference.subject, *(f"\n   {s.stated} | {s.text}" for s in difference.statements))
    for one in marked:
        kind = one["kind"]
        hits = [d for d in shown if len(_values(d, one)) > 1]
        counts[kind] += 1
        counts[f"{kind} found"] += bool(hits)
        counts["marked"] += kind == "correction" and any(s.is_correction for d in hits for s in d.statements)
        if show and not hits:
            print("MISSED", kind, one["subject"], *(f"\n   {s['value']} | {s['sentence']}" for s in one["statements"]))
    return counts


def _values(difference: Difference, marked: dict[str, Any]) -> set[str]:
    return {
        statement["value"]
        for said in difference.statements
        for statement in marked["statements"]
        if _is_it(said, statement)
    }


def _is_of(said: Said, marked: dict[str, Any]) -> bool:
    return any(_is_it(said, statement) for statement in marked["statements"])


def _is_it(said: Said, statement: dict[str, Any]) -> bool:
    return said.text in statement["sentence"] or statement["sentence"] in said.text


if __name__ == "__main__":
    main()
