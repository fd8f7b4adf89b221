"""Follow the lanes through a log: each note continues the one before it, and no place is taken twice."""

from comity.messages.errors import NoteError
from comity.messages.note import note_hash, parse_note

type _Lane = tuple[str, str, int]


class LaneChains:
    """The last place of each lane that was met, a few dozen bytes for each."""

    def __init__(self) -> None:
        self._last: dict[_Lane, tuple[int, bytes, int]] = {}

    def follow(self, data: bytes, unseen: int) -> str:
        """Take the next logged note; return the rule that it breaks, or an empty string.

        The first note of a lane that is met may have any seq: the log before may have been closed.

        Args:
            data: the whole note.
            unseen: how many entries before it could not be opened; any of them may be the note that is missing here.
        """
        try:
            note = parse_note(data)
        except NoteError as error:
            return error.code
        lane = (str(note.from_), str(note.to), note.lane)
        before = self._last.get(lane)
        if before is not None and note.seq <= before[0]:
            return "lane.equivocation"
        self._last[lane] = (note.seq, note_hash(data), unseen)
        if before is not None and note.seq > before[0] + 1:
            return "lane.gap" if unseen == before[2] else ""
        if before is not None and note.prev != before[1]:
            return "lane.chain-broken"
        return ""
