"""One thing about memory that a process which runs for weeks has to be told.

glibc gives every thread that allocates a pool of its own, up to eight a processor, and keeps in each what was freed
there. Every rebuild has threads of its own, so that memory grew by 3 MB with each of the first fifty; with two pools
for all it stays where it was (`python -m pytest tests/attack/test_soak.py`).
"""

import ctypes

POOLS = 2
_M_ARENA_MAX = -8  # of malloc.h


def share_pools() -> None:
    """To be called early: pools that are there stay. Without glibc it does nothing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, POOLS)
