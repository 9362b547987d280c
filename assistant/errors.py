"""What can go wrong in `assistant`, as one tree. "No evidence" is an answer, not an error.

AssistantFault
├── ChatModelFault    the chat model cannot be had, or failed while it wrote
│   └── ContextTooSmall   the passages are more than it takes
├── BadQuestionSet    a file of questions to evaluate is not one
└── BadEarlierRun     a file to compare an evaluation with is not one, or of other questions
"""


class AssistantFault(Exception):
    """Base of every error that `assistant` raises on purpose. Its text is fit to show to a user."""


class ChatModelFault(AssistantFault):
    pass


class ContextTooSmall(ChatModelFault):
    pass


class BadQuestionSet(AssistantFault):
    pass


class BadEarlierRun(AssistantFault):
    pass
