"""Questions that are asked at the same time, and that a page waits for within one limit."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from registry_web.failure import Failure

AT_ONCE = 8
MOST_SECONDS = 10

Item = TypeVar("Item")
Value = TypeVar("Value")


class Together:
    """Threads of its own; one for a process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE)

    def ask(self, items: Iterable[Item], question: Callable[[Item], Value]) -> list[tuple[Item, Value | Failure]]:
        """Each item with its answer, in order. What is not answered in time is a failure, and not asked any more."""
        futures = [(item, self._pool.submit(question, item)) for item in items]
        wait([future for _, future in futures], timeout=MOST_SECONDS)
        answers: list[tuple[Item, Value | Failure]] = []
        for item, future in futures:
            if future.cancel() or not future.done():
                answers.append((item, Failure(504, "The registry is too slow", "The registry was not asked in time.")))
                continue
            try:
                answers.append((item, future.result()))
            except Failure as failure:
                answers.append((item, failure))
        return answers
