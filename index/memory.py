"""Memory that was freed, given back to the system: glibc keeps it for itself, which after one large file is 100 MB."""

import ctypes


def give_back() -> None:
    """To be called after work that took much, not often: it goes through all pools. Without glibc it does nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
