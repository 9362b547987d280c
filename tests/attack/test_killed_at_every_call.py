"""SIGKILL before every call by which an ingest, a rebuild and an upload change what is on the disk, then started anew.

An upload is acknowledged when its job is stored, and so are those of the API.
"""

import signal

from attack_fixtures import Measured, Size
from disturbed_work import WORKS, bench
from traced import spread


def test_an_ingest_a_rebuild_and_an_upload_killed_at_any_of_their_calls_lose_and_double_nothing(
    size: Size, measured: Measured
) -> None:
    with bench() as made:
        figures, slowest, kills = [], 0.0, 0
        for work in WORKS:
            calls = made.tracer.calls(work, made.fresh())
            for call in spread(calls, size(len(calls))):
                outcome = made.disturbed(work, call, "signal=KILL")
                killed = outcome.status == -signal.SIGKILL
                # threads of the word index share their work out anew in each run: one may not come to so many calls
                assert killed or call.in_any, (work, call, outcome)
                kills += killed
                try:
                    slowest = max(slowest, made.check(work, outcome))
                except AssertionError as error:
                    raise AssertionError(f"{work} killed at {call}: {outcome}") from error
            figures.append(f"{len(calls)} of {work}")
        assert slowest < 10
    measured(
        "SIGKILL at every write, fsync, rename, unlink and truncate",
        f"{kills:,} kills ({', '.join(figures)} calls in all): nothing acknowledged lost or doubled, no repair, "
        f"answered {slowest:.1f} s after the start at most",
    )
