"""Question and passage → the reader's tokens: [CLS] question [SEP] heading newline passage [SEP]."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Encoding, Tokenizer

MAX_TOKENS = 256
"""Question, heading and passage together; what is longer loses the end of the passage."""
MAX_QUESTION_TOKENS = 96


class PairTokenizer:
    """The built-in model's word pieces. Any thread may call."""

    def __init__(self, folder: Path) -> None:
        """`folder`: of the built-in model."""
        self.pairs = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.pairs.no_padding()
        self.pairs.enable_truncation(MAX_TOKENS, strategy="only_second")
        # another one, since to change how a shared one cuts is not for threads
        self._questions = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._questions.no_padding()
        self._questions.enable_truncation(MAX_QUESTION_TOKENS)

    def fits(self, question: str) -> bool:
        """Whether `encode` takes all of it."""
        return not self._questions.encode(question, add_special_tokens=False).overflowing

    def knows(self, word: str) -> bool:
        """Whether `word`, in small letters, is one piece of the vocabulary."""
        return self.pairs.token_to_id(word) is not None

    def encode(self, questions: Sequence[str], passages: Sequence[str]) -> list[Encoding]:
        """Unpadded. Passages are cut to fit, questions only when very long."""
        asked = self._questions.encode_batch(list(questions), add_special_tokens=False)
        return list(
            self.pairs.encode_batch(
                [
                    (question[: one.offsets[-1][1]] if one.overflowing else question, passage)
                    for question, one, passage in zip(questions, asked, passages, strict=True)
                ]
            )
        )
