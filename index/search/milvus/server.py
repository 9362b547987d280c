"""A Milvus server: collections of passages, and what goes in and comes out.

A collection has a row a passage. `born` and `died` say in which states of the corpus it is shown, so that a collection
can grow while it is searched: who searches in state n sees what was born by then and died later.

Words are stemmed here (`index.text.words`), and the server's analyzer only parts them: so both engines know the same
words, and Milvus Lite, which has no stemmer, finds what Milvus does.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StorageFault
from index.model.embed import Vectors
from index.search.vectors import Rows as Numbers

ALIVE = 2**62
"""`died` of what is there."""
MARKS_ROW = 0
"""The one that is no passage."""
MAX_BYTES = 65_535
"""Of a text in Milvus."""
CALL_SECONDS = 10.0
WRITE_SECONDS = 120.0
ROWS_AT_ONCE = 500
MOST_FOUND = 16_384
"""Rows that one call may give."""
NO_SUCH = (4, 100)
"""What a server says of a collection that is not there."""
NOT_LOADED = 101
"""What a server says of a collection that it has not in memory, as Milvus Lite after a restart."""
GRPC = {
    # every client its own connection, which is tried again soon after the server is back, and never by way of a proxy
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.enable_http_proxy": 0,
}

Row = dict[str, Any]
"""Values by field."""
Hits = tuple[list[Row], NDArray[np.float32]]
"""Rows, with their number as `pk`, and their scores."""
PLACE = ("article_id", "revision", "start", "end")
"""The fields that say which passage it is."""
TEXTS = {"article_id": 512, "revision": 64, "source": 4_096, "author": 4_096, "words": MAX_BYTES}
"""Bytes that each may have."""
NUMBERS = ("start", "end", "day", "born", "died")
"""day: as `date.toordinal` counts, 0 where it is not known."""


class Server:
    """Any thread may call. Everything raises StorageFault where the server cannot be reached, or refuses."""

    def __init__(self, address: str) -> None:
        """Connects with the first call."""
        if find_spec("pymilvus") is None:
            raise StorageFault("Milvus needs its client: pip install pymilvus.")
        self.address = address

    @cached_property
    def _client(self) -> Any:
        from pymilvus import MilvusClient  # half a second, most of it pandas

        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what is raised is told by who meets it
        return MilvusClient(uri=self.address, timeout=CALL_SECONDS, grpc_options=GRPC)

    def close(self) -> None:
        if "_client" in self.__dict__:
            with suppress(Exception):  # the connection may be lost
                self._client.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        import grpc
        from pymilvus import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError) as error:
            if isinstance(error, MilvusException) and error.code in NO_SUCH:
                raise StorageFault(
                    f"The Milvus server at {self.address} has not the index that it had ({error.message}). `assistant "
                    "rebuild` makes it anew."
                ) from error
            said = error.message if isinstance(error, MilvusException) else error.details()
            raise StorageFault(
                f"The Milvus server at {self.address} did not do what was asked ({str(said)[:300]}). Nothing that is "
                "stored is lost; look at ASSISTANT_INDEX, and whether it runs and can be reached, then try again."
            ) from error

    # -- collections

    def create(self, collection: str, dim: int, *, is_exact: bool) -> None:
        """An empty one, for vectors of so many numbers. is_exact: all of them are compared."""
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("pk", DataType.INT64, is_primary=True)
        for field in NUMBERS:
            schema.add_field(field, DataType.INT64)
        for field, length in TEXTS.items():
            parted = {"enable_analyzer": True, "analyzer_params": {"tokenizer": "standard"}}
            schema.add_field(field, DataType.VARCHAR, max_length=length, **(parted if field == "words" else {}))
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
        indexes = MilvusClient.prepare_index_params()
        kind = "FLAT" if is_exact else "AUTOINDEX"  # of which the server knows best
        indexes.add_index("vector", index_type=kind, metric_type="COSINE", params={})
        bm25 = {"bm25_k1": 1.2, "bm25_b": 0.75}  # as tantivy has them
        indexes.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=bm25)
        with self._faults():
            self._client.create_collection(collection, schema=schema, consistency_level="Strong", timeout=WRITE_SECONDS)
            self._client.create_index(collection, indexes, sync=False, timeout=WRITE_SECONDS)
            self._client.load_collection(collection, timeout=WRITE_SECONDS)

    def finish(self, collection: str) -> None:
        """Nothing more is to come at once: what was inserted is indexed."""
        with self._faults():
            self._client.flush(collection, timeout=WRITE_SECONDS)

    def name(self, alias: str, collection: str) -> None:
        """From now on the alias names that collection."""
        with self._faults():
            if alias in self._client.list_aliases(collection, timeout=CALL_SECONDS)["aliases"]:
                return
            named = self._client.list_aliases(timeout=CALL_SECONDS)["aliases"]
            put = self._client.alter_alias if alias in named else self._client.create_alias
            put(collection, alias, timeout=CALL_SECONDS)

    def note(self, collection: str, marks: Sequence[str]) -> None:
        """Keep in the collection, as a row that is shown in no state, which states it may be in."""
        with self._faults():
            fields = {field["name"]: field for field in self._client.describe_collection(collection)["fields"]}
            dim = fields["vector"]["params"]["dim"]
            row: Row = {"pk": MARKS_ROW, "vector": np.eye(1, dim, dtype=np.float32)[0]}
            row |= dict.fromkeys(TEXTS, "") | dict.fromkeys(NUMBERS, 0) | {"born": ALIVE + 1, "died": ALIVE + 1}
            self._client.upsert(collection, [row | {"article_id": " ".join(marks)}], timeout=WRITE_SECONDS)

    def marks(self, collection: str) -> list[str]:
        """What was noted last."""
        found = self.read("get", collection, is_new=True, ids=[MARKS_ROW], output_fields=["article_id"])
        return found[0]["article_id"].split(" ") if found else []

    def collections(self, seconds: float = CALL_SECONDS) -> list[str]:
        with self._faults():
            found: list[str] = self._client.list_collections(timeout=seconds)
        return found

    def drop(self, collection: str) -> None:
        with self._faults():
            self._client.drop_collection(collection, timeout=WRITE_SECONDS)

    # -- rows

    def insert(self, collection: str, rows: Sequence[Row]) -> None:
        """Of passages: `pk`, `vector`, and the fields of TEXTS and NUMBERS."""
        with self._faults():
            self._client.insert(collection, list(rows), timeout=WRITE_SECONDS)

    def mark(self, collection: str, rows: Iterable[int], died: int) -> None:
        changed = [{"pk": row, "died": died} for row in rows]
        with self._faults():
            for n in range(0, len(changed), ROWS_AT_ONCE):
                some = changed[n : n + ROWS_AT_ONCE]
                self._client.upsert(collection, some, partial_update=True, timeout=WRITE_SECONDS)

    def delete(self, collection: str, where: str) -> None:
        with self._faults():
            self._client.delete(collection, filter=where, timeout=WRITE_SECONDS)

    def rows(self, collection: str, where: str) -> list[int]:
        """Numbers of those that the filter lets through, at most MOST_FOUND."""
        found = self.read("query", collection, is_new=True, filter=where, output_fields=["pk"], limit=MOST_FOUND)
        return [row["pk"] for row in found]

    def read(self, call: str, collection: str, *, is_new: bool, **asked: Any) -> Any:
        """What that method of the client gives of a collection. is_new: some of its rows may have just come in."""
        from pymilvus import MilvusException

        # Milvus sees at once only what it waits for; else what came in some seconds ago
        asked |= {"consistency_level": "Strong" if is_new else "Bounded", "timeout": CALL_SECONDS}
        with self._faults():
            ask = getattr(self._client, call)
            try:
                return ask(collection, **asked)
            except MilvusException as error:
                if error.code != NOT_LOADED:
                    raise
                self._client.load_collection(collection, timeout=WRITE_SECONDS)
                return ask(collection, **asked)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is asked of the rows of one collection."""

    server: Server
    collection: str
    is_new: bool
    """Some may have just come in."""

    def vectors(self, numbers: Numbers) -> Vectors:
        """(n, dim) float32, in the order of `numbers`; zeros for one that this part of the server does not know yet."""
        if not len(numbers):
            return np.zeros((0, 0), np.float32)
        found = self._read("get", ids=numbers.tolist(), output_fields=["vector"])
        by_number = {row["pk"]: row["vector"] for row in found}
        dim = len(next(iter(by_number.values()), ()))
        return np.array([by_number.get(number, [0.0] * dim) for number in numbers.tolist()], np.float32)

    def nearest(self, vector: Vectors, k: int, where: str) -> Hits:
        """Best first, with their cosines. vector: (dim,) unit."""
        return self._search("vector", vector, k, where)

    def by_words(self, stems: Sequence[str], k: int, where: str) -> Hits:
        """Best first, with their BM25 scores."""
        if not stems:
            return [], np.zeros(0, np.float32)
        rows, scores = self._search("bm25", " ".join(stems), k, where)
        return rows, np.abs(scores)  # Milvus Lite gives them with a minus

    def _search(self, field: str, asked: object, k: int, where: str) -> Hits:
        told: dict[str, Any] = {"limit": min(k, MOST_FOUND), "filter": where, "output_fields": list(PLACE)}
        [hits] = self._read("search", data=[asked], anns_field=field, **told) or [[]]
        rows = [{"pk": hit["pk"], **hit["entity"]} for hit in hits]
        return rows, np.array([hit["distance"] for hit in hits], np.float32)

    def _read(self, call: str, **asked: Any) -> Any:
        return self.server.read(call, self.collection, is_new=self.is_new, **asked)


def quoted(values: Iterable[str]) -> str:
    """A list of texts within a filter."""
    return json.dumps(list(values), ensure_ascii=False)


def cut(text: str, field: str) -> str:
    """As much of it as the field takes."""
    return text.encode()[: TEXTS[field]].decode(errors="ignore")
