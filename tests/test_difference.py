"""What became of every sentence: kinds and places worked out by hand, and what must hold for any two texts."""

import random
from itertools import pairwise

import pytest

from index.text.difference import MAX_LISTED, Change, Span, difference
from index.text.sentences import sentence_spans

VOTED = "The council voted on Tuesday to build a bridge."
COST = "It will cost 1,200,000 crowns, the mayor said."
COSTS_MORE = "It will cost 1,300,000 crowns, the mayor said."
OPENS = "The bridge opens in May 2023."
FERRY = "Until then the ferry goes twice an hour."
TEXT = f"{VOTED} {COST}\n\n{OPENS}"


def shown(old: str, new: str, language: str | None = None) -> list[tuple[str, str | None, str | None]]:
    return [(c.kind, cut(old, c.old), cut(new, c.new)) for c in difference(old, new, language)]


def marked(old: str, new: str, language: str | None = None) -> list[tuple[str | None, str | None]]:
    """The edits within the one sentence that changed."""
    [change] = [c for c in difference(old, new, language) if c.kind == "changed"]
    return [(cut(old, edit.old), cut(new, edit.new)) for edit in change.words]


def cut(text: str, span: Span | None) -> str | None:
    return None if span is None else text[span.start : span.end]


def test_sentences_that_stayed_are_one_change() -> None:
    assert difference(TEXT, TEXT) == (Change("same", Span(0, len(TEXT)), Span(0, len(TEXT))),)


def test_a_corrected_number_is_what_is_marked_of_its_sentence() -> None:
    new = TEXT.replace("1,200,000", "1,300,000")
    assert shown(TEXT, new) == [("same", VOTED, VOTED), ("changed", COST, COSTS_MORE), ("same", OPENS, OPENS)]
    assert marked(TEXT, new) == [("1,200,000", "1,300,000")]


def test_spans_count_the_characters_of_each_text() -> None:
    [removed, changed] = difference("Gone. It cost 5.", "It cost 15.")
    assert removed == Change("removed", Span(0, 5), None)
    assert (changed.kind, changed.old, changed.new) == ("changed", Span(6, 16), Span(0, 11))
    [edit] = changed.words
    assert (edit.old, edit.new) == (Span(14, 15), Span(8, 10))


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (f"{VOTED} {COST} {FERRY} {OPENS}", [("same", f"{VOTED} {COST}"), ("added", FERRY), ("same", OPENS)]),
        (f"{VOTED} {OPENS}", [("same", VOTED), ("removed", COST), ("same", OPENS)]),
        (f"{FERRY} {VOTED} {COST} {OPENS}", [("added", FERRY), ("same", f"{VOTED} {COST} {OPENS}")]),
        (f"{VOTED} {FERRY} {OPENS}", [("same", VOTED), ("removed", COST), ("added", FERRY), ("same", OPENS)]),
        (f"{VOTED} {COST}", [("same", f"{VOTED} {COST}"), ("removed", OPENS)]),
        (f"{COST} {OPENS} {VOTED}", [("removed", VOTED), ("same", f"{COST} {OPENS}"), ("added", VOTED)]),
    ],
    ids=["added", "removed", "added at the start", "replaced", "removed at the end", "moved"],
)
def test_what_became_of_each_sentence(new: str, expected: list[tuple[str, str]]) -> None:
    old = f"{VOTED} {COST} {OPENS}"
    assert [(kind, before or after) for kind, before, after in shown(old, new)] == expected


def test_a_sentence_that_was_split_is_changed_and_its_rest_added() -> None:
    old = "The bridge opens in May 2023 and the ferry stops then."
    first, second = "The bridge opens in May 2023.", "The ferry stops then."
    assert shown(old, f"{first} {second}") == [("changed", old, first), ("added", None, second)]


