"""What glibc has to be told about memory by a process that runs for weeks. Without glibc this does nothing.

It gives every thread that allocates a pool of its own, up to eight a processor, and keeps in each what was freed
there. Every rebuild has threads of its own, so that memory grew by 3 MB with each of the first fifty; with two pools
for all it stays where it was (`python -m pytest tests/attack/test_soak.py`). And after one large file it keeps 100 MB.
"""

import ctypes

POOLS = 2
_M_ARENA_MAX = -8  # of malloc.h


def share_pools() -> None:
    """To be called early: pools that are there stay."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, POOLS)


def give_back() -> None:
    """What was freed, to the system. To be called after work that took much, not often: it goes through all pools."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
