"""`assistant ask`: one answer with its citations, or the closest passages and exit status 3."""

import sys
from argparse import Namespace
from contextlib import closing

from assistant.answer import DEFAULT_TOP_K, Question
from assistant.assistant import Assistant
from web.cli.search import read_filters, say_unknown
from web.cli.terminal import plain, print_json, warn_if_degraded
from web.in_words import quotes, read_out
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
    if not args.json and (read := read_out(answer.understood)):
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
        print(plain(f"\n{quotes(answer.citations)}"))
        if silent := answer.understood.silent_sources:
            print(plain(f"\nNothing on this from {', '.join(silent)}."))
    else:
        print(plain(answer.answer) or REASONS.get(answer.reason or "", ""))
        if answer.nearest:
            print(plain(f"\nThe closest passages:\n\n{quotes(answer.nearest)}"))
    return 0 if answer.answered else NO_ANSWER
