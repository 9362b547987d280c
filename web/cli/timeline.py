"""`assistant timeline`: what happened when, with the sentences that tell it; exit status 3 where there is nothing."""

import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict

from assistant.answer import Question
from assistant.assistant import Assistant
from web.cli.ask import NO_ANSWER, REASONS
from web.cli.search import read_filters, say_unknown
from web.cli.terminal import plain, print_json, warn_if_degraded
from web.in_words import heading
from web.opened import open_library
from web.settings import Settings


def timeline(args: Namespace, settings: Settings) -> int:
    question = Question(args.topic, filters=read_filters(args), understand=not args.as_words)
    with closing(open_library(settings)) as library:
        warn_if_degraded(library.status(), settings.data_dir)
        found = Assistant(library).timeline(question)
    if args.json:
        print_json(asdict(found))
    else:
        say_unknown(found.unknown_companies)
        for event in found.events:
            print(plain(f"{event.date:<12}{' '.join(event.text.split())}"))
            for citation in event.citations:
                print(plain(f"{'':<12}- {heading(citation.title, citation.source, citation.published_at)}"))
    if found.reason:
        said = "No article tells of this with a date." if found.reason == "no_evidence" else REASONS[found.reason]
        print(said, file=sys.stderr)
    return NO_ANSWER if found.reason else 0
