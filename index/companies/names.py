"""Names of companies as they are written: with and without a legal form, accents, "&" for "and"."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
LEGAL = (
    r"(?:Inc|Incorporated|Corp|Corporation|Ltd|Limited|PLC|Plc|plc|LLC|S\.A|SA|SE|AG|KGaA|N\.V|NV|S\.p\.A|SpA|AB|ASA|A/S"
    r"|Oyj|Bhd)"
)
"""What stands behind the name of a company and of nothing else; a full stop may follow."""
_LEGAL_SUFFIX = re.compile(rf"(?:,? (?:& )?(?:{LEGAL}|Co)\.?)+$")
_SUFFIXES = re.compile(rf"(?:,? (?:& |and )?(?:{LEGAL}|Co|Company|Companies|Holdings?|Group)\.?)+$", re.IGNORECASE)
_SAME_LENGTH = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\n": " ", "\u2011": "-"})


def plain(text: str) -> str:
    """`text` in as many characters, with one form of apostrophe, hyphen and blank."""
    return text.translate(_SAME_LENGTH)


def without_legal_form(name: str) -> str:
    """ "Kestrel Freight" for "Kestrel Freight, Inc."."""
    return _LEGAL_SUFFIX.sub("", name) or name


def in_short(name: str) -> str:
    """ "Kestrel Freight" for "Kestrel Freight Group", too."""
    return _SUFFIXES.sub("", name) or name


def name_key(name: str) -> str:
    """What two ways of writing one name have in common."""
    return in_short(" ".join(_unaccented(plain(name)).split()).replace("&", "and")).casefold()


def variants(name: str) -> set[str]:
    """The ways in which texts write it, as `plain` gives them."""
    both = {plain(name), plain(_unaccented(name))}
    return both | {one.replace(" & ", " and ") for one in both} | {one.replace(" and ", " & ") for one in both}


def _unaccented(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
