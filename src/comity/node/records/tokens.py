"""The token index: whole numbers that hold a token and a record, and the reading of candidates from them."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest
from itertools import islice

from django.db import connection

from comity.matching import TOKEN_WEIGHT, VERSION, Token, TokenKind
from comity.node import rows as plain
from comity.node.records.models import RecordToken

RECORD_BITS = 27  # 134 million records
TOKEN_BITS = 36  # two tokens of a million share a hash once in some 70,000: one candidate more, never one less
MAX_RECORD = (1 << RECORD_BITS) - 1
READ_A_TOKEN = 64  # entries read of one token; one that has more says little
VAGUE = 12  # candidates of a subject that share single words only; of these few are worth a comparison
BUDGET = 2_000  # entries of all tokens of a subject that are counted, rarest first
NOMINAL_RECORDS = 1_000_000.0
TERMS_A_QUERY = 64  # parts of one compound query; a fixed few sizes keep the prepared statements
SIZES = (8, 24, TERMS_A_QUERY)
NO_RANGE = (1, 0)
PARAMETERS_A_STATEMENT = 900

_TABLE = RecordToken._meta.db_table  # noqa: SLF001  Django's documented way to a table's name


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate that was not compared yet.

    Attributes:
        record: its id.
        weight: what the shared tokens say together; for ranking only.
    """

    record: int
    weight: float


def token_number(authority: str, token: Token) -> int:
    """Return the number of a token within an authority; records of two authorities never share one."""
    text = f"{VERSION}\0{authority}\0{token.kind}\0{token.text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> (64 - TOKEN_BITS)


def entry(number: int, record: int) -> int:
    """Return the index entry of a token and a record.

    Raises:
        OverflowError: the record id has more than 27 bits.
    """
    if record > MAX_RECORD:
        raise OverflowError(f"the index holds at most {MAX_RECORD} records")
    return number << RECORD_BITS | record


def write(entries: Iterable[int]) -> None:
    """Add entries, in the caller's transaction; those that are there already stay."""
    rows = [(row,) for row in sorted(set(entries))]  # in the order of the tree, so that neighbours share a page
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_TABLE} (id) VALUES (%s) ON CONFLICT DO NOTHING", rows)  # noqa: S608  our own table


def erase(entries: Iterable[int]) -> None:
    """Remove entries, in the caller's transaction."""
    rows = sorted(set(entries))
    for first in range(0, len(rows), PARAMETERS_A_STATEMENT):
        RecordToken.objects.filter(pk__in=rows[first : first + PARAMETERS_A_STATEMENT]).delete()


def candidates(authority: str, subjects: Sequence[frozenset[Token]], limit: int) -> tuple[tuple[Found, ...], ...]:
    """Return the most promising records for each subject, best first, at most `limit` each.

    The tokens of all subjects are read together: one query for every 64 distinct tokens.
    """
    numbered = [{token_number(authority, token): token for token in tokens} for tokens in subjects]
    postings = _read(sorted(set().union(*numbered))) if numbered else {}
    return tuple(_ranked(numbers, postings, limit) for numbers in numbered)


def _read(numbers: Sequence[int]) -> Mapping[int, list[int]]:
    """Return the records of each token (numbers in ascending order) that has any."""
    postings: dict[int, list[int]] = {}
    for first in range(0, len(numbers), TERMS_A_QUERY):
        part = numbers[first : first + TERMS_A_QUERY]
        size = next(s for s in SIZES if s >= len(part))
        bounds = [b for n in part for b in (n << RECORD_BITS, (n << RECORD_BITS) | MAX_RECORD)]
        bounds += NO_RANGE * (size - len(part))
        entries = [value for (value,) in plain.every(_statement(size), *bounds)]
        entries.sort()  # they come sorted, but no standard says that they do
        start = 0
        for number in part:
            end = bisect_right(entries, (number << RECORD_BITS) | MAX_RECORD, start)
            if end > start:
                postings[number] = [value & MAX_RECORD for value in entries[start:end]]
            start = end
    return postings


@lru_cache(maxsize=len(SIZES))
def _statement(size: int) -> str:
    one = f"SELECT * FROM (SELECT id FROM {_TABLE} WHERE id BETWEEN %s AND %s LIMIT {READ_A_TOKEN}) AS t"  # noqa: S608  our own table
    return " UNION ALL ".join([one] * size)


def _ranked(numbers: Mapping[int, Token], postings: Mapping[int, list[int]], limit: int) -> tuple[Found, ...]:
    """Add up what the shared tokens say, rarest first, while the budget lasts."""
    weights: defaultdict[int, float] = defaultdict(float)
    telling: set[int] = set()
    left = BUDGET
    for number in sorted((n for n in numbers if n in postings), key=lambda n: (len(postings[n]), n)):
        records = postings[number]
        if left <= 0:
            break
        left -= len(records)
        kind = numbers[number].kind
        rarity = TOKEN_WEIGHT[kind] * math.log(NOMINAL_RECORDS / len(records))
        if kind != TokenKind.WORD:
            telling.update(records)
        full = len(records) < READ_A_TOKEN  # of a common token only some entries were read: it ranks, it does not find
        for record in records:
            if full or record in weights:
                weights[record] += rarity
    best = nsmallest(limit, weights.items(), key=lambda item: (-item[1], item[0]))
    vague = islice((item for item in best if item[0] not in telling), VAGUE)
    kept = {record for record, _ in vague} | telling
    return tuple(Found(record, weight) for record, weight in best if record in kept)
