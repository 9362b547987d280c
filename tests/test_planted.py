"""Sentences over articles, half of them borne out, said by a chat model.

The model is a real HTTP server on loopback that says one sentence a question, with the numbers of the article's
passages. Every third of 310 here, to which nothing is fitted; `python -m bench.planted` has them all, by kind.
"""

from collections import Counter

from scripted_model import ScriptedModel

from assistant.chat.draft import Draft
from assistant.chat.model import load
from bench.planted import KEPT, planted

EVERY = 3
LEAST_CAUGHT, MOST_FAILING = 0.75, 0.35


def test_most_of_what_an_article_does_not_bear_out_is_marked_and_little_of_what_it_does(model: ScriptedModel) -> None:
    chat = load("openai:scripted")
    said: Counter[bool] = Counter()
    marked: Counter[bool] = Counter()
    for row in planted(*KEPT)[::EVERY]:
        markers = "".join(f"[{n}]" for n in range(1, len(row.cited) + 1))
        model.chunks = [f"{row.sentence} {markers}"]
        draft = Draft(chat, "What happened?", row.cited, cuts_unsupported=False)
        list(draft.statements())
        said[row.supported] += 1
        marked[row.supported] += draft.checked.supported < draft.checked.sentences
    assert said[True] + said[False] == 104
    assert marked[False] >= LEAST_CAUGHT * said[False], marked
    assert marked[True] <= MOST_FAILING * said[True], marked
