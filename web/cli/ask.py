"""`assistant ask`: one answer with its citations, or the closest passages and exit status 3."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing

from assistant.answer import DEFAULT_TOP_K, Citation, Question, ReadOut
from assistant.assistant import Assistant
from web.cli.search import heading, read_filters, say_unknown
from web.cli.terminal import plain, print_json, warn_if_degraded
from web.opened import open_library
from web.replies import answer_json
from web.settings import Settings

NO_ANSWER = 3
REASONS = {
    "no_articles": "There are no articles yet. Add some with `assistant add`.",
    "no_match": "No article passes these filters.",
    "no_evidence": "The articles do not answer this.",
}


def ask(args: Namespace, settings: Settings) -> int:
    filters = read_filters(args)
    question = Question(args.question, filters=filters, top_k=args.top_k or DEFAULT_TOP_K, understand=not args.as_words)
    with closing(open_library(settings)) as library:
        warn_if_degraded(library.status(), settings.data_dir)
        answer = Assistant(library, settings.llm, settings.max_wrong, cuts_unsupported=settings.cuts_unsupported).ask(
            question
        )
    if not args.json and (read := _read_out(answer.understood)):
        print(plain(f"Read from the question: {read}. Ask with --as-words to leave it as words."), file=sys.stderr)
    if not args.json:
        for name in answer.understood.unknown_sources:
            print(plain(f"No article is from “{name}”."), file=sys.stderr)
        say_unknown(answer.understood.unknown_companies)
    if answer.notice:
        print(f"assistant: {plain(answer.notice)}", file=sys.stderr)
    if args.json:
        print_json(answer_json(answer))
    elif answer.answered:
        print(plain(answer.answer))
        _print_quotes(answer.citations)
        if silent := answer.understood.silent_sources:
            print(plain(f"\nNothing on this from {', '.join(silent)}."))
    else:
        print(plain(answer.answer) or REASONS.get(answer.reason or "", ""))
        if answer.nearest:
            print("\nThe closest passages:")
            _print_quotes(answer.nearest)
    return 0 if answer.answered else NO_ANSWER


def _read_out(understood: ReadOut) -> str:
    """What narrowed or ordered the answer without being asked for by an option; empty where nothing did."""
    said = [
        f"{name.replace('_', ' ')} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in understood.filters.items()
    ]
    if understood.counted_from:
        said.append(f"counted from {understood.counted_from}, the day of the newest article")
    if understood.newest_first:
        said.append("newest first")
    return "; ".join(said)


def _print_quotes(citations: Sequence[Citation]) -> None:
    for citation in citations:
        marker = f"[{citation.index}]" if citation.index else "-"
        print(plain(f"\n{marker} {heading(citation.title, citation.source, citation.published_at)}"))
        print(plain(f"    “{' '.join(citation.quote.split())}”"))
        if citation.also_in:
            print(
                plain("    Also in: " + "; ".join(heading(c.title, c.source, c.published_at) for c in citation.also_in))
            )
