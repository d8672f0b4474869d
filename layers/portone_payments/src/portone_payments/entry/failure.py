"""What may be told of an unexpected exception: type and place. Its text may hold what must not be logged."""


def what_failed(error: BaseException) -> dict[str, str]:
    """The type, and the innermost place as file:line."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return {"error_type": type(error).__name__}
    file = traceback.tb_frame.f_code.co_filename.rsplit("/", 1)[-1]
    return {"error_type": type(error).__name__, "at": f"{file}:{traceback.tb_lineno}"}


class JobFailed(Exception):
    """What a job raises instead: Lambda's runtime logs the text of whatever comes out of a handler."""

    def __init__(self, error: Exception) -> None:
        super().__init__(" ".join(what_failed(error).values()))
