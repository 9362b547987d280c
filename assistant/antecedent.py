"""What "it" stands for: a sentence that opens with a pronoun, together with the one before it that says who or what.

English only. At most two sentences are looked back at, within the paragraph: more would be an excerpt and no answer.
"""

import re
from dataclasses import replace

from assistant.statement import Quote, around
from index.text.sentences import sentence_spans

IMPERSONAL = (
    "true|possible|impossible|likely|unlikely|known|unknown|clear|unclear|certain|safe|legal|normal|necessary|"
    "raining|snowing"
)
"""What "it" is said to be when it stands for nothing."""
MAX_SENTENCES_BACK = 2

_OPENS_WITH_A_PRONOUN = re.compile(
    r"(?:(?:after|among|at|before|by|during|for|from|in|of|on|under|with) )?"
    rf"(?!it (?:is|was)(?: not| still)?(?: yet)? (?:{IMPERSONAL})\b)(?!it (?:rained|snowed)\b)"
    r"(?!(?:his|her|their) (?:holiness|majest|(?:royal |imperial )?highness|excellenc))"
    r"(?:(?:he|she|it|they|him|them|his|her|hers|its|their|theirs)\b"
    # "This week" looks back at nothing, and "This ship" says enough
    r"|(?:this|these|those) (?:is|was|are|were|has|have|had|will|would|can|could|may|means?|meant|came|led|made)\b)",
    re.IGNORECASE,
)


def with_antecedent(quote: Quote) -> Quote:
    """`quote`, begun one or two sentences earlier where its first words need that."""
    language = quote.passage.metadata["language"] or "en"
    if not (language.lower().startswith("en") and _OPENS_WITH_A_PRONOUN.match(quote.text)):
        return quote
    text, offset = around(quote.passage)
    start = quote.start - offset
    paragraph = text.rfind("\n", 0, start) + 1
    before = sentence_spans(text[paragraph:start], language)[-MAX_SENTENCES_BACK:]
    while before and _OPENS_WITH_A_PRONOUN.match(text, start):
        start = paragraph + before.pop()[0]
    return replace(quote, start=offset + start)
