"""The span reader itself: its weights, and what it says of a batch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from assistant.reader.heading import heading
from assistant.reader.model import WEIGHTS, SpanReader, trained_reader
from assistant.reader.network import SpanNetwork
from assistant.reader.tokens import MAX_QUESTION_TOKENS, MAX_TOKENS

QUESTION = "Who opened the bridge?"
PASSAGES = [
    ("Ada Quill opens the bridge", "The mayor opened it on Friday."),
    ("", "The mayor opened it on Friday before 3,000 visitors, and it cost 90 million crowns."),
    ("Bridge 🎉", "🎉 “It is open”, she said.\n\nThe mayor cut the ribbon."),
]


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return trained_reader()


def test_the_shipped_weights_are_small_and_hold_no_word_embeddings() -> None:
    assert WEIGHTS.stat().st_size <= 25_000_000
    state = load_file(WEIGHTS)
    assert {name.split(".")[0] for name in state} == {"layer", "head"}
    assert {str(v.dtype) for name, v in state.items() if name.startswith("layer") and v.ndim == 2} == {"int8"}


def test_what_is_exported_says_what_the_network_says(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = SpanNetwork().eval()
    network.export(tmp_path / "weights.safetensors")
    said = SpanReader(tmp_path / "weights.safetensors", None).read(QUESTION, PASSAGES)
    batch = network.encode([QUESTION] * len(PASSAGES), [f"{head}\n{text}" for head, text in PASSAGES])
    with torch.inference_mode():
        starts, ends = network(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
    for n, (head, _) in enumerate(PASSAGES):
        offsets = batch["offsets"][n].numpy() - len(head) - 1
        inside = (batch["token_type_ids"][n].numpy() == 1) & (offsets[:, 0] >= 0) & (offsets[:, 1] > offsets[:, 0])
        np.testing.assert_array_equal(said[n].offsets, offsets[inside])
        for ours, theirs in ((said[n].start, starts[n]), (said[n].end, ends[n])):
            assert np.corrcoef(ours, theirs.numpy()[inside])[0, 1] > 0.95  # a new head says little
        assert said[n].none == pytest.approx(float(starts[n][0] + ends[n][0]), abs=0.2)


def test_weights_that_lack_something_are_refused(tmp_path: Path) -> None:
    state = load_file(WEIGHTS)
    del state["layer.3.up.scale"]
    save_file(state, tmp_path / "weights.safetensors")
    with pytest.raises(ValueError, match=r"does not fit the reader: 'layer\.3\.up\.scale' is missing"):
        SpanReader(tmp_path / "weights.safetensors", None)


def test_there_is_a_start_and_an_end_for_each_token_of_the_passage_and_for_none_of_the_heading(
    reader: SpanReader,
) -> None:
    for (_, text), seen in zip(PASSAGES, reader.read(QUESTION, PASSAGES), strict=True):
        assert len(seen.start) == len(seen.end) == len(seen.offsets)
        tokens = [text[start:end] for start, end in seen.offsets]
        assert "".join(tokens) == "".join(text.split())  # every character, but for blanks, and no other


def test_an_answer_never_begins_in_the_heading(reader: SpanReader) -> None:
    title, text = "Ada Quill opened the bridge", "Somebody opened it."
    (seen,) = reader.read(QUESTION, [(title, text)])
    assert [text[start:end] for start, end in seen.offsets] == ["Somebody", "opened", "it", "."]


def test_a_batch_gives_what_one_by_one_gives(reader: SpanReader) -> None:
    together = reader.read(QUESTION, PASSAGES)
    for passage, seen in zip(PASSAGES, together, strict=True):
        (alone,) = reader.read(QUESTION, [passage])
        np.testing.assert_array_equal(alone.offsets, seen.offsets)
        np.testing.assert_array_equal(alone.start, seen.start)
        np.testing.assert_array_equal(alone.end, seen.end)
        assert alone.none == seen.none


def test_a_long_passage_loses_its_end_and_a_long_question_its_own(reader: SpanReader) -> None:
    text = "word " * 500
    (seen,) = reader.read(QUESTION, [("Title", text)])
    # [CLS] who opened the bridge ? [SEP] title … [SEP]: nine tokens are not of the passage
    assert len(seen.offsets) == MAX_TOKENS - 9
    (seen,) = reader.read("why " * 500, [("Title", text)])
    assert len(seen.offsets) == MAX_TOKENS - MAX_QUESTION_TOKENS - 4


AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
import torch
from assistant.reader.model import trained_reader
from index.model.builtin import BuiltinEmbedder, builtin_folder
from index.model.sentence_transformer import SentenceTransformerEmbedder
with ThreadPoolExecutor(6) as threads:
    models = [BuiltinEmbedder(), BuiltinEmbedder(), *[SentenceTransformerEmbedder(str(builtin_folder())) for _ in "ab"]]
    embedded = [threads.submit(model.embed, ["It opened."]) for model in models]
    readers = [threads.submit(trained_reader) for _ in range(2)]
assert [vectors.result().shape for vectors in embedded] == [(1, 384)] * 4
one, other = (reader.result() for reader in readers)
assert one is other
assert torch.get_default_dtype() == torch.float32
"""


def test_models_that_threads_ask_for_at_once_are_loaded_one_after_another() -> None:
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", AT_ONCE], cwd=root, timeout=300, check=True)


def test_a_heading_is_the_title_and_the_day_in_words() -> None:
    assert heading("Bridge opens", "2023-11-04T08:00:00+01:00") == "Bridge opens (November 4, 2023)"
    assert heading("Bridge opens", None) == "Bridge opens"
    assert heading("word " * 400, "2023-11-04") == ("word " * 30) + " (November 4, 2023)"
