"""How long a question may be, how many passages it may ask for, how large a request may be.

One place for the command line, the application and the server under it, so that all say the same.
Imports nothing, so that the command line can check its words before a library is loaded.
"""

MAX_QUESTION_CHARS = 2_000
DEFAULT_HITS = 10
MAX_TOP_K = 50
MAX_JSON_BYTES = 1_000_000
FORM_BYTES = 65_536
"""What a form adds around its files, at most."""


def too_large(max_bytes: int) -> str:
    """What is said of a body that is larger than `max_bytes`."""
    if max_bytes <= MAX_JSON_BYTES:
        return f"The body is too large: at most {max_bytes:,} bytes are taken here."
    most = (max_bytes - FORM_BYTES) // 1024**2
    return f"This is too large: at most {most} MB are taken at once (ASSISTANT_MAX_UPLOAD_MB). Send less."
