"""What the server logs, on stderr: for people on a terminal, as one JSON object a line anywhere else.

The level is the program's own: of what libraries say, who may repeat a question or an address, warnings are logged.
This imports nothing heavy: the command line sets it up. What the server says of requests is `request_log.py`'s.
"""

import copy
import datetime as dt
import json
import logging
import sys
from contextvars import ContextVar
from types import TracebackType
from typing import TextIO

OWN = ("web", "assistant", "index")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_NO_EXTRA = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that the thread works on."""


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """Once more, it takes the place of what it did before."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_ForPeople() if stream.isatty() else _Json())
    root = logging.getLogger()
    for before in [one for one in root.handlers if isinstance(one.formatter, _ForPeople | _Json)]:
        root.removeHandler(before)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that questions wait is told by metrics
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())


def _extra(record: logging.LogRecord) -> dict[str, object]:
    found = {name: value for name, value in record.__dict__.items() if name not in _NO_EXTRA and value is not None}
    return found | ({"request_id": id_} if (id_ := request_id.get()) else {})


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


class _ForPeople(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # which another handler may have left there as it writes it
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        said = [super().formatMessage(record), *(f"{name}={value}" for name, value in _extra(record).items())]
        # a line break or an escape sequence in what came from outside would forge a line
        return _on_one_line(" ".join(said))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - logging's name
        # the lines of a trace are indented, so that none passes for a line of the log
        return "\n".join(f"  {_on_one_line(line)}" for line in super().formatException(ei).split("\n"))


def _on_one_line(said: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in said)
