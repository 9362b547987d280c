"""A runnable whose steps know no async → one that async callers can have, too: it runs in a thread, piece by piece.

LangChain does as much for a function by itself, but not for generators: `ainvoke` of these fails, and what it offers
for a runnable of one's own streams the whole as one piece.
"""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langchain_core.runnables.utils import Input, Output


class Threaded(Runnable[Input, Output]):
    def __init__(self, steps: Runnable[Input, Output]) -> None:
        self._steps = steps

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        return self._steps.invoke(input, config, **kwargs)

    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Output]:
        yield from self._steps.stream(input, config, **kwargs)

    async def astream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Output]:
        pieces = self.stream(input, config, **kwargs)
        try:
            while (piece := await run_in_executor(config, next, pieces, None)) is not None:
                yield piece
        finally:
            if isinstance(pieces, Generator):
                with suppress(ValueError):  # who was cancelled leaves it running, up to its next piece
                    pieces.close()
