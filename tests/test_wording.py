"""How texts are compared word by word: what stands near what."""

import random
from itertools import product

from assistant.wording import Wording


def test_two_words_are_as_far_apart_as_where_they_are_nearest() -> None:
    chance = random.Random(7)
    for _ in range(200):
        words = chance.choices(["tide", "moon", "sand"], k=chance.randint(1, 12))
        wording = Wording(" ".join(words))
        for one, other in product(["tide", "moon", "sand"], repeat=2):
            pairs = [(a, b) for a, b in product(range(len(words)), repeat=2) if (words[a], words[b]) == (one, other)]
            assert wording.distance(one, other) == min((abs(a - b) for a, b in pairs), default=1_000)


def test_words_that_stand_there_ever_so_often_have_a_distance_all_the_same() -> None:
    often = 30_000  # 900 million pairs
    assert Wording("tide " * often + "of the " + "moon " * often).distance("tide", "moon") == 3
