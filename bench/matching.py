"""What matching costs and how well it does, printed; peers are measured beside it where they can be imported.

The lists of names that it compares are not part of this repository: name their folder with `--data`, else it is looked
for beside the repository, and without it nothing is measured.

Figures: import time and memory, the cost of digest, tokens and comparison, a cross-check of one person against many
records (index in memory, candidates rarest first), and F1 on labelled name pairs against rapidfuzz's WRatio.
"""

import argparse
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
from figure import Figure, arguments, show

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
NAMES = "names/nk_name_bench_dev.csv"
BUDGET = 300
COMPARED = 20


def person(row: dict[str, str]) -> Subject:
    """Return a person of the lists of invented people."""
    properties = {"name": [row["full_name"]], "birthDate": [row["date_of_birth"]]}
    return Subject.from_ftm({"id": "", "schema": "Person", "properties": {k: v for k, v in properties.items() if v[0]}})


def timed(label: str, work: Callable[[], object], count: int) -> float:
    """Print the CPU microseconds of one of `count` pieces of work, and return them."""
    started = time.process_time()
    work()
    found = (time.process_time() - started) / count * 1e6
    print(f"{label:<58}{found:10.1f} us")
    return found


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


def cross_check(shared: Path) -> Figure:
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
    least = timed(
        "comparing the candidates, a query",
        lambda: [[likely(q, digests[c]) for c in f] for q, f in zip(queries, found, strict=True)],
        len(queries),
    )
    whole = timed(
        "whole cross-check: tokens, candidates, comparing",
        lambda: [[likely(q, digests[c]) for c in candidates(tokens_of(q), index, len(rows))] for q in queries],
        len(queries),
    )
    work = f"one person against {len(rows):,} records, in memory"
    return Figure(work, "us", whole, limit=least, share=least / whole, remark="limit: comparing the candidates alone")


def quality(shared: Path) -> Figure:
    """Print F1 on labelled name pairs, ours and rapidfuzz's."""
    with (shared / NAMES).open(encoding="utf-8") as file:
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
    remark = "peer: rapidfuzz WRatio; each at its best threshold"
    work = "F1 on labelled pairs of names"
    return Figure(work, "", best_f1(ours)[0], 0.70, at_most=False, peer=best_f1(peers)[0], limit=1.0, remark=remark)


def imported() -> None:
    """Print what importing the package costs a fresh process."""
    code = (
        "import time,resource;t=time.process_time();import comity.matching;"
        "print(time.process_time()-t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    print(f"{'import':<58}{float(out[0]) * 1000:10.1f} ms")
    print(f"{'memory of a process that imported it':<58}{int(out[1]) / 1024:10.1f} MiB")


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=BESIDE, help="the folder with the lists of names")


if __name__ == "__main__":
    chosen = arguments(__doc__, _more)
    if not (chosen.data / NAMES).exists():
        print(f"nothing is measured: {chosen.data / NAMES} is not there")
        show([], as_json=chosen.json)
        sys.exit(0)
    imported()
    figures = [quality(chosen.data), cross_check(chosen.data)]
    print(f"{'memory at the end':<58}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.1f} MiB")
    show(figures, as_json=chosen.json)
