"""English words that have a place or a value: months, weekdays and numbers, each list kept once."""

MONTHS = tuple("January February March April May June July August September October November December".split())
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
"""In the order of `date.weekday`."""
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBERS = {word: n for n, word in enumerate(_ONES.split())} | {
    word: n for n, word in zip(range(20, 100, 10), _TENS.split(), strict=True)
}
"""Words of one piece → their values."""
