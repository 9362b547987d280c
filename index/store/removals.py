"""Articles that were removed: which, in which revision, by whom, and at which state of the corpus.

An index of an earlier state may not show them, and what a person removed no file and no polled feed brings back. Kept
within the transactions of `store.py`, which removes and takes in.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select

from index.store.schema import corpus, removals

# asked several times a question, or of each article that comes in: put together once
_SINCE = select(removals.c.article_id).where(removals.c.seq > bindparam("seq"))
_BY_HAND = select(removals.c.seq).where(removals.c.article_id == bindparam("article_id"), removals.c.by_hand == 1)
_BY_HAND_AFTER = _BY_HAND.where(removals.c.seq > bindparam("seq"))
_BY_HAND_AS_IT_WAS = _BY_HAND.where(removals.c.revision == bindparam("revision"))


def note(connection: Connection, article_id: str, revision: str, *, by_hand: bool) -> int:
    """Once the article is gone, which makes the state that the removal belongs to: the number of that."""
    seq = select(corpus.c.seq).scalar_subquery()
    row = {"seq": seq, "article_id": article_id, "revision": revision, "by_hand": int(by_hand)}
    return int(connection.execute(insert(removals).values(row).returning(removals.c.seq)).scalar_one())


def take_back(connection: Connection, article_id: str, seq: int) -> None:
    """Forget one removal, of which `note` gave the number."""
    connection.execute(delete(removals).where(removals.c.seq == seq, removals.c.article_id == article_id))


def since(connection: Connection, seq: int) -> frozenset[str]:
    """Ids of articles removed after that state."""
    return frozenset(connection.scalars(_SINCE, {"seq": seq}))


def was_by_hand_after(connection: Connection, article_id: str, seq: int) -> bool:
    """Whether a person removed the article, in whatever revision, after that state."""
    return connection.execute(_BY_HAND_AFTER, {"article_id": article_id, "seq": seq}).first() is not None


def was_by_hand(connection: Connection, article_id: str, revision: str) -> bool:
    """Whether a person removed the article in that revision."""
    return connection.execute(_BY_HAND_AS_IT_WAS, {"article_id": article_id, "revision": revision}).first() is not None
