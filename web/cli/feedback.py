"""`assistant feedback`: the rated answers, as the question set that `assistant eval` runs."""

import sys
from argparse import Namespace
from contextlib import closing

from web.conversations.feedback import Feedback, json_lines
from web.opened import open_library
from web.settings import Settings


def feedback(_args: Namespace, settings: Settings) -> int:
    with closing(open_library(settings)) as library:
        lines = Feedback(library.database).questions(library.revision)
    print(json_lines(lines), end="")
    skipped = sum("skip" in line for line in lines)
    print(f"Rated answers: {len(lines):,}, of which eval asks {len(lines) - skipped:,}.", file=sys.stderr)
    return 0
