"""Ctrl-C and the SIGTERM of a cluster, taken as a wish to stop at the next good moment."""

import signal


class StopWish:
    """Notes SIGINT and SIGTERM while it is entered, instead of letting them end the process.

    Outside the main thread, where Python gives no signals, it does nothing.

    Attributes:
        signal: Number of the signal that came, or None.
    """

    def __init__(self):
        self.signal: int | None = None
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
