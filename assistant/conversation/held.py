"""A conversation that somebody else kept, as questions and answers alone → its turns, as if it had been held here.

What an earlier question meant is worked out anew, by the rules of `resolve`. Its short answer and where its citations
stand are not in the text; where the new question is a follow-up, and may need them, earlier ones are answered again. An
answer that reads otherwise by now is taken as the text that it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answer import HISTORY_TURNS, Answer, Question, Turn, as_turn
from assistant.conversation.again import wish
from assistant.conversation.resolve import standalone
from index.model.embed import Embed

READ = 20
"""Exchanges, the last ones, of which it is worked out what was meant."""
ANSWERED_AGAIN = 2
"""For the short answers, which say who "she" may be; "tell me more", which leaves out all that was cited, needs all."""


@dataclass(frozen=True, slots=True)
class Exchange:
    question: str
    answer: str
    """As it was shown, with its markers; empty where there was none."""


def turns(
    exchanges: Sequence[Exchange], question: Question, embed: Embed, answer_again: Callable[[Question], Answer] | None
) -> tuple[Turn, ...]:
    """The history of `question`, oldest first. answer_again: what gives an earlier question its answer once more; None
    where it would give another each time."""
    told: tuple[Turn, ...] = ()
    for exchange in exchanges[-READ:]:
        meant = standalone(exchange.question, told[-HISTORY_TURNS:], embed)
        told = (*told, Turn(exchange.question, meant, exchange.answer))
    told = told[-HISTORY_TURNS:]
    if answer_again is None or standalone(question.text, told, embed) == question.text:
        return told
    first = 0 if wish(question.text) == "more" else max(0, len(told) - ANSWERED_AGAIN)
    for n in range(first, len(told)):
        answer = answer_again(replace(question, text=told[n].question, history=told[:n]))
        if answer.answer.split() == told[n].answer.split():
            told = (*told[:n], as_turn(answer), *told[n + 1 :])
    return told
