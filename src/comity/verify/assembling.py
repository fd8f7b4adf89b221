"""Put an evidence file together from what a node holds: choose directory versions, and take along their files.

The node brings the note, the proofs and its archive; which version of the directory vouches for which signature is
found here, by trying, so that what is handed out has been verified before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from comity.directory.errors import DirectoryError
from comity.directory.view import Version
from comity.merkle import ProofError, SignedCheckpoint, Verifier, verify, verify_cosignature
from comity.messages.items import Revealed
from comity.messages.note import parse_note
from comity.verify.errors import ArchiveError, EvidenceError
from comity.verify.evidence import Evidence, ItemProof, Items, LeafProof, Part, Receipt, State, Witness
from comity.verify.versions import Versions, View
from comity.vocabulary.authority import AuthorityId, LogName

type FilesOf = Callable[[AuthorityId, Version], Mapping[str, bytes]]
"""Returns all directory files that lead from the first root to a member in a version: `Mirror.evidence`."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's cosignature, as a node keeps it.

    Attributes:
        log: name of the witness's own exchange log.
        text: the cosigned checkpoint.
        path: consistency from the proof's checkpoint to this one; empty where they are the same.
    """

    log: str
    text: bytes
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """That a leaf stands in a log, as a node keeps it.

    Attributes:
        log: name of the log.
        index: of the leaf.
        checkpoint: signed text.
        path: inclusion path.
        seen: cosignatures of this checkpoint or of later ones.
    """

    log: str
    index: int
    checkpoint: bytes
    path: tuple[bytes, ...]
    seen: tuple[Cosigned, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipted:
    """A receipt, as a node keeps it; fields as in `Receipt`."""

    statement: bytes
    salt: bytes
    logged: Logged
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a node brings.

    Attributes:
        note: whole, as logged.
        logged: in the sender's log.
        body: sealed body, or why it is not given.
        content_key: likewise; with it everything is shown.
        count: number of items of the message.
        shown: items to be shown beside, or instead of, the whole.
        rest: what is to be said of the other items.
        receipts: of the recipient.
    """

    note: bytes
    logged: Logged
    body: Part
    content_key: Part
    count: int
    shown: Sequence[Revealed] = ()
    rest: State = State.WITHHELD
    receipts: Sequence[Receipted] = ()


def assemble(material: Material, files_of: FilesOf, versions: Iterable[Version]) -> Evidence:
    """Return an evidence file in which each signature stands beside the directory version that vouches for it.

    Args:
        material: what the node holds.
        files_of: its archive.
        versions: to be tried for each signature, the likeliest first, after the one that the note names. A witness or a
            receipt for whose signatures none of them vouches is left out.

    Raises:
        EvidenceError: the archive lacks the version which the note names, or none vouches for the sender's checkpoint.
    """
    note = parse_note(material.note)
    assembler = Assembler(files_of, (note.dir, *versions))
    assembler.take(note.from_, note.dir)
    proof = assembler.leaf(material.logged)
    if proof is None:
        raise EvidenceError("no version of the directory vouches for the sender's checkpoint")
    receipts = []
    for receipt in material.receipts:
        receipted = assembler.leaf(receipt.logged)
        if receipted is not None:
            receipts.append(Receipt(receipt.statement, receipt.salt, receipted, receipt.chain))
    return Evidence(
        note=material.note,
        proof=proof,
        body=material.body,
        content_key=material.content_key,
        items=Items(
            material.count,
            material.rest,
            tuple(ItemProof(item.index, item.data, item.path) for item in material.shown),
        ),
        receipts=tuple(receipts),
        files=tuple(sorted(data.decode() for data in assembler.files.values())),
    )


def root_fingerprint(files: Mapping[str, bytes]) -> bytes:
    """Return the SHA-256 of the first root among directory files by path: what verifiers must be given.

    Raises:
        EvidenceError: there is no root.
    """
    roots = {int(path.split(".")[0]): data for path, data in files.items() if path.endswith(".root.json")}
    if not roots:
        raise EvidenceError("there is no root among the files of the directory")
    return sha256(roots[min(roots)]).digest()


class Assembler:
    """Picks, for each signature, the directory version that vouches for it, and gathers the files of it."""

    def __init__(self, files_of: FilesOf, versions: Iterable[Version]) -> None:
        self.files: dict[str, bytes] = {}
        self._files_of = files_of
        self._versions = tuple(dict.fromkeys(versions))

    def take(self, member: AuthorityId, version: Version) -> None:
        """Take along the files of a member in a version, or raise `EvidenceError`."""
        found = self._look(member, version)
        if found is None:
            raise EvidenceError("the version of the directory that the note names is not in the archive")
        self.keep(found[1])

    def leaf(self, logged: Logged) -> LeafProof | None:
        """Return a leaf proof with its view and witnesses; `None` if no version vouches for its checkpoint."""
        size = SignedCheckpoint.parse(logged.checkpoint).checkpoint.size
        view = self.vouching(logged.log, size, lambda pair: verify(logged.checkpoint, pair))
        if view is None:
            return None
        seen = (self._witness(cosigned) for cosigned in logged.seen)
        witnesses = tuple(witness for witness in seen if witness is not None)
        return LeafProof(logged.log, logged.index, logged.checkpoint.decode(), logged.path, view, witnesses)

    def _witness(self, cosigned: Cosigned) -> Witness | None:
        view = self.vouching(cosigned.log, None, lambda pair: verify_cosignature(cosigned.text, pair))
        return None if view is None else Witness(cosigned.log, cosigned.text.decode(), cosigned.path, view)

    def vouching(self, log: str, size: int | None, check: Callable[[Sequence[Verifier]], object]) -> str | None:
        """Return the first version under whose keys the signatures hold, and take its files along."""
        name = LogName.parse(log)
        for version in self._versions:
            found = self._look(name.authority, version)
            if found is None:
                continue
            view, files = found
            if any(_holds(check, pair) for pair in view.pairs(name, size)):
                self.keep(files)
                return version[2].hex()
        return None

    def _look(self, member: AuthorityId, version: Version) -> tuple[View, Mapping[str, bytes]] | None:
        try:
            files = self._files_of(member, version)
            view = Versions(files.values(), root_fingerprint(files)).view(version[2].hex())
            return (view, files) if view.member(member) is not None else None
        except (ArchiveError, DirectoryError):
            return None

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Take files along."""
        self.files.update((sha256(data).hexdigest(), data) for data in files.values())


def _holds(check: Callable[[Sequence[Verifier]], object], pair: Sequence[Verifier]) -> bool:
    try:
        check(pair)
    except ProofError:
        return False
    return True
