"""The one exception that people who use the program are meant to read."""


class SgruError(ValueError):
    """Bad input or a bad setting, told in one line.

    The message names the file or the option, says what is wrong with it and
    what to do about it. The command line prints it without a traceback and
    exits with a status other than zero; code that calls the library can catch
    it as a ``ValueError``.
    """


def one_line(error: BaseException) -> str:
    """Give the message of any exception as one line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__
