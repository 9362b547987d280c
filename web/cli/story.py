"""`assistant story`: what the articles tell of a topic, put together, not kept; exit status 3 where that is nothing."""

import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict

from assistant.answer import Citation, Question
from assistant.assistant import Assistant
from assistant.topics.story import Story
from web.cli.ask import NO_ANSWER, REASONS
from web.cli.search import read_filters, say_unknown
from web.cli.terminal import plain, print_json, warn_if_degraded
from web.in_words import heading
from web.opened import open_library
from web.settings import Settings


def story(args: Namespace, settings: Settings) -> int:
    question = Question(args.topic, filters=read_filters(args), understand=not args.as_words)
    with closing(open_library(settings)) as library:
        warn_if_degraded(library.status(), settings.data_dir)
        told = Assistant(library).story(question, args.length, args.style)
    say_unknown(told.unknown_companies)
    if args.json:
        print_json({**asdict(told), "length": args.length, "style": args.style})
    elif told.reason is None:
        _print(told)
    if told.reason:
        said = "No article tells of this." if told.reason == "no_evidence" else REASONS[told.reason]
        print(said, file=sys.stderr)
    return NO_ANSWER if told.reason else 0


def _print(told: Story) -> None:
    cited: dict[int, Citation] = {one.index: one for one in told.standfirst_citations}
    print(plain(f"{told.headline}\n\n{told.standfirst} {_markers(told.standfirst_citations)}"))
    for section in told.sections:
        print(plain(f"\n{section.heading}"))
        for sentence in section.sentences:
            cited |= {one.index: one for one in sentence.citations}
            print(plain(f"  {' '.join(sentence.text.split())} {_markers(sentence.citations)}"))
    if told.differs:
        print("\nWhat differs between sources")
    for difference in told.differs:
        print(plain(f"  {difference.subject}"))
        for said in difference.statements:
            cited[said.citation.index] = said.citation
            mark = " (correction)" if said.is_correction else " (corrected later)" if said.is_corrected else ""
            print(plain(f"    {said.stated}{mark} [{said.citation.index}]"))
    if told.see_also:
        print("\nSee also")
    for other in told.see_also:
        print(plain(f"  {heading(other.title, other.source, other.published_at)}"))
    print()
    for index, one in sorted(cited.items()):
        print(plain(f"[{index}] {heading(one.title, one.source, one.published_at)}"))
    print(plain(f"\nAs of {told.as_of[:10]}. {told.disclosure}" if told.as_of else f"\n{told.disclosure}"))


def _markers(citations: tuple[Citation, ...]) -> str:
    return "".join(f"[{one.index}]" for one in citations)
