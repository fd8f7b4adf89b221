"""A second, small and slow reader of the protocol, written from docs/protocol alone; it shares no line with Comity.

It knows canonical CBOR, payloads and notes (messages.md), bodies, chunks and wraps (sealing.md), trees, runs,
checkpoints and cosignatures (ledger.md), parcels, lanes and receipts (delivery.md). It raises RefusedError with the
code of the page.
"""

import hashlib
import hmac
import re
import unicodedata
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AUTHORITY = re.compile(r"[a-z]{2}\.[a-z][a-z0-9-]{0,29}")
DAY_S = 86_400


class RefusedError(Exception):
    """A rule of the protocol does not hold; the text is its code."""


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def need(holds: object, code: str) -> None:
    if not holds:
        raise RefusedError(code)


# messages.md, section 1


def read_cbor(data: bytes, code: str, most: int = 4 << 20):
    need(len(data) <= most, code)
    value, end = _value(data, 0, 0, code)
    need(end == len(data), code)
    return value


def _value(data: bytes, at: int, depth: int, code: str):
    need(depth <= 16 and at < len(data), code)
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        need(short in {20, 21, 22}, code)
        return {20: False, 21: True, 22: None}[short], at
    if short < 24:
        number = short
    else:
        need(short <= 27, code)
        width = 1 << (short - 24)
        need(at + width <= len(data), code)
        number = int.from_bytes(data[at : at + width])
        need(number >= (24 if width == 1 else 1 << (4 * width)), code)
        at += width
    if major < 2:
        return (number if major == 0 else -1 - number), at
    if major in {2, 3}:
        need(at + number <= len(data), code)
        raw = data[at : at + number]
        if major == 2:
            return raw, at + number
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise RefusedError(code) from error
        need(unicodedata.is_normalized("NFC", text), code)
        return text, at + number
    need(number <= len(data), code)
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _value(data, at, depth + 1, code)
            items.append(item)
        return items, at
    need(major == 5, code)
    found, before = {}, None
    for _ in range(number):
        start = at
        key, at = _value(data, at, depth + 1, code)
        need(isinstance(key, str), code)
        order = (at - start, data[start:at])
        need(before is None or before < order, code)
        before = order
        found[key], at = _value(data, at, depth + 1, code)
    return found, at


# messages.md, sections 2, 3 and 5


def message_root(payload: bytes) -> bytes:
    value = read_cbor(payload, "canonical")
    need(isinstance(value, dict) and set(value) == {"v", "items"} and value["v"] == 1, "message.payload")
    leaves = []
    for item in value["items"]:
        if isinstance(item, list):
            leaves.append(item[0])
        else:
            salt, name, _ = read_cbor(item, "canonical")
            need(len(salt) == 16 and isinstance(name, str), "message.payload")
            leaves.append(sha(b"\0", item))
    return tree_root(leaves)


NOTE_KEYS = ("v", "to", "dir", "exp", "msg", "seq", "body", "from", "lane", "prev", "sent", "size", "wrap", "suite")


def read_note(raw: bytes) -> dict:
    need(len(raw) <= 8192, "note.oversized")
    need(len(raw) > 0, "note.malformed")
    note = read_cbor(raw, "note.malformed")
    need(isinstance(note, dict) and set(note) - {"supersedes"} == set(NOTE_KEYS), "note.field")
    for name in ("v", "exp", "seq", "lane", "sent", "size", "suite"):
        need(type(note[name]) is int and 0 <= note[name] < 1 << 63, "note.field")
    for name in ("msg", "body", "prev", "supersedes"):
        value = note.get(name, bytes(32))
        need(isinstance(value, bytes) and len(value) == 32, "note.field")
    for name in ("from", "to"):
        need(isinstance(note[name], str) and AUTHORITY.fullmatch(note[name]), "note.field")
    need(note["lane"] in {0, 1} and note["seq"] >= 1 and isinstance(note["wrap"], bytes), "note.field")
    return note


# sealing.md, sections 2 to 5


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    prk = hmac.digest(bytes(32), secret, "sha256")
    out = block = b""
    for number in range(1, 9):
        block = hmac.digest(prk, block + info + bytes([number]), "sha256")
        out += block
    return out[:length]


