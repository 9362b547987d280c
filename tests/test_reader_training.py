"""How the reader is trained: examples from SQuAD's form, targets on the right tokens, and a run that goes on."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoTokenizer

from assistant.reader import data
from assistant.reader.data import (
    Question,
    as_typed,
    examples,
    few_a_fact,
    of_another_year,
    read_news,
    read_squad,
    training_examples,
)
from assistant.reader.example import Example, load, save
from assistant.reader.network import SpanNetwork
from assistant.reader.teacher import Teacher
from assistant.reader.train import Lesson, encode, fit, targets
from assistant.reader.vary import varied
from bench import news
from index.text.chunk import passage_spans

BRIDGE = "The Zephyr bridge opened in 2023. Mayor Ada Quill cut the ribbon 🎉 before 3,000 visitors."
COMET = "Comet Marlow was seen in May. Astronomers expect it back in 2091."


def squad_file(folder: Path) -> Path:
    def asked(paragraph: str, question: str, *answers: str) -> dict[str, object]:
        given = [{"text": answer, "answer_start": paragraph.index(answer)} for answer in answers]
        return {"question": question, "answers": given}

    data = [
        {
            "title": "Zephyr_Bridge",
            "paragraphs": [
                {
                    "context": BRIDGE,
                    "qas": [
                        asked(BRIDGE, " Who cut the ribbon? ", "Mayor Ada Quill", "Ada Quill", "Ada Quill"),
                        asked(BRIDGE, "Who fell into the river?"),
                    ],
                }
            ],
        },
        {
            "title": "Comet_Marlow",
            "paragraphs": [{"context": COMET, "qas": [asked(COMET, "When is it expected back?", "2091")]}],
        },
    ]
    file = folder / "squad.json"
    file.write_text(json.dumps({"data": data}), encoding="utf-8")
    return file


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """The folder of a training run, which pytest would otherwise keep: 150 MB."""
    folder = tmp_path / "run"
    yield folder
    shutil.rmtree(folder)


def test_questions_are_read_with_title_paragraph_and_answers(tmp_path: Path) -> None:
    assert list(read_squad(squad_file(tmp_path))) == [
        (
            "Zephyr Bridge",
            BRIDGE,
            "Who cut the ribbon?",
            [(34, "Mayor Ada Quill"), (40, "Ada Quill"), (40, "Ada Quill")],
        ),
        ("Zephyr Bridge", BRIDGE, "Who fell into the river?", []),
        ("Comet Marlow", COMET, "When is it expected back?", [(60, "2091")]),
    ]


def news_line(n: int) -> str:
    text = f"The crew of boat {n} came home. Its captain, Mara Lind, thanked the coast guard of Ostra."
    asked = [
        {"question": "who led the crew", "answer": "Mara Lind", "sentence": text[text.index("Its") :]},
        {"question": "Who built the boat?", "answer": None, "sentence": None},
    ]
    return json.dumps({"title": f"Boat {n}", "date": "2019-03-14", "text": text, "questions": asked})


def test_news_questions_point_at_the_answer_in_the_sentence_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(news_line(n) for n in range(11)))
    (who, boat), *_ = [list(pair) for pair in zip(*[read_news(path)] * 2, strict=True)]
    assert (who[0], who[2], boat[3]) == ("Boat 0 (March 14, 2019)", "who led the crew", [])
    ((start, answer),) = who[3]
    assert who[1][start : start + len(answer)] == answer == "Mara Lind"


def test_every_news_answer_stands_where_it_is_said_to() -> None:
    held_out = (news.TUNE, news.TEST, news.NATURAL_TUNE, news.NATURAL_TEST)
    files = [list(read_news(path)) for path in (*news.FOR_TRAINING, *held_out)]
    assert list(map(len, files)) == [13_310, 25_719, 23_220, 24_973, 13_200, 3_264, 2_000, 600, 600]
    for _, text, _, answers in (question for questions in files for question in questions):
        for start, answer in answers:
            assert text[start : start + len(answer)] == answer


def test_nothing_that_is_measured_with_was_trained_on() -> None:
    """Nine words in a row may be shared by chance; a text told again shares dozens of them."""

    def word_runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[n : n + 9]) for n in range(len(words) - 8)}

    def texts(path: Path) -> list[str]:
        return list(dict.fromkeys(text for _, text, *_ in read_news(path)))

    trained = [text for path in news.FOR_TRAINING for text in texts(path)]
    for line in news.CLAIMS.read_text(encoding="utf-8").splitlines():
        passage = json.loads(line)
        trained += [passage["text"], *passage["supported"], *(claim for _, claim in passage["unsupported"])]
    known = set().union(*map(word_runs, trained))
    assert len(known) > 900_000
    for held_out in (news.TUNE, news.TEST, news.NATURAL_TUNE, news.NATURAL_TEST):
        assert max(len(word_runs(text) & known) for text in texts(held_out)) <= 3


def test_claims_are_made_of_passages_of_the_other_training_files() -> None:
    of_title: dict[str, str] = {}
    for path in news.FOR_TRAINING:
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            of_title[told["title"]] = of_title.get(told["title"], "") + told["text"] + "\n\n"
    passages = [json.loads(line) for line in news.CLAIMS.read_text(encoding="utf-8").splitlines()]
    assert len(passages) == 2_700
    assert {(len(passage["supported"]), len(passage["unsupported"])) for passage in passages} == {(5, 5)}
    assert all(passage["text"] in of_title[passage["title"]] for passage in passages)
    assert len({kind for passage in passages for kind, _ in passage["unsupported"]}) == 14


def test_what_is_trained_on_leaves_out_the_titles_of_tune_and_test(tmp_path: Path) -> None:
    titles = ["Zephyr_Bridge", "Comet_Marlow"]
    for folder in ("squad", "squadshifts"):
        (tmp_path / folder).mkdir()
    for name in ("dev-v1.1", "dev-v2.0"):
        shutil.copy(squad_file(tmp_path), tmp_path / "squad" / f"{name}.json")
    (tmp_path / "squad" / "split.json").write_text(json.dumps({"train": titles[:1], "tune": [], "test": titles[1:]}))
    nothing = json.dumps({"data": []})
    for name in ("new_wiki", "reddit", "amazon_reviews"):
        (tmp_path / "squadshifts" / f"{name}_v1.0.json").write_text(nothing)
    (tmp_path / "news.jsonl").write_text(news_line(1))
    read = partial(training_examples, tmp_path, random.Random(0), shifts={"reddit": 0, "amazon_reviews": 0})
    assert {e.passage for e in read(news=[])} == {BRIDGE}
    assert {e.question.rstrip("?") for e in read(news=[])} == {"Who cut the ribbon", "Who fell into the river"}
    assert "who led the crew" in {e.question for e in read(news=[tmp_path / "news.jsonl"])}


def test_examples_are_in_their_file_as_they_were_made(tmp_path: Path) -> None:
    made = examples(list(read_squad(squad_file(tmp_path))), random.Random(0))
    save(made, tmp_path / "examples.jsonl")
    assert sorted(map(repr, load(tmp_path / "examples.jsonl"))) == sorted(map(repr, made))


def test_only_the_titles_asked_for_are_read(tmp_path: Path) -> None:
    titles = {title for title, *_ in read_squad(squad_file(tmp_path), frozenset({"Comet_Marlow"}))}
    assert titles == {"Comet Marlow"}


def test_an_example_points_at_the_answer_that_most_people_gave(tmp_path: Path) -> None:
    made = examples(list(read_squad(squad_file(tmp_path))), random.Random(0))
    assert made == [
        Example("Who cut the ribbon?", "Zephyr Bridge", BRIDGE, (40, 49)),
        Example("Who fell into the river?", "Zephyr Bridge", BRIDGE, None),
        Example("When is it expected back?", "Comet Marlow", COMET, (60, 64)),
    ]
    assert BRIDGE[40:49] == "Ada Quill"


@pytest.mark.parametrize("answered", [True, False])
def test_every_piece_of_a_long_paragraph_is_asked_as_the_index_divides_it(answered: bool) -> None:
    sentences = [f"Sentence number {n} tells nothing of interest to anybody here." for n in range(45)]
    paragraph = " ".join(sentences)
    start = paragraph.index("number 25")
    asked: Question = ("Title", paragraph, "Which one?", [(start, "number 25")] if answered else [])
    made = examples([asked], random.Random(0))
    assert [example.passage for example in made] == [paragraph[s:e] for s, e in passage_spans(paragraph)]
    told = [example.passage[slice(*example.answer)] for example in made if example.answer]
    assert told == ["number 25"] * answered


def test_a_piece_with_the_answers_words_in_another_place_is_not_taken_for_one_without_an_answer() -> None:
    again = " ".join(
        [BRIDGE, *(f"Sentence number {n} tells nothing of interest." for n in range(40)), "Ada Quill left."]
    )
    made = examples([("Bridge", again, "Who cut the ribbon?", [(40, "Ada Quill")])], random.Random(0))
    assert len(made) == len(passage_spans(again)) - 1
    assert not any("Ada Quill" in example.passage for example in made if not example.answer)


def test_of_the_questions_that_name_a_year_half_are_asked_of_another_year_without_an_answer() -> None:
    asked: Question = ("Bridge", BRIDGE, "Who cut the ribbon in 2023?", [(40, "Ada Quill")])
    made = [examples([asked], random.Random(seed))[1:] for seed in range(100)]
    others = [other for more in made for other in more]
    assert 35 < len(others) < 65
    for other in others:
        assert (other.passage, other.answer) == (BRIDGE, None)
        assert other.question != asked[2]
        assert other.question.startswith("Who cut the ribbon in 20")


def test_of_the_questions_for_one_fact_a_few_are_taken_and_all_without_an_answer() -> None:
    ribbon: list[Question] = [("Bridge", BRIDGE, f"Who cut it? {n}", [(40, "Ada Quill")]) for n in range(5)]
    others: list[Question] = [("Bridge", BRIDGE, "When was it opened?", [(28, "2023")])]
    unanswered: list[Question] = [("Bridge", BRIDGE, f"Who fell? {n}", []) for n in range(3)]
    chosen = few_a_fact([*ribbon, *others, *unanswered], 2, random.Random(0))
    assert len(set(map(str, chosen))) == len(chosen) == 6
    assert sum(question in ribbon for question in chosen) == 2
    assert all(question in chosen for question in (*others, *unanswered))


def test_only_a_question_that_names_one_year_has_another() -> None:
    rng = random.Random(0)
    years = {of_another_year("who won in 2013", "In 2009 Quill won.", rng) for _ in range(500)}
    assert years == {f"who won in {year}" for year in range(2004, 2023) if year not in (2009, 2013)}
    assert of_another_year("Who won?", "", rng) is None
    assert of_another_year("Who won in 2013 and 2014?", "", rng) is None
    assert of_another_year("Who paid 2013000 crowns?", "", rng) is None


def test_every_question_is_asked_of_the_wrong_passages_that_look_most_right() -> None:
    questions: list[Question] = [
        ("Bridge", BRIDGE, "Who cut the ribbon before the comet came?", [(40, "Ada Quill")]),
        ("Comet", COMET, "When is the comet expected back over the bridge?", [(60, "2091")]),
        ("Comet", COMET, "Who saw the comet from the bridge?", []),
    ]
    right, wrong = (examples(questions, random.Random(0), wrong=n) for n in (0, 1))
    assert [example.answer for example in right] == [(40, 49), (60, 64), None]
    assert wrong[:3] == right
    assert [(example.passage, example.answer) for example in wrong[3:]] == [
        (COMET, None),
        (BRIDGE, None),
        (BRIDGE, None),
    ]


@pytest.mark.parametrize("head", ["", "Oldport"])
def test_a_wrong_passage_may_have_the_same_heading_and_is_never_of_the_own_text(head: str) -> None:
    other = "The old bridge of Oldport was closed in 1999."
    long = " ".join([BRIDGE, *(f"The bridge of Oldport has a sentence number {n}." for n in range(40))])
    questions: list[Question] = [
        (head, long, f"Who cut the ribbon of the bridge? {n}", [(40, "Ada Quill")]) for n in range(30)
    ]
    made = examples([*questions, (head, other, "Who closed the bridge?", [])], random.Random(0))
    asked_elsewhere = [e.passage for e in made if e.passage not in long and e.question != "Who closed the bridge?"]
    assert asked_elsewhere == [other] * 30


def test_a_wrong_passage_does_not_hold_the_answer() -> None:
    other = "Mayor Ada Quill of the ribbon makers opened a shop."
    questions: list[Question] = [
        ("Bridge", BRIDGE, "Who cut the ribbon?", [(40, "Ada Quill")]),
        ("Shop", other, "What was opened?", [(other.index("shop"), "shop")]),
    ]
    made = examples(questions, random.Random(0))
    assert [example.passage for example in made if example.question == "Who cut the ribbon?"] == [BRIDGE]


def test_questions_are_at_times_typed_without_question_mark_and_read_without_heading() -> None:
    rng = random.Random(0)
    example = Example("Who cut the ribbon?", "Zephyr Bridge", BRIDGE, (40, 49))
    typed = [as_typed(example, rng) for _ in range(1000)]
    assert {(e.question, e.heading) for e in typed} == {
        (question, heading)
        for question in ("Who cut the ribbon?", "Who cut the ribbon")
        for heading in ("Zephyr Bridge", "")
    }
    assert {(e.passage, e.answer) for e in typed} == {(BRIDGE, (40, 49))}
    assert 110 < sum(not e.heading for e in typed) < 190  # three in twenty


@pytest.mark.parametrize("heading", ["", "Zephyr Bridge", "Ada Quill 🎉"])
def test_targets_are_the_first_and_the_last_token_of_the_answer(heading: str) -> None:
    batch = [
        Example("Who cut the ribbon?", heading, BRIDGE, (40, 49)),
        Example("How many came?", heading, BRIDGE, (BRIDGE.index("3,000"), BRIDGE.index("3,000") + 5)),
        Example("Who fell into the river?", heading, BRIDGE, None),
    ]
    reader = SpanNetwork()
    tokens = reader.encode([e.question for e in batch], [f"{e.heading}\n{e.passage}" for e in batch])
    starts, ends = targets(tokens, batch)
    words = [
        reader.tokenizer.pairs.decode(ids[start : end + 1].tolist(), skip_special_tokens=False)
        for ids, start, end in zip(tokens["input_ids"], starts, ends, strict=True)
    ]
    assert words == ["ada quill", "3, 000", "[CLS]"]


def test_an_answer_behind_the_readers_window_has_no_target() -> None:
    passage = "word " * 400 + "Ada Quill"
    batch = [Example("Who?", "Title", passage, (2000, 2009))]
    tokens = SpanNetwork().encode(["Who?"], [f"Title\n{passage}"])
    assert [int(target) for target in targets(tokens, batch)] == [0, 0]


def test_a_few_steps_on_a_few_examples_lower_their_loss_and_leave_the_word_embeddings(run: Path) -> None:
    batch = tiny_set()
    before, after = SpanNetwork().eval(), SpanNetwork().eval()
    fit(SpanNetwork, batch, run, epochs=6)
    after.restore(run / "weights.safetensors")
    torch.nn.init.zeros_(before.head.weight)  # every token as likely as any other
    torch.nn.init.zeros_(before.head.bias)
    with torch.no_grad():
        encoded = encode(before, batch)
        assert Lesson(after)(encoded).item() < 0.8 * Lesson(before)(encoded).item()
    assert not any(name.startswith("encoder.embeddings.") for name in load_file(run / "weights.safetensors"))


def test_a_run_that_goes_on_from_a_checkpoint_ends_as_an_undisturbed_one(run: Path) -> None:
    weights = run / "weights.safetensors"
    fit(SpanNetwork, tiny_set(), run, epochs=3, checkpoint_steps=2)
    undisturbed = load_file(weights)
    weights.unlink()
    fit(SpanNetwork, tiny_set(), run, epochs=3, checkpoint_steps=2)  # the checkpoint is of step 2 of 3
    resumed = load_file(weights)
    with safe_open(run / "checkpoint.safetensors", "pt") as checkpoint:
        assert checkpoint.metadata()["step"] == "2"
    assert resumed.keys() == undisturbed.keys()
    for name, value in undisturbed.items():
        assert torch.equal(value, resumed[name]), name


def test_a_run_does_not_go_on_from_the_checkpoint_of_another_training(run: Path, tmp_path: Path) -> None:
    start, teacher = tmp_path / "start.safetensors", SpanNetwork()
    SpanNetwork().save(start)
    again = partial(fit, SpanNetwork, tiny_set(), run, start=start, checkpoint_steps=1)
    again(epochs=1, teacher=teacher)
    with pytest.raises(ValueError, match=r"other examples, options or weights\. Give another folder"):
        again(epochs=2, teacher=teacher)
    with pytest.raises(ValueError, match="Give another folder"):
        again(epochs=1, teacher=SpanNetwork())  # another head
    SpanNetwork().save(start)
    with pytest.raises(ValueError, match="Give another folder"):
        again(epochs=1, teacher=teacher)
    start.unlink()


def test_training_begins_with_the_weights_it_is_given(run: Path, tmp_path: Path) -> None:
    begun = SpanNetwork()
    begun.save(tmp_path / "start.safetensors")
    fit(SpanNetwork, tiny_set(), run, epochs=1, rate=0, start=tmp_path / "start.safetensors", batch=2, dropout=False)
    for name, value in load_file(run / "weights.safetensors").items():
        assert torch.equal(value, begun.trainable_state()[name].to(torch.bfloat16)), name
    (tmp_path / "start.safetensors").unlink()


def larger_model(folder: Path, *, without: str = "") -> Path:
    """A network of another kind, its word pieces in another order, with marks of its own."""
    from transformers import MPNetConfig, MPNetModel, MPNetTokenizer

    pieces = [piece for piece in SpanNetwork().tokenizer.pairs.get_vocab() if piece != without]
    vocabulary = {piece: n for n, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *reversed(pieces)])}
    config = MPNetConfig(
        vocab_size=len(vocabulary), hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24
    )
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    MPNetTokenizer(vocab=vocabulary).save_pretrained(folder)
    return folder


def test_a_teacher_reads_the_readers_tokens_under_its_own_numbers(tmp_path: Path) -> None:
    folder = larger_model(tmp_path / "model")
    teacher = Teacher(folder).eval()
    encoded = encode(teacher, tiny_set()[:1])
    numbers = teacher.get_buffer("_numbers")[encoded["input_ids"]]
    pieces = {number: piece for piece, number in AutoTokenizer.from_pretrained(folder).get_vocab().items()}
    told = [pieces[int(number)] for number in numbers[0]]
    names = {number: piece for piece, number in teacher.tokenizer.pairs.get_vocab().items()}
    ours = [names[int(number)] for number in encoded["input_ids"][0]]
    marks = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}
    assert told == [marks.get(piece, piece) for piece in ours]


def test_a_teacher_with_other_word_pieces_is_refused(tmp_path: Path) -> None:
    folder = larger_model(tmp_path / "model", without="bridge")
    with pytest.raises(ValueError, match=r"lacks 1 of the reader's word pieces, such as \['bridge'\]"):
        Teacher(folder)


def test_what_a_teacher_says_is_learnt_with_the_answers(run: Path) -> None:
    teacher, reader = SpanNetwork().eval(), SpanNetwork().eval()
    torch.nn.init.zeros_(teacher.head.weight)
    teacher.head.bias.data.zero_()
    encoded = encode(reader, tiny_set())
    widths = torch.eye(teacher.head.in_features)

    def distance(taught: SpanNetwork, teacher: SpanNetwork) -> float:
        lesson = Lesson(taught, teacher).eval()
        lesson.widened.weight.data.copy_(widths)
        torch.manual_seed(3)
        with torch.no_grad():
            return float(lesson(encoded))

    torch.nn.init.normal_(reader.head.weight)  # strong opinions
    before = distance(reader, teacher)
    torch.nn.init.zeros_(reader.head.weight)
    reader.head.bias.data.zero_()
    assert distance(reader, teacher) < before  # it says what the teacher says
    fitted = fit(SpanNetwork, tiny_set(), run, epochs=4, rate=1e-3, teacher=teacher, dropout=False)
    with torch.no_grad():
        start, _ = fitted(*(encoded[name] for name in ("input_ids", "attention_mask", "token_type_ids")))
    assert start[encoded["attention_mask"] == 1].abs().max() < 2  # an even opinion, as the teacher's
    assert not any("widened" in name for name in load_file(run / "weights.safetensors"))


def test_varied_examples_have_other_words_in_some_questions_and_other_orders_of_some_sentences() -> None:
    network = SpanNetwork()
    batch = encode(network, tiny_set() * 50)
    torch.manual_seed(5)
    other, certain = varied(batch)

    def words(ids: torch.Tensor) -> str:
        return str(network.tokenizer.pairs.decode(ids[ids != 0].tolist(), skip_special_tokens=False))

    before, after = ([words(ids) for ids in given["input_ids"]] for given in (batch, other))
    asked = [(a.split("[SEP]")[0], b.split("[SEP]")[0]) for a, b in zip(before, after, strict=True)]
    swapped = sum(a != b for a, b in asked)
    assert 15 < swapped <= 45  # a fifth of 200, some by the same word
    assert swapped <= int((~certain).sum()) <= 45
    moved = [(a, b) for a, b in zip(before, after, strict=True) if a.split("[SEP]")[1] != b.split("[SEP]")[1]]
    assert 20 < len(moved) < 90  # in half of the cases three in ten keep their order by chance
    for a, b in moved:
        assert sorted(a.split("[SEP]")[1].split()) == sorted(b.split("[SEP]")[1].split())
    for n in certain.nonzero().flatten():
        answers = [words(given["input_ids"][n, given["starts"][n] : given["ends"][n] + 1]) for given in (batch, other)]
        assert answers[0] == answers[1]


def test_the_command_writes_the_examples_of_news_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news.jsonl").write_text("\n".join(news_line(n) for n in range(4)))
    call = ["data", "--news", str(tmp_path / "news.jsonl"), "--out", str(tmp_path / "out.jsonl"), "--wrong", "1"]
    monkeypatch.setattr("sys.argv", call)
    data.main()
    assert Counter(e.answer is not None for e in load(tmp_path / "out.jsonl")) == {True: 4, False: 8}


def test_examples_of_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["data", "--out", str(tmp_path / "out.jsonl")])
    with pytest.raises(SystemExit):
        data.main()
    assert "give --data, --news, or both" in capsys.readouterr().err


def test_the_news_questions_that_a_library_is_asked_stand_alone_and_name_their_text() -> None:
    tune, test = news.questions(news.TUNE), news.questions(news.TEST)
    assert (len(tune), len(test)) == (3_264 - 88 * 11, 2_000)
    assert len({q.id for q in tune}) == len(tune)
    assert {bool(q.answers) for q in test} == {True, False}
    assert all(len(q.articles) == 1 for q in tune + test)
    assert not {q.articles for q in tune} & {q.articles for q in test}


def tiny_set() -> list[Example]:
    """One batch."""
    return [
        Example("Who cut the ribbon?", "Bridge", BRIDGE, (40, 49)),
        Example("When did the bridge open?", "Bridge", BRIDGE, (28, 32)),
        Example("When is the comet expected back?", "Comet", COMET, (60, 64)),
        Example("Who fell into the river?", "Bridge", BRIDGE, None),
    ]
