"""A conversation that its client keeps: what its turns are taken to be, and which of them are answered again."""

from answers import answered, cited
from conftest import HashingEmbedder

from assistant.answer import Answer, Question, Turn, as_turn
from assistant.conversation.held import Exchange, turns

WHO = "Who cut the ribbon in Oldport?"
COST = "What did the Zephyr bridge cost?"
TOLD = "Ada Quill cut the ribbon. [1]"
EMBED = HashingEmbedder().embed


class Answering:
    """Gives to each question what it is told, and keeps what it was asked."""

    def __init__(self, told: str = TOLD) -> None:
        self.told = told
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        return answered(question.text, answer=self.told, answered=True, short_answer="Ada Quill", citations=(cited(),))


def test_a_question_of_its_own_has_the_texts_alone_and_nothing_is_answered_again() -> None:
    answering = Answering()
    history = turns([Exchange(WHO, TOLD)], Question(COST), EMBED, answering)
    assert history == (Turn(WHO, WHO, TOLD),)
    assert answering.asked == []


def test_a_follow_up_has_the_short_answer_and_the_citations_of_the_one_before() -> None:
    answering = Answering()
    history = turns([Exchange(WHO, f" {TOLD}\n")], Question("How old is she?"), EMBED, answering)
    assert history == (as_turn(answering(Question(WHO))),)
    assert history[0].short_answer == "Ada Quill"


def test_an_answer_that_reads_otherwise_now_stays_a_text() -> None:
    history = turns([Exchange(WHO, TOLD)], Question("How old is she?"), EMBED, Answering("Nobody did. [1]"))
    assert history == (Turn(WHO, WHO, TOLD),)


def test_what_earlier_follow_ups_meant_is_worked_out_in_turn() -> None:
    said = [Exchange(COST, "90 million."), Exchange("And when did it open?", "In May."), Exchange("why?", "")]
    first, second, third = turns(said, Question("Who pays?"), EMBED, None)
    assert first.standalone_question == COST
    assert "Zephyr bridge" in second.standalone_question
    assert "Zephyr bridge" in third.standalone_question


def test_the_last_two_are_answered_again_and_for_tell_me_more_all() -> None:
    said = [Exchange(f"Who opened the mill of town {n}?", TOLD) for n in range(9)]
    for question, numbers in (("How old is she?", [7, 8]), ("tell me more", [3, 4, 5, 6, 7, 8])):
        answering = Answering()
        assert len(turns(said, Question(question), EMBED, answering)) == 6
        assert [asked.text for asked in answering.asked] == [said[n].question for n in numbers]
        assert [len(asked.history) for asked in answering.asked] == [n - 3 for n in numbers]