def open_sealed(key: bytes, sealed: bytes, info: bytes, more: bytes = b"") -> bytes:
    need(len(sealed) >= 48, "refused")
    derived = hkdf(key, info, 64)
    need(hmac.compare_digest(derived[32:], sealed[:32]), "refused")
    try:
        return AESGCM(derived[:32]).decrypt(bytes(12), sealed[32:], b"\1\1" + more)
    except InvalidTag as error:
        raise RefusedError("refused") from error


def open_body(key: bytes, body: bytes) -> bytes:
    return open_sealed(key, body, b"comity/body/v1")


def open_chunk(key: bytes, index: int, *, last: bool, chunk: bytes) -> bytes:
    place = index.to_bytes(8) + (b"\1" if last else b"\0")
    need(len(chunk) <= 4_194_352, "refused")
    return open_sealed(key, chunk, b"comity/chunk/v1" + place, place)


def kem_key(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def agreed_key(seed: bytes, public: bytes, names: list[str]) -> bytes:
    """sealing.md, section 9."""
    secret = kem_key(seed)[1].exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    info = b"comity/fingerprint/v1\0" + b"\0".join(sorted(name.encode() for name in names))
    return hmac.digest(hmac.digest(bytes(32), secret, "sha256"), info + b"\1", "sha256")


def unwrap(seed: bytes, wrap: bytes, core: bytes) -> bytes:
    """HPKE Base of RFC 9180 with X-Wing (KEM 0x647a), HKDF-SHA256 (1) and AES-256-GCM (2)."""
    need(len(wrap) == 1168, "refused")
    lattice, curve = kem_key(seed)
    share = wrap[1088:1120]
    public = curve.public_key().public_bytes_raw()
    try:
        second = curve.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        raise RefusedError("refused") from error
    label = bytes.fromhex("5c2e2f2f5e5c")
    shared = hashlib.sha3_256(lattice.decapsulate(wrap[:1088]) + second + share + public + label).digest()
    suite = b"HPKE" + bytes.fromhex("647a00010002")

    def extract(salt: bytes, name: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + secret, "sha256")

    def expand(prk: bytes, name: bytes, info: bytes, length: int) -> bytes:
        labelled = length.to_bytes(2) + b"HPKE-v1" + suite + name + info
        return hmac.digest(prk, labelled + b"\1", "sha256")[:length]

    info = b"comity/wrap/v1\0" + sha(core)
    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    try:
        return AESGCM(expand(secret, b"key", context, 32)).decrypt(
            expand(secret, b"base_nonce", context, 12), wrap[1120:], b""
        )
    except InvalidTag as error:
        raise RefusedError("refused") from error


# ledger.md, sections 2 to 6


def entry_leaf(kind: int, h: bytes) -> bytes:
    return sha(b"\0", sha(b"comity/leaf/v1\0", bytes([kind]), h))


def parent(left: bytes, right: bytes) -> bytes:
    return sha(b"\1", left, right)


def tree_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return parent(tree_root(leaves[:split]), tree_root(leaves[split:]))


def check_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    need(0 <= index < size and all(len(one) == 32 for one in [leaf, root, *path]), "refused")
    node, last, found = index, size - 1, leaf
    for sibling in path:
        need(last != 0, "refused")
        if node % 2 or node == last:
            found = parent(sibling, found)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            found = parent(found, sibling)
        node, last = node // 2, last // 2
    need(last == 0 and found == root, "refused")


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: list[bytes]) -> None:
    need(0 < old_size <= new_size and all(len(one) == 32 for one in [old_root, new_root, *path]), "refused")
    node, last, left = old_size - 1, new_size - 1, 0
    while left != node and (node == last or node % 2):
        node, last, left = node // 2, last // 2, left // 2
    rest = list(path)
    if left != node:
        need(rest, "refused")
    old = new = old_root if left == node else rest.pop(0)
    for sibling in rest:
        need(last != 0, "refused")
        if node % 2 or node == last:
            if left < node:
                old = parent(sibling, old)
            new = parent(sibling, new)
            while node % 2 == 0 and node:
                node, last, left = node // 2, last // 2, left // 2
        else:
            new = parent(new, sibling)
        node, last, left = node // 2, last // 2, left // 2
    need(last == 0 and old == old_root and new == new_root, "refused")


