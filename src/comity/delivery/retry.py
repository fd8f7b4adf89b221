"""When to try again."""

from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 300.0


def wait_s(failures: int, jitter: float) -> float:
    """Return the seconds to wait before the next attempt.

    Args:
        failures: attempts that failed in a row, at least 1.
        jitter: uniform in [0, 1): spreads partners that failed together over half the interval.

    The interval doubles from half a second to five minutes, so that a partner that returns after a week is served
    within five minutes and a partner that restarts is served within a second.
    """
    interval = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 20))
    return interval * (0.5 + 0.5 * jitter)
