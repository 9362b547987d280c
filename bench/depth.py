"""What reading more passages gives: the answers to the four sets of questions over seeds/, by how many are read.

    python -m bench.depth

Nothing is chosen by it. Prints a table, writes `bench/out/depth.json`, and draws docs/passages-read.svg.
"""

import tempfile
from contextlib import closing
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.measures import metrics
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import load_questions
from bench.chart import by_number
from bench.results import write
from index.library import Library

READ = (1, 2, 4, 6, 8, 12, 16)
QUESTIONS = Path("tests/data")
SETS = ("seen", "unseen", "fresh", "natural")
CHART = Path("docs/passages-read.svg")
TOLD = ("right", "refused", "balanced_accuracy", "ms_read_p50")


def main() -> None:
    questions = [one for name in SETS for one in load_questions(QUESTIONS / f"seeds-{name}.jsonl")[0]]
    rows = []
    with tempfile.TemporaryDirectory() as work, closing(Library(Path(work))) as library:
        library.rebuild(Path("seeds"))
        assistant = Assistant(library)
        assistant.warm()
        for passages in READ:
            found = metrics(evaluate(assistant, questions, top_k=passages))
            rows.append({"passages": passages, **{name: found[name] for name in TOLD}})
    write("depth", rows)
    names = {"answered rightly, of those with an answer": "right", "refused, of those without": "refused"}
    curves = {said: [(row["passages"], row[name]) for row in rows] for said, name in names.items()}
    title = f"{len(questions)} questions over seeds/, by the passages read"
    CHART.write_text(by_number(title, "passages read", "share of the questions", curves, READ), encoding="utf-8")
    print(f"{'passages':<10}{''.join(f'{name:>20}' for name in TOLD)}")
    for row in rows:
        print(f"{row['passages']:<10}{''.join(f'{row[name]:>20.3f}' for name in TOLD)}")


if __name__ == "__main__":
    main()
