"""How wrong answers may be → how probable the first sentence must be for there to be an answer.

"At most one in ten wrong" is about all answers given, of which most are far more probable than the least probable
one, so the threshold is well under 0.9. What share is wrong depends on what is asked: here it is that of news questions
of which a quarter have no answer and are near misses. Where hardly any question is without one, fewer are wrong.
"""

from itertools import pairwise

SHARE_WRONG = (
    *((0.0, 0.36), (0.1, 0.155), (0.15, 0.15), (0.2, 0.125), (0.25, 0.1)),
    *((0.3, 0.095), (0.35, 0.09), (0.4, 0.08), (0.5, 0.06)),
)
"""(least probability, share of the answers given from it on whose most probable sentence is wrong), on news questions
of `bench/news/tune.jsonl`, as `python -m bench.calibrate` prints them."""
DEFAULT_MAX_WRONG = 0.1
LEAST_MAX_WRONG = min(share for _, share in SHARE_WRONG)
"""The least that was measured; what makes still fewer wrong is not known."""


def least_probability(max_wrong: float) -> float:
    """The first from which on so few are wrong, between the measured points in a straight line; 0, so that nothing is
    refused, from the first share on. Raises ValueError under `LEAST_MAX_WRONG`."""
    if max_wrong >= SHARE_WRONG[0][1]:
        return 0.0
    for (low, more), (high, less) in pairwise(SHARE_WRONG):
        if less <= max_wrong:
            return high - (high - low) * (max_wrong - less) / (more - less)
    raise ValueError(
        f"max_wrong is {max_wrong}; expected {LEAST_MAX_WRONG} to 1: from what probability on fewer are wrong was not "
        "measured."
    )
