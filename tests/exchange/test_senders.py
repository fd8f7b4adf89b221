"""Who failed last time is tried by threads of its own, so that stalling partners never keep the others waiting."""

import threading

from comity.node.exchange.worker import SENDERS, Worker

STALLING, WELL, AGAIN = 1_000, 1, 2


class Sending(Worker):
    """A worker whose partners from 1,000 on never answer."""

    def __init__(self) -> None:
        super().__init__()
        self.released, self.served = threading.Event(), threading.Semaphore(0)
        self.attempts: list[int] = []

    def _deliver(self, pair_id: int, lane: int) -> bool:
        self.attempts.append(pair_id)
        if pair_id >= STALLING:
            self.released.wait(30)
        else:
            self.served.release()
        return False


def test_any_number_of_partners_that_stall_again_keeps_nobody_waiting():
    worker = Sending()
    worker._start_senders()
    try:
        for number in range(3 * SENDERS):
            worker._put((STALLING + number, 0), worker._doubtful)
        worker._put((WELL, 1), worker._due)
        assert worker.served.acquire(timeout=5)
    finally:
        worker.released.set()
        worker.stop()


def test_a_partner_that_stalled_is_not_tried_again_before_its_time():
    """The watcher saw the lane waiting while it was tried; it is asked again, for it knows of the pause."""
    worker = Sending()
    worker._start_senders()
    try:
        worker._put((STALLING, 1), worker._due)
        worker._put((STALLING, 1), worker._due)
        worker.released.set()
        assert worker._wake.wait(5)
        assert worker.attempts == [STALLING]
    finally:
        worker.stop()
