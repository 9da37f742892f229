"""Ctrl-C and the SIGTERM of a cluster, taken as a wish to stop at the next good moment."""

import signal


class StopWish:
    """Notes the first SIGINT or SIGTERM while it is entered, instead of letting it end the process.

    A second one does what it always did, for those who cannot wait. Outside the main thread, where
    Python gives no signals, nothing is noted.

    Args:
        say: Called with a line when the signal comes.

    Attributes:
        signal: Number of the signal that came, or None.
    """

    def __init__(self, say=print):
        self.signal: int | None = None
        self._say = say
        self._before: dict = {}

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._before[number] = signal.signal(number, self._note)
            except ValueError:
                break
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number, _frame):
        self.signal = number
        self.__exit__()
        self._say("stopping after this step; once more to stop at once, without saving")
