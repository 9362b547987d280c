"""The index as a LangChain retriever. `find` says more than documents can; LangChain users need only `invoke`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.answer import DEFAULT_TOP_K, Reason
from assistant.dates import in_words
from assistant.stuffing import is_stuffing
from index.library import Library
from index.search.filters import Filters
from index.search.search import Hit, beginning
from index.search.snapshot import MAX_HITS, Snapshot
from index.text.days import day_to_compare
from index.text.words import stems, word_set


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Passages as documents, best first, all from one generation of the index.

    `page_content` is `article.text[start:end]`; `metadata` holds `start`, `end`, `score`, `language`, the fields of a
    citation that name the article (`SOURCE_FIELDS`), and in `before` what of the passage's first paragraph stands
    before it (its last `MAX_BEFORE_CHARS`).
    """

    documents: tuple[Document, ...]
    generation: int
    articles_searched: int
    """How many articles there were to search in, after filters."""
    articles_held: int
    """How many there were before filters."""


WIDE = 3
NEAR_THE_BEST = 0.75
"""Share of the best passage's score up to which a newer one is read in the place of an older one."""
LEAST_APART = 2
MAX_BEFORE_CHARS = 1_000
SAID_BEFORE = 0.9
"""Share of a passage's stems that a passage of a copy must have to be read in its place."""
SOURCE_FIELDS = ("article_id", "revision", "title", "url", "source", "author", "published_at", "provenance")


@dataclass(frozen=True, slots=True)
class PassageSearch:
    """The ways in which passages are found for a question, all in one generation."""

    snapshot: Snapshot

    def find(self, query: str, filters: Filters, k: int) -> Retrieval:
        """The best `k` passages that no copy of their article says before them and that are no stuffing."""
        for wanted in (2 * k, MAX_HITS):  # all there may be only where copies and stuffing crowd the others out
            found = self.snapshot.search(query, filters, wanted)
            written = (hit for hit in found.hits if not is_stuffing(query, hit.text, hit.article.language))
            copies = self.snapshot.copies({hit.article.id for hit in found.hits})
            hits = list(islice(_one_voice(written, copies), k))
            if len(hits) == k or len(found.hits) < wanted:
                break
        return Retrieval(tuple(map(as_document, hits)), found.generation, found.articles_searched, found.articles_held)

    def find_newest(self, query: str, filters: Filters, k: int) -> Retrieval:
        """As `find`, but of the passages that match nearly as well as the best those of the newest articles."""
        wide = self.find(query, filters, WIDE * k)
        least = NEAR_THE_BEST * max((document.metadata["score"] for document in wide.documents), default=0.0)
        good = [document for document in wide.documents if document.metadata["score"] >= least]
        newest = sorted(good, key=lambda document: day_to_compare(document.metadata["published_at"]), reverse=True)
        return replace(wide, documents=tuple(newest[:k]))

    def find_apart(self, query: str, filters: Filters, sources: Sequence[Sequence[str]], k: int) -> Retrieval:
        """As `find`, from each of the sources as many."""
        k = max(LEAST_APART, k // len(sources))
        return joined([self.find(query, replace(filters, source=tuple(names)), k) for names in sources])

    def beginnings(
        self, query: str, topic: frozenset[str], filters: Filters, k: int, *, newest_first: bool
    ) -> Retrieval:
        """The beginnings of up to `k` articles that no copy says before them: of the newest, or of those on `topic`.

        topic: stems. An article is on it where its title and day have them all. Where there is none such, those are
        whose title, day and the passage that `query` finds have them, and the passage stands for the beginning.
        """
        if topic:
            found = self.snapshot.search(query, filters, MAX_HITS)
            headed: dict[str, Hit] = {}
            on_topic: dict[str, Hit] = {}
            for hit in found.hits:
                head = set(stems(f"{hit.article.title}\n{in_words(hit.article.published_at)}"))
                if topic <= head:
                    headed.setdefault(hit.article.id, beginning(hit.article, hit.revision))
                elif topic <= head | set(stems(hit.text)):
                    on_topic.setdefault(hit.article.id, hit)
            hits = list((headed or on_topic).values())
            if newest_first:
                hits.sort(key=lambda hit: day_to_compare(hit.article.published_at), reverse=True)
        else:
            found = self.snapshot.newest(filters, MAX_HITS)
            hits = list(found.hits)
        copies = self.snapshot.copies({hit.article.id for hit in hits})
        documents = tuple(map(as_document, islice(_one_voice(hits, copies), k)))
        return Retrieval(documents, found.generation, found.articles_searched, found.articles_held)


class ArticleRetriever(BaseRetriever):
    """`ArticleRetriever(library=library, k=8).invoke("question")` gives the documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    filters: Filters = Filters()
    k: int = DEFAULT_TOP_K
    order: Callable[[str, Sequence[Document]], Sequence[Document]] | None = None
    """What puts the documents in order; without it, they are in that of the search."""

    def find(self, query: str, filters: Filters, k: int) -> Retrieval:
        """`PassageSearch.find` in the present generation."""
        return PassageSearch(self.library.snapshot()).find(query, filters, k)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = self.find(query, self.filters, self.k).documents
        return list(self.order(query, found) if self.order else found)


def joined(parts: Sequence[Retrieval]) -> Retrieval:
    """Of searches that have no article in common, one after the other."""
    documents = tuple(document for part in parts for document in part.documents)
    return replace(parts[-1], documents=documents, articles_searched=sum(part.articles_searched for part in parts))


def reason(retrieval: Retrieval) -> Reason:
    """Why nothing is told of what was found."""
    if retrieval.articles_searched:
        return "no_evidence"
    return "no_match" if retrieval.articles_held else "no_articles"


def _one_voice(hits: Iterable[Hit], copies: Mapping[str, Sequence[str]]) -> Iterator[Hit]:
    """`hits` without those that say what one before them says in a copy of their article."""
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits:
        words = word_set(hit.text) if hit.article.id in copies else frozenset[str]()
        said_before = any(
            other.article.id != hit.article.id
            and other.article.id in copies.get(hit.article.id, ())
            and _within(words, said)
            for other, said in kept
        )
        if not said_before:
            kept.append((hit, words))
            yield hit


def _within(words: frozenset[str], said: frozenset[str]) -> bool:
    """No number is left unsaid: `SAID_BEFORE` of the words are enough, but all of the numbers are needed."""
    return 0 < len(words) * SAID_BEFORE <= len(words & said) and not any(stem[0].isdigit() for stem in words - said)


def as_document(hit: Hit) -> Document:
    """The passage as `Retrieval` has it."""
    article = hit.article
    paragraph = article.text.rfind("\n", 0, hit.start) + 1
    return Document(
        id=f"{article.id}@{hit.revision}:{hit.start}-{hit.end}",
        page_content=hit.text,
        metadata={
            "article_id": article.id,
            "revision": hit.revision,
            "title": article.title,
            "url": article.url,
            "source": article.source,
            "author": article.author,
            "published_at": article.published_at,
            "provenance": article.provenance,
            "language": article.language,
            "start": hit.start,
            "end": hit.end,
            "score": hit.score,
            "before": article.text[max(paragraph, hit.start - MAX_BEFORE_CHARS) : hit.start],
        },
    )
