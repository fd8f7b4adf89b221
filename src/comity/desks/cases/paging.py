"""Pages of long lists: counted up to a bound, for nobody pages further and counting a million takes too long."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from comity.desks.cases.models import CaseMessage

if TYPE_CHECKING:
    _Messages = Paginator[CaseMessage]
else:
    _Messages = Paginator

MOST: Final = 10_000
NARROWED: Final = 500
"""Of a list that somebody narrowed: no index fits every choice, and what does not fit is read to be counted. Who has
more narrows further."""


class CappedPaginator(_Messages):
    """Knows how many there are up to a bound, and whether there are more."""

    def __init__(self, messages: QuerySet[CaseMessage], size: int, *, most: int = MOST, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(messages, size, **options)
        self.most = most

    @cached_property
    def _counted(self) -> int:
        # Ordered, the database would sort what it only has to count.
        return cast("QuerySet[CaseMessage]", self.object_list).order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        """How many can be paged through."""
        return min(self._counted, self.most)

    @property
    def more(self) -> bool:
        """Whether the list goes on behind the last page."""
        return self._counted > self.most


class NarrowedPaginator(_Messages):
    """Reads once through what fits, for its keys alone: they tell how many there are and which stand on a page.

    Args:
        parts: keys of messages, in order, one part after the other; those beyond the bound are not read.
        size: of a page.
        load: returns the messages of these keys, in any order.
    """

    def __init__(
        self,
        parts: Iterable[QuerySet[CaseMessage, int]],
        size: int,
        load: Callable[[list[int]], Iterable[CaseMessage]],
        *,
        most: int = NARROWED,
    ) -> None:
        self._keys: list[int] = []
        for part in parts:
            if (left := most + 1 - len(self._keys)) > 0:
                self._keys += part[:left]
        self.more = len(self._keys) > most
        self._load = load
        super().__init__(cast("Any", self._keys[:most]), size)

    def page(self, number: int | str) -> Page[CaseMessage]:
        """Return one page with its messages."""
        found = super().page(number)
        keys = cast("list[int]", found.object_list)
        known = {one.pk: one for one in self._load(keys)}
        found.object_list = [known[key] for key in keys if key in known]
        return found
