"""What "it" stands for: a sentence that opens with a pronoun, together with the one before it that says who or what.

English only. At most two sentences are looked back at, within the paragraph: more would be an excerpt and no answer.
"""

import re
from dataclasses import replace

from assistant.statement import Quote
from index.sentences import sentence_spans

_OPENS_WITH_A_PRONOUN = re.compile(
    r"(?:(?:after|among|at|before|by|during|for|from|in|of|on|under|with) )?"
    r"(?:he|she|it|they|him|them|his|her|hers|its|their|theirs|this|these|those)\b"
    # "This week" looks back at nothing
    r"(?! (?:second|minute|hour|day|week|weekend|month|year|decade|century|morning|afternoon|evening|season|"
    r"spring|summer|autumn|fall|winter)s?\b)",
    re.IGNORECASE,
)


MAX_SENTENCES_BACK = 2


def with_antecedent(quote: Quote) -> Quote:
    """`quote`, begun one or two sentences earlier where its first words need that."""
    language, offset = quote.passage.metadata["language"], quote.passage.metadata["start"]
    if not (language or "en").startswith("en"):
        return quote
    text = quote.passage.page_content
    paragraph = text.rfind("\n", 0, quote.start - offset) + 1
    before = sentence_spans(text[paragraph : quote.start - offset], language)[-MAX_SENTENCES_BACK:]
    start = quote.start - offset
    while before and _OPENS_WITH_A_PRONOUN.match(text, start):
        start = paragraph + before.pop()[0]
    return replace(quote, start=offset + start)
