"""Files and pasted fields in, articles out. One module per format; `formats` picks it by suffix.

`read_item` never raises for bad data: what cannot be read comes out as an `ItemError` beside the
articles that can.
"""

from index.ingest.fields import article_from_fields
from index.ingest.formats import SUFFIXES, read_item

__all__ = ["SUFFIXES", "article_from_fields", "read_item"]
