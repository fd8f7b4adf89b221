"""Is this the same subject, and why: tokens to find candidates, then a comparison that names its reasons.

`tokens` gives the normalised values by which an index finds candidates; `compare` scores a candidate and says which
values agree and which contradict. Both are pure, deterministic and versioned. A score never decides: it ranks what
an officer looks at.
"""

from comity.matching.comparison import RULES, Comparison, Reason, Verdict, compare, compare_prepared, hopeless, score
from comity.matching.digests import VERSION, Packed, Prepared, digest, pack, peek, unpack
from comity.matching.errors import MatchingError, VersionError
from comity.matching.tokenising import MAX_TOKENS, TOKEN_WEIGHT, Token, TokenKind, tokens, tokens_of

__all__ = [
    "MAX_TOKENS",
    "RULES",
    "TOKEN_WEIGHT",
    "VERSION",
    "Comparison",
    "MatchingError",
    "Packed",
    "Prepared",
    "Reason",
    "Token",
    "TokenKind",
    "Verdict",
    "VersionError",
    "compare",
    "compare_prepared",
    "digest",
    "hopeless",
    "pack",
    "peek",
    "score",
    "tokens",
    "tokens_of",
    "unpack",
]
