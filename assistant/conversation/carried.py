"""A follow-up that carries the question before it in brackets, as `resolve` writes it, taken apart again."""


def in_two(question: str) -> tuple[str, str]:
    """What is asked, and the question carried: of "why? (Who pays?)" "why" and "Who pays?"; else all of it and nothing.

    Brackets that a person typed at the end are taken for a carried question, too.
    """
    asked, _, rest = question.partition(" (")
    asked, carried = asked.rstrip("?"), rest.removesuffix(")")
    return (asked, carried) if asked and carried and rest.endswith(")") else (question, "")
