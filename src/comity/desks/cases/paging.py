"""Pages of long lists: counted up to ten thousand, for nobody pages further and counting a million takes too long."""

from typing import TYPE_CHECKING, Final, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from comity.desks.cases.models import CaseMessage

if TYPE_CHECKING:
    _Messages = Paginator[CaseMessage]
else:
    _Messages = Paginator

MOST: Final = 10_000


class CappedPaginator(_Messages):
    """Knows how many there are up to ten thousand, and whether there are more."""

    @cached_property
    def _counted(self) -> int:
        # Ordered, the database would sort what it only has to count.
        return cast("QuerySet[CaseMessage]", self.object_list).order_by().values("pk")[: MOST + 1].count()

    @cached_property
    def count(self) -> int:
        """How many can be paged through."""
        return min(self._counted, MOST)

    @property
    def more(self) -> bool:
        """Whether the list goes on behind the last page."""
        return self._counted > MOST
