"""Whether a GPU embeds here."""

from functools import cache
from pathlib import Path

DRIVER = Path("/dev/nvidiactl")


@cache
def has_gpu() -> bool:
    """Whether there is one that torch, as it is installed, can use. torch is imported only where there is a driver."""
    if not DRIVER.exists():
        return False
    import torch

    return bool(torch.cuda.is_available())
