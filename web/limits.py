"""How long a question may be and how many passages it may ask for: one limit for the command line and HTTP.

Imports nothing, so that the command line can check its words before a library is loaded.
"""

MAX_QUESTION_CHARS = 2_000
DEFAULT_HITS = 10
MAX_TOP_K = 50