def test_among_replaced_sentences_the_most_alike_in_order_are_paired() -> None:
    old = f"{FERRY} {COST} {OPENS}"
    new = f"{COSTS_MORE} Nobody objected to any of it. {OPENS.replace('May', 'June')}"
    assert [kind for kind, _, _ in shown(old, new)] == ["removed", "changed", "added", "changed"]


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ("He saw the old bridge.", "He saw the bridge.", [("old", None)]),
        ("He saw the bridge.", "He saw the new bridge.", [(None, "new")]),
        ("He saw the bridge.", "He saw the bridge!", [(".", "!")]),
        (
            "He saw it on May 3, at 9:30.",
            "She saw it on May 4, at 9:45.",
            [("He", "She"), ("3", "4"), ("9:30", "9:45")],
        ),
        ("“We won,” she said.", "'We won,' she said.", [("“", "'"), ("”", "'")]),
        ("They didn’t go to the well-known inn.", "They did go to the inn.", [("didn’t", "did"), ("well-known", None)]),
        ("Il a payé cinq euros.", "Il a payé six euros.", [("cinq", "six")]),
        ("यह पुल मई में खुलेगा।", "यह पुल जून में खुलेगा।", [("मई", "जून")]),
        ("大桥将于2023年五月开放。", "大桥将于2024年六月开放。", [("2023", "2024"), ("五", "六")]),
    ],
)
def test_the_words_that_differ_are_marked(old: str, new: str, edits: list[tuple[str | None, str | None]]) -> None:
    language = "zh" if "大" in old else "hi" if "पुल" in old else None
    assert marked(old, new, language) == edits


def test_blanks_and_paragraphs_do_not_count() -> None:
    new = f"{VOTED}\n{COST.replace(' ', chr(160))} {OPENS}"
    assert [c.kind for c in difference(TEXT, new)] == ["same"]


@pytest.mark.parametrize("blank", ["", " \n\n\t"])
def test_from_nothing_and_to_nothing(blank: str) -> None:
    assert difference(blank, blank) == ()
    assert shown(blank, f"{VOTED} {OPENS}") == [("added", None, VOTED), ("added", None, OPENS)]
    assert shown(f"{VOTED} {OPENS}", blank) == [("removed", VOTED, None), ("removed", OPENS, None)]


def test_the_language_finds_the_sentences() -> None:
    assert shown("今天天气很好。我们去公园。", "今天天气很好。他在家。", "zh") == [
        ("same", "今天天气很好。", "今天天气很好。"),
        ("removed", "我们去公园。", None),
        ("added", None, "他在家。"),
    ]


def test_a_sentence_repeated_often_still_stands_where_it_stood() -> None:
    old = "\n".join(f"Line {n} of many.\nAll rights reserved." for n in range(300))
    new = old.replace("Line 7 of many.", "Line 8,000 of many.").replace("Line 200 of many.\n", "")
    assert [kind for kind, _, _ in shown(old, new)] == ["same", "changed", "same", "removed", "same"]


WORDS = [
    *"the a council bridge ferry river mayor votes opens costs".split(),
    *"5 1,200 May U.S. “so he” said, in (why) 中文 é 😀".split(),
]


def test_every_sentence_lies_in_one_change_whatever_was_edited() -> None:
    draw = random.Random(7)
    for _ in range(400):
        sentences = [" ".join(draw.choices(WORDS, k=draw.randrange(1, 12))) + "." for _ in range(draw.randrange(12))]
        edited = list(sentences)
        for _ in range(draw.randrange(6)):
            at = draw.randrange(len(edited) + 1)
            other = draw.choice([*sentences, "Nothing of it is known."])
            words = draw.choice(edited or ["none."]).split()
            words[draw.randrange(len(words))] = draw.choice(WORDS)
            edited[at : at + draw.randrange(3)] = draw.choice([[], [other], [" ".join(words)], [other, other]])
        old, new = (draw.choice([" ", "\n", "\n\n"]).join(part) for part in (sentences, edited))
        assert_whole(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x" * 100_000, "y" * 100_000),
        ("A.\n" * 3_000, "B.\n" * 3_000),
        ("A.\nB.\n" * 3_000, "A.\n" * 3_000),
        ("A.\nB.\nC.\n" * 200, "C.\nA.\nB.\nB.\n" * 200),
        ("a, " * 1_000 + "b " + "a b, " * 800, "a " * 1_000 + "c " + "a, b " * 800),
        ("." * 20_000, "," * 20_000),
        ("a." * 20_000, "a," * 20_000),
        ("\ud800 \0 \u200b.", "\udfff \0 \u200b."),
    ],
    ids=range(8),
)
def test_the_worst_of_texts_are_compared_as_far_as_the_bounds_allow(old: str, new: str) -> None:
    assert_whole(old, new)


