"""What matching costs and how well it does, printed; peers are measured beside it where they can be imported.

    python bench/matching.py [folder with the shared data]

Figures: import time and memory, the cost of digest, tokens and comparison, a cross-check of one person against many
records (index in memory, candidates rarest first), and F1 on labelled name pairs against rapidfuzz's WRatio.
"""

import csv
import gzip
import math
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from rapidfuzz import fuzz

from comity.matching import TOKEN_WEIGHT, Prepared, Token, compare, digest, hopeless, pack, score, tokens_of, unpack
from comity.subjects import Subject

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
BUDGET = 300
COMPARED = 20


def person(row: dict[str, str]) -> Subject:
    """Return a person of the lists of invented people."""
    properties = {"name": [row["full_name"]], "birthDate": [row["date_of_birth"]]}
    return Subject.from_ftm({"id": "", "schema": "Person", "properties": {k: v for k, v in properties.items() if v[0]}})


def timed(label: str, work: Callable[[], object], count: int) -> None:
    """Print the CPU microseconds of one of `count` pieces of work."""
    started = time.process_time()
    work()
    print(f"{label:<58}{(time.process_time() - started) / count * 1e6:10.1f} us")


def best_f1(pairs: list[tuple[float, bool]]) -> tuple[float, float]:
    """Return the best F1 over all thresholds, and the threshold."""
    best = (0.0, 0.0)
    for threshold in sorted({s for s, _ in pairs}):
        true = sum(s >= threshold and y for s, y in pairs)
        false = sum(s >= threshold and not y for s, y in pairs)
        missed = sum(s < threshold and y for s, y in pairs)
        best = max(best, (2 * true / (2 * true + false + missed) if true else 0.0, threshold))
    return best


def likely(query: Prepared, candidate: Prepared) -> float:
    """Return the score, or 0 at once where it cannot be one that officers see."""
    return 0.0 if hopeless(query, candidate) else score(query, candidate)


def candidates(query: frozenset[Token], index: dict[Token, list[int]], records: int, budget: int = BUDGET) -> list[int]:
    """Return candidates, most promising first: rarest tokens are read first, until the budget is spent."""
    weights: defaultdict[int, float] = defaultdict(float)
    for token in sorted((t for t in query if t in index), key=lambda t: (len(index[t]), t)):
        postings = index[token]
        if budget <= 0:
            break
        rarity = TOKEN_WEIGHT[token.kind] * math.log(records / len(postings) + 1)
        for record in postings[:budget]:
            weights[record] += rarity
        budget -= len(postings)
    return sorted(weights, key=lambda r: (-weights[r], r))[:COMPARED]


def cross_check(shared: Path) -> None:
    """Measure one query against all invented people, doubled with shifted birth years to 100,000 records."""
    with gzip.open(shared / "names/yente_negatives_us.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows += [{**row, "date_of_birth": f"{int(row['date_of_birth'][:4]) - 7}{row['date_of_birth'][4:]}"} for row in rows]
    subjects = [person(row) for row in rows]
    started = time.process_time()
    digests: list[Prepared] = [digest(s) for s in subjects]
    print(f"{'digest, cold':<58}{(time.process_time() - started) / len(rows) * 1e6:10.1f} us")
    started = time.process_time()
    index: dict[Token, list[int]] = defaultdict(list)
    count = 0
    for number, prepared in enumerate(digests):
        for token in tokens_of(prepared):
            index[token].append(number)
            count += 1
    print(f"{'tokens of a digest, and indexing':<58}{(time.process_time() - started) / len(rows) * 1e6:10.1f} us")
    print(f"{'tokens a record':<58}{count / len(rows):10.1f}")
    packed = [pack(d) for d in digests[:5000]]
    timed("unpack a stored digest", lambda: [unpack(p) for p in packed], len(packed))
    queries = digests[::500]
    wanted = [tokens_of(q) for q in queries]
    found = [candidates(t, index, len(rows)) for t in wanted]
    print(f"{'records':<58}{len(rows):10}")
    print(f"{'candidates compared a query':<58}{sum(map(len, found)) / len(found):10.1f}")
    timed("candidates from the index, a query", lambda: [candidates(t, index, len(rows)) for t in wanted], len(queries))
    timed(
        "scoring every candidate in full, a query",
        lambda: [[score(q, digests[c]) for c in f] for q, f in zip(queries, found, strict=True)],
        len(queries),
    )
    timed(
        "comparing the candidates, a query",
        lambda: [[likely(q, digests[c]) for c in f] for q, f in zip(queries, found, strict=True)],
        len(queries),
    )
    timed(
        "whole cross-check: tokens, candidates, comparing",
        lambda: [[likely(q, digests[c]) for c in candidates(tokens_of(q), index, len(rows))] for q in queries],
        len(queries),
    )


def quality(shared: Path) -> None:
    """Print F1 on labelled name pairs, ours and rapidfuzz's."""
    with (shared / "names/nk_name_bench_dev.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ours = []
    started = time.process_time()
    for row in rows:
        a, b = (
            Subject.from_ftm({"id": "", "schema": row["schema"], "properties": {"name": [row[n]]}})
            for n in ("name1", "name2")
        )
        ours.append((compare(a, b).score, row["is_match"] == "true"))
    print(f"{'compare, both sides undigested':<58}{(time.process_time() - started) / len(rows) * 1e6:10.1f} us")
    started = time.process_time()
    peers = [(fuzz.WRatio(row["name1"].lower(), row["name2"].lower()), row["is_match"] == "true") for row in rows]
    print(f"{'rapidfuzz WRatio':<58}{(time.process_time() - started) / len(rows) * 1e6:10.1f} us")
    print(f"{'F1 on labelled pairs: comity':<58}{best_f1(ours)[0]:10.3f}  at {best_f1(ours)[1]:.3f}")
    print(f"{'F1 on labelled pairs: rapidfuzz WRatio':<58}{best_f1(peers)[0]:10.3f}  at {best_f1(peers)[1]:.1f}")


def imported() -> None:
    """Print what importing the package costs a fresh process."""
    code = (
        "import time,resource;t=time.process_time();import comity.matching;"
        "print(time.process_time()-t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    print(f"{'import':<58}{float(out[0]) * 1000:10.1f} ms")
    print(f"{'memory of a process that imported it':<58}{int(out[1]) / 1024:10.1f} MiB")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BESIDE
    imported()
    quality(folder)
    cross_check(folder)
    print(f"{'memory at the end':<58}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.1f} MiB")