def check_runs(runs, leaves: list[bytes], size: int, path: list[bytes], root: bytes) -> None:
    need(runs and 0 < size <= 1 << 62 and all(len(one) == 32 for one in [root, *leaves, *path]), "refused")
    free = 0
    for first, count in runs:
        need(count >= 1 and first >= free, "refused")
        free = first + count + 1
    need(free - 1 <= size and sum(count for _, count in runs) == len(leaves), "refused")
    given, levels, rest = iter(leaves), [], list(path)
    for first, count in runs:
        levels.append((first, [next(given) for _ in range(count)]))
    last = size - 1
    while last:
        halved: list[tuple[int, list[bytes]]] = []
        for first, nodes in levels:
            start, row = first, list(nodes)
            if start % 2:
                need(rest, "refused")
                row.insert(0, rest.pop(0))
                start -= 1
            end = start + len(row) - 1
            if end % 2 == 0 and end < last:
                need(rest, "refused")
                row.append(rest.pop(0))
            up = [parent(*row[at : at + 2]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)]
            if halved and halved[-1][0] + len(halved[-1][1]) == start // 2:
                halved[-1][1].extend(up)
            else:
                halved.append((start // 2, up))
        levels, last = halved, last // 2
    need(not rest and levels == [(0, [root])], "refused")


ROLES = {
    "checkpoint": (b"\x01", b"\xffcomity/ml-dsa-65/v1\0"),
    "cosignature": (b"\x04", b"\xffcomity/cosignature/ml-dsa-65/v1\0"),
}


def _line(text: str) -> tuple[str, bytes]:
    found = re.fullmatch("— (\\S+) (\\S+)", text)
    need(found, "refused")
    try:
        data = b64decode(found[2], validate=True)
    except ValueError as error:
        raise RefusedError("refused") from error
    need(b64encode(data).decode() == found[2], "refused")
    return found[1], data


def check_signed(note: bytes, name: str, ed25519: bytes, ml_dsa: bytes, role: str = "checkpoint"):
    """Return (origin, size, root), and for cosignatures the time."""
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise RefusedError("refused") from error
    need(len(note) <= 160 << 10 and not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f]", whole), "refused")
    body, gap, under = whole.rpartition("\n\n")
    need(gap and under.endswith("\n"), "refused")
    body += "\n"
    found = re.fullmatch(r"(\S+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n", body)
    need(found, "refused")
    root = b64decode(found[3])
    need(b64encode(root).decode() == found[3], "refused")
    lines = [_line(text) for text in under[:-1].split("\n")]
    need(len(lines) <= 32, "refused")
    if role == "checkpoint":
        need(found[1] == name, "refused")
    seen = []
    for algorithm, public, load in zip(
        ROLES[role], (ed25519, ml_dsa), (Ed25519PublicKey, MLDSA65PublicKey), strict=True
    ):
        key_id = sha(name.encode(), b"\n", algorithm, public)[:4]
        mine = [data[4:] for who, data in lines if who == name and data[:4] == key_id]
        need(len(mine) == 1, "refused")
        signature, message = mine[0], body.encode()
        if role == "cosignature":
            at = int.from_bytes(signature[:8])
            need(at < 1 << 63, "refused")
            signature, message = signature[8:], f"cosignature/v1\ntime {at}\n{body}".encode()
            seen.append(at)
        try:
            load.from_public_bytes(public).verify(signature, message)
        except InvalidSignature as error:
            raise RefusedError("refused") from error
    need(len(set(seen)) <= 1, "refused")
    return (found[1], int(found[2]), root, *seen[:1])


# delivery.md, sections 2, 4, 5 and 6

FIELDS = {"v", "from", "to", "lane", "notes", "bodies", "receipts", "have", "cosigs", "heads", "want", "next"}


def _count(value: object, code: str = "parcel.malformed") -> int:
    need(type(value) is int and 0 <= value < 1 << 63, code)
    return value


def read_parcel(data: bytes) -> dict:
    need(len(data) <= 16 << 20, "parcel.oversized")
    parcel = read_cbor(data, "parcel.noncanonical", 16 << 20)
    wrong = "parcel.malformed"
    need(isinstance(parcel, dict) and not set(parcel) - FIELDS - {"proof"}, wrong)
    need(parcel.get("v") == 1, "parcel.version")
    need(set(parcel) - {"proof"} == FIELDS, wrong)
    for name in ("from", "to"):
        need(isinstance(parcel[name], str) and AUTHORITY.fullmatch(parcel[name]), wrong)
    need(_count(parcel["lane"]) in {0, 1}, wrong)
    _count(parcel["have"])
    _count(parcel["next"])
    for name, most in (("notes", 1000), ("bodies", 1000), ("cosigs", 256), ("heads", 256)):
        need(isinstance(parcel[name], list) and len(parcel[name]) <= most, wrong)
        need(all(isinstance(one, bytes) for one in parcel[name]), wrong)
    for gap in parcel["want"]:
        need(isinstance(gap, list) and len(gap) == 2, wrong)
        need(all(_count(one) >= 0 for one in gap), wrong)
    for one in parcel["receipts"]:
        need(isinstance(one, list) and len(one) == 3 and len(one[1]) == 32, wrong)
    return parcel


def believe(parcel: dict, head: dict, keys: dict) -> None:
    """Check a parcel's proof against the head that we hold: {size, root, checkpoint}."""
    proof = parcel["proof"]
    try:
        _, size, root = check_signed(proof["checkpoint"], proof["log"], *keys[proof["log"]])
    except RefusedError as error:
        raise RefusedError("proof.signature") from error
    need(proof["base"] == head["size"], f"head.mismatch {head['size']}")
    if size == head["size"]:
        need(root == head["root"], "log.forked")
    elif head["size"]:
        small, large = sorted([(size, root), (head["size"], head["root"])])
        try:
            check_consistency(*small, *large, proof["consistency"])
        except RefusedError as error:
            raise RefusedError("proof.consistency") from error
    kinds = {"stored": 2, "read": 3, "refused": 4}
    leaves = {}
    for statement, salt, index in parcel["receipts"]:
        kind = kinds[read_statement(statement)["kind"]]
        leaves[index] = entry_leaf(kind, sha(salt, statement))
    places = [first + at for first, count in proof["runs"] for at in range(count)]
    free = [place for place in places if place not in leaves]
    need(len(places) == len(parcel["notes"]) + len(leaves) and set(leaves) <= set(places), "proof.runs")
    for place, note in zip(free, parcel["notes"], strict=True):
        leaves[place] = entry_leaf(1, sha(note))
    try:
        check_runs(proof["runs"], [leaves[place] for place in sorted(leaves)], size, proof["path"], root)
    except RefusedError as error:
        raise RefusedError("proof.inclusion") from error


def judge(raws: list[bytes], lane: dict, now: int, parties: tuple[str, str, int]) -> list[list]:
    """Return [seq, standing, refusal] of each note; `lane` has next, last, and held: {seq: raw}."""
    expected, last, before, found = lane["next"], lane["last"], 0, []
    for raw in raws:
        note = read_note(raw)
        need((note["from"], note["to"], note["lane"]) == parties, "note.misaddressed")
        need(note["seq"] > before, "note.order")
        before = note["seq"]
        held = lane["held"].get(note["seq"])
        if note["seq"] == expected:
            need(note["prev"] == last, "lane.chain-broken")
            standing, expected, last = "in-order", expected + 1, sha(raw)
        elif held is not None or note["seq"] < expected:
            need(held is None or held == raw, "lane.equivocation")
            standing = "repeated"
        else:
            standing = "ahead"
        found.append([note["seq"], standing, _rule(note, now)])
    return found


def _rule(note: dict, now: int) -> str:
    rules = (
        ("note.version", note["v"] == 1),
        ("note.suite", note["suite"] == 1),
        ("note.wrap", len(note["wrap"]) == 1168),
        ("note.future", note["sent"] <= now + 300),
        ("note.expired", note["exp"] > now),
        ("note.lifetime", 0 < note["exp"] - note["sent"] <= 30 * DAY_S),
    )
    return next((code for code, holds in rules if not holds), "")


def read_statement(data: bytes) -> dict:
    wrong = "receipt.malformed"
    value = read_cbor(data, wrong)
    names = {"v", "kind", "from", "to", "lane", "first", "last", "hash", "at"}
    need(isinstance(value, dict) and set(value) - {"code"} == names and value["v"] == 1, wrong)
    need(value["kind"] in {"stored", "read", "refused"} and value["lane"] in {0, 1}, wrong)
    for name in ("first", "last", "at"):
        _count(value[name], wrong)
    need(value["first"] <= value["last"] and isinstance(value["hash"], bytes) and len(value["hash"]) == 32, wrong)
    return value


def settle(statement: dict, own: str, partner: str, sent: dict[str, bytes]) -> None:
    need(statement["from"] == partner and statement["to"] == own, "receipt.misaddressed")
    need(sent.get(f"{statement['lane']}/{statement['last']}") == statement["hash"], "receipt.foreign")
