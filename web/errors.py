"""What can go wrong in `web`, as one tree.

WebError
├── Refused          a request is not acted on; `status` is its HTTP status
├── UnknownSession   no conversation has that id
├── UnknownMessage   no message has that id
├── UnknownJob       no job has that id
├── UnknownStory     no story has that id, or not that version
├── UnknownModel     the model asked for is not the assistant
├── RebuildRunning   a rebuild is queued or running already; `job_id` says which
├── Busy             as much is waiting as may wait; again in `retry_after_seconds`; HTTP `status` 429 or 503
├── Unwanted         who asked has left before the answer was there; nobody hears of it
├── NotReady         the index is brought up to date first, as the server has just started; `job_id` says by which job
├── NotInstalled     a package that only one command needs is not there
├── CannotListen     the server's address is taken, or not this machine's
└── BackupFault      a backup or a copy cannot be made where it was asked for, or is none that can be restored
"""


class WebError(Exception):
    """Base of every error that `web` raises on purpose. Its text is fit to show to a user."""


class Refused(WebError):
    def __init__(self, status: int, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


class UnknownSession(WebError):
    pass


class UnknownMessage(WebError):
    pass


class UnknownJob(WebError):
    pass


class UnknownStory(WebError):
    pass


class UnknownModel(WebError):
    pass


class RebuildRunning(WebError):
    def __init__(self, job_id: str) -> None:
        super().__init__(f"A rebuild is queued or running already: job {job_id}.")
        self.job_id = job_id


class Busy(WebError):
    def __init__(self, status: int, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class Unwanted(WebError):
    pass


class NotReady(WebError):
    def __init__(self, message: str, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


class NotInstalled(WebError):
    pass


class CannotListen(WebError):
    pass


class BackupFault(WebError):
    pass
