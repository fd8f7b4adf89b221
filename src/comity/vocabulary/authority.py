"""Who exchanges: authorities of states and organisations, and the names of their logs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from comity.vocabulary.errors import VocabularyError

_AUTHORITY: Final = re.compile(r"[a-z]{2}\.[a-z][a-z0-9-]{0,29}")
_LOG: Final = re.compile(r"(?P<authority>[a-z]{2}\.[a-z][a-z0-9-]{0,29})/(?P<kind>[xa])(?P<number>[1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True, order=True)
class AuthorityId:
    """An authority, such as ``xa.ncb``: the state or organisation's code, a dot, and its own short name."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "AuthorityId":
        """Return the authority of that id; the same object for the same text.

        Raises:
            VocabularyError: the text is no id of an authority.
        """
        return _authority(text)

    @property
    def state(self) -> str:
        """The two-letter code of the state or organisation, in capitals."""
        return self.text[:2].upper()

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=8192)
def _authority(text: str) -> AuthorityId:
    if not _AUTHORITY.fullmatch(text):
        raise VocabularyError("an authority is written like `xa.ncb`")
    return AuthorityId(text)


@dataclass(frozen=True, slots=True, order=True)
class LogName:
    """A log, such as ``xa.ncb/x1``.

    Attributes:
        authority: whose log.
        kind: ``x`` for the exchange log, which partners see, ``a`` for the acts log, which auditors see.
        number: from 1; a new one follows a compromise or a restore.
    """

    authority: AuthorityId
    kind: str
    number: int

    @classmethod
    def parse(cls, text: str) -> "LogName":
        """Return the log of that name.

        Raises:
            VocabularyError: the text is no name of a log.
        """
        match = _LOG.fullmatch(text)
        if match is None:
            raise VocabularyError("a log is written like `xa.ncb/x1`")
        return cls(AuthorityId.parse(match["authority"]), match["kind"], int(match["number"]))

    def __str__(self) -> str:
        return f"{self.authority}/{self.kind}{self.number}"