def test_long_runs_are_one_change_and_one_edit_of_a_huge_text_is_found() -> None:
    lines = [f"Sentence {n} of the report is here." for n in range(MAX_LISTED * 3)]
    old = "\n".join(lines)
    head, tail = lines[0], lines[-1]
    assert [kind for kind, _, _ in shown(old, f"{head}\n{tail}")] == ["same", "removed", "same"]
    assert shown(old, "") == [("removed", old, None)]
    new = old.replace("Sentence 4000 of", "Sentence 4001 of")
    assert [kind for kind, _, _ in shown(old, new)] == ["same", "changed", "same"]
    assert marked(old, new) == [("4000", "4001")]
    far_apart = old.replace("Sentence 2 of", "Sentence 3 of").replace("Sentence 5998 of", "Sentence 5997 of")
    assert [kind for kind, _, _ in shown(old, far_apart)] == ["same", "changed", "same", "changed", "same"]


def test_where_the_comparison_ends_all_is_removed_and_added() -> None:
    old, new = ("Alas.\nBeware.\n" * 2_000).strip(), ("Alas.\n" * 5_000).strip()
    assert [(c.kind, c.old, c.new) for c in difference(old, new)] == [
        ("same", Span(0, 5), Span(0, 5)),
        ("removed", Span(6, len(old)), None),
        ("added", None, Span(6, len(new))),
    ]
    rewritten = [[f"{who} said so of number {n}, at length." for n in range(600)] for who in ("Ada", "Tom")]
    kinds = [kind for kind, _, _ in shown("\n".join(rewritten[0]), "\n".join(rewritten[1]))]
    assert kinds == ["removed"] * 600 + ["added"] * 600


def assert_whole(old: str, new: str) -> None:
    changes = difference(old, new)
    assert covered([c.old for c in changes], sentence_spans(old)) == sentence_spans(old)
    assert covered([c.new for c in changes], sentence_spans(new)) == sentence_spans(new)
    assert not any(one.kind == next_one.kind == "same" for one, next_one in pairwise(changes))
    for change in changes:
        was, now = cut(old, change.old), cut(new, change.new)
        assert (was is None, now is None) == (change.kind == "added", change.kind == "removed")
        assert bool(change.words) == (change.kind == "changed")
        if change.kind == "same":
            assert squeezed(was) == squeezed(now)
        if change.kind == "changed":
            assert all(edit.old or edit.new for edit in change.words)
            left_of_old = unmarked(old, change.old, [edit.old for edit in change.words])
            assert left_of_old == unmarked(new, change.new, [edit.new for edit in change.words])


def covered(spans: list[Span | None], sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences that the spans cover, each of which begins and ends with one."""
    found: list[tuple[int, int]] = []
    for span in filter(None, spans):
        assert sentences[len(found)][0] == span.start
        while found[-1:] != sentences[-1:] and sentences[len(found)][1] <= span.end:
            found.append(sentences[len(found)])
        assert found[-1][1] == span.end
    return found


def unmarked(text: str, span: Span | None, marked: list[Span | None]) -> str:
    """What of the sentence is in no edit."""
    assert span is not None
    kept, end = "", span.start
    for part in filter(None, marked):
        assert end <= part.start < part.end <= span.end
        kept, end = kept + text[end : part.start], part.end
    return squeezed(kept + text[end : span.end])


def squeezed(text: str | None) -> str:
    return "".join((text or "").split())
