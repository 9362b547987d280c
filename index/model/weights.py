"""A model's weights as bytes that have the SHA-256 they should have.

They are read once, so that what was checked is what is used, whatever becomes of the file meanwhile: a library that is
given the path maps the file and reads it when it is needed. safetensors hold numbers and run nothing, but a model with
other numbers answers otherwise, and nothing else would tell.
"""

import hashlib
from pathlib import Path

from index.errors import ModelFault


def verified(weights: Path, sha256: str, way_out: str) -> bytes:
    """What the file holds. Raises ModelFault, which ends with `way_out`, where it is something else."""
    try:
        data = weights.read_bytes()
    except OSError as error:
        raise ModelFault(f"A model's weights cannot be read ({error}). {way_out}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelFault(f"{weights} has SHA-256 {found}, expected {sha256}. {way_out}")
    return data
