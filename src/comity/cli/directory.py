"""`comity directory`: the registrar's work on the published folder, and a node's copy of it.

The holders' keys lie in keystores of their own (`--keys`, repeated: one for each holder who is at the table), below the
names `root/1`, `targets/1`, `snapshot/1`, `timestamp/1`. The last one named with `init` is the one that stays online;
the others go into safes. Which of their keys still count says the newest root.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from comity.cli.errors import Failure
from comity.cli.passphrase import ask_passphrase, passphrase_option
from comity.cli.words import _, marked, ngettext

if TYPE_CHECKING:
    from comity.directory import Card, Holders, Registrar, Table
    from comity.sealing import Keys, PublicPair, SigningPair

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
ROLES: Final = ("root", "targets", "snapshot", "timestamp")


def keys_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the option `--keys`."""
    return click.option(
        "--keys",
        "key_folders",
        type=FOLDER,
        multiple=True,
        required=True,
        help=marked("Folder of a keystore with holders' keys; repeat it for each holder who is present."),
    )(function)


@click.group(name="directory", help=marked("Keep the directory of members and agreements."))
def command() -> None:
    """Keep the directory."""


@command.command(name="init", help=marked("Begin a directory: make the holders' keys and sign the first root."))
@click.argument("folder", type=FOLDER)
@keys_option
@click.option(
    "--bits", default=4, show_default=True, help=marked("Members are spread over two to the power of this bins.")
)
@passphrase_option
def init(folder: Path, key_folders: tuple[Path, ...], bits: int, passphrase_file: Path | None) -> None:
    """Make keys, root and an empty directory."""
    from comity.directory import FolderStore, Holders, Registrar, Table  # noqa: PLC0415  # loads the cryptography
    from comity.directory.profile import ROOT_HOLDERS, TARGETS_HOLDERS  # noqa: PLC0415  # only where it is needed
    from comity.sealing import Keystore  # noqa: PLC0415  # only where it is needed

    stores = [Keystore(path).create(_new_passphrase(path, passphrase_file)) for path in key_folders]
    made: dict[str, list[SigningPair]] = {}
    *offline, online = stores
    places = {"snapshot": [online], "timestamp": [online]}
    for role, count in zip(ROLES, (ROOT_HOLDERS, TARGETS_HOLDERS, 1, 1), strict=True):
        # Spread over the keystores of the holders, so that no one of them alone can sign a root.
        spread = places.get(role) or offline or [online]
        made[role] = [_make_key(spread[number % len(spread)], role, number + 1) for number in range(count)]
    public = {role: tuple(pair.public for pair in pairs) for role, pairs in made.items()}
    holders = Holders(public["root"], public["targets"], public["snapshot"][0], public["timestamp"][0])
    now = datetime.now(UTC)
    registrar = Registrar.create(FolderStore(folder), holders, made["root"], now, bits)
    registrar.publish(Table(made["snapshot"][0], made["timestamp"][0], tuple(made["targets"])), now)
    click.echo(_("The directory is in `{folder}`.").format(folder=folder))
    click.echo(
        _("Members receive `1.root.json` and compare this fingerprint: {fingerprint}").format(
            fingerprint=_fingerprint(registrar.root)
        )
    )


@command.command(name="admit", help=marked("List a new member, or take a member's renewed card."))
@click.argument("folder", type=FOLDER)
@click.argument("cards", type=FILE, nargs=-1, required=True)
@keys_option
@click.option(
    "--digits",
    multiple=True,
    help=marked("Digits heard on the telephone, one for each new card; else they are asked for."),
)
@passphrase_option
def admit(
    folder: Path,
    cards: tuple[Path, ...],
    key_folders: tuple[Path, ...],
    digits: tuple[str, ...],
    passphrase_file: Path | None,
) -> None:
    """Admit members by their cards."""
    from comity.directory import read_card  # noqa: PLC0415  # only where it is needed

    registrar = _open(folder)
    heard = {_bare(found) for found in digits}
    for path in cards:
        card = read_card(path.read_bytes())
        registrar.admit(card, compared=not registrar.vouches(card) and _compared(card, heard))
        click.echo(_("{authority} is listed.").format(authority=card.authority))
    _publish(registrar, key_folders, passphrase_file)


@command.command(name="suspend", help=marked("End a membership, from now on, or resume it."))
@click.argument("folder", type=FOLDER)
@click.argument("authority")
@keys_option
@click.option("--reason", default="conference.decision", show_default=True)
@click.option("--resume", is_flag=True, help=marked("Lift the suspension."))
@passphrase_option
def suspend(
    folder: Path,
    authority: str,
    key_folders: tuple[Path, ...],
    reason: str,
    resume: bool,  # noqa: FBT001  # click's flag
    passphrase_file: Path | None,
) -> None:
    """Suspend a member."""
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    registrar, member = _open(folder), AuthorityId.parse(authority)
    if registrar.identity(member) is None:
        raise Failure(_("`{authority}` is not in the directory").format(authority=authority))
    if resume:
        registrar.readmit(member)
    else:
        registrar.suspend(member, reason, datetime.now(UTC))
    _publish(registrar, key_folders, passphrase_file)


@command.command(name="revoke", help=marked("Declare a key of a member stolen or lost, since when, and sign it."))
@click.argument("folder", type=FOLDER)
@click.argument("authority")
@click.argument("kind", type=click.Choice(("log", "identity", "kem", "tls")))
@keys_option
@click.option(
    "--id",
    "name",
    default="",
    help=marked("Name of the log, or id of a key; else the log and certificate in use, or all KEM keys."),
)
@click.option("--since", default="", help=marked("UTC, such as 2026-11-23T10:00:00Z; now if none is given."))
@click.option("--checkpoint", type=FILE, help=marked("For a log: its last checkpoint that witnesses confirm."))
@click.option("--reason", default="key.compromised", show_default=True)
@passphrase_option
def revoke(
    folder: Path,
    authority: str,
    kind: str,
    key_folders: tuple[Path, ...],
    name: str,
    since: str,
    checkpoint: Path | None,
    reason: str,
    passphrase_file: Path | None,
) -> None:
    """Revoke a key of a member."""
    from comity.cli.directory_revoking import Asked, revocations_of, witnesses_of  # noqa: PLC0415  # only where needed

    registrar = _open(folder)
    asked = Asked(
        authority, kind, name, _moment(since), reason, None if checkpoint is None else checkpoint.read_bytes()
    )
    found = revocations_of(registrar, asked)
    if found and found[0].closing is not None:
        witnesses = ", ".join(witnesses_of(registrar, asked.checkpoint or b"")) or _("nobody")
        click.echo(
            _("{log} is closed at size {size}, which was seen by {witnesses}; what is below stays proved.").format(
                log=found[0].id, size=found[0].closing.size, witnesses=witnesses
            )
        )
    registrar.revoke(*found)
    _publish(registrar, key_folders, passphrase_file)


@command.command(name="publish", help=marked("Publish agreements and lists, and sign anew what is about to expire."))
@click.argument("folder", type=FOLDER)
@keys_option
@click.option(
    "--agreement", "agreements", type=FILE, multiple=True, help=marked("JSON document; its file name is its id.")
)
@click.option("--code-list", "code_lists", type=FILE, multiple=True)
@click.option("--remove", multiple=True, help=marked("Path that the registrar no longer vouches for."))
@passphrase_option
def publish(
    folder: Path,
    key_folders: tuple[Path, ...],
    agreements: tuple[Path, ...],
    code_lists: tuple[Path, ...],
    remove: tuple[str, ...],
    passphrase_file: Path | None,
) -> None:
    """Publish documents."""
    registrar = _open(folder)
    for kind, paths in (("agreements", agreements), ("codes", code_lists)):
        for path in paths:
            registrar.put(f"{kind}/{path.name}", path.read_bytes())
    for name in remove:
        registrar.remove(name)
    _publish(registrar, key_folders, passphrase_file)


@command.command(
    name="timestamp", help=marked("Say for one more day that the directory is the newest; run it every day.")
)
@click.argument("folder", type=FOLDER)
@keys_option
@passphrase_option
def timestamp(folder: Path, key_folders: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Sign snapshot and timestamp anew."""
    _publish(_open(folder), key_folders, passphrase_file)


@command.command(name="rotate", help=marked("Sign a new root: for another year, or with other holders."))
@click.argument("folder", type=FOLDER)
@keys_option
@click.option(
    "--replace",
    "replaced",
    multiple=True,
    help=marked("Holder whose key is lost or stolen, such as root/2 or timestamp/1."),
)
@passphrase_option
def rotate(
    folder: Path, key_folders: tuple[Path, ...], replaced: tuple[str, ...], passphrase_file: Path | None
) -> None:
    """Rotate keys of holders."""
    registrar = _open(folder)
    stores = _unlock(key_folders, passphrase_file)
    holders, signers = registrar.holders, _present(stores, registrar.holders, "root")
    for name in replaced:
        role, _slash, number = name.partition("/")
        if role not in ROLES or not number.isdecimal():
            raise Failure(_("a holder is written like `root/2`, found `{name}`").format(name=name))
        place = stores[-1] if role in {"snapshot", "timestamp"} else stores[0]
        made = _make_key(place, role, _next_number(stores, role))
        holders = _with(holders, role, int(number), made.public)
        signers = [*signers, made] if role == "root" else signers
    now = datetime.now(UTC)
    version = registrar.rotate(holders, signers, now)
    registrar.publish(_table(stores, registrar.holders), now)
    click.echo(_("Root {version} is signed.").format(version=version))


@command.command(name="refresh", help=marked("Bring a node's copy of the directory up to date from a folder."))
@click.argument("node", type=FOLDER, envvar="COMITY_NODE")
@click.option("--root", type=FILE, help=marked("The first root, once: as it came with the invitation."))
@click.option("--from", "source", type=FOLDER, help=marked("A published directory, mounted or copied here."))
@click.option(
    "--source", "sources", multiple=True, help=marked("Member or folder from which the node refreshes itself later.")
)
def refresh(node: Path, root: Path | None, source: Path | None, sources: tuple[str, ...]) -> None:
    """Refresh a node's mirror."""
    from comity.directory import FolderStore, Mirror, Standing  # noqa: PLC0415  # only where it is needed

    store = FolderStore(node / "directory")
    mirror = Mirror(store, None if root is None else root.read_bytes())
    if root is not None:
        click.echo(_("Compare with the registrar: {fingerprint}").format(fingerprint=_fingerprint(root.read_bytes())))
    if sources:
        (node / "directory" / "sources").write_text("".join(f"{one}\n" for one in sources), encoding="utf-8")
    now = datetime.now(UTC)
    if source is not None:
        refreshed = mirror.refresh(FolderStore(source).read, now)
        count = len(refreshed.changed)
        click.echo(
            ngettext("{count} member changed, {size} bytes.", "{count} members changed, {size} bytes.", count).format(
                count=count, size=refreshed.fetched_bytes
            )
        )
    for authority in mirror.directory.authorities:
        standing = mirror.directory.standing(authority, now)
        if standing is not Standing.ACTIVE:
            click.echo(f"{authority}: {standing}")


@command.command(
    name="compare", help=marked("Believe a member's new identity key after comparing its digits by telephone.")
)
@click.argument("node", type=FOLDER, envvar="COMITY_NODE")
@click.argument("authority")
@click.option("--digits", default="", help=marked("Digits heard on the telephone; else they are asked for."))
def compare(node: Path, authority: str, digits: str) -> None:
    """Confirm an identity key."""
    from comity.directory import FolderStore, Mirror, spoken  # noqa: PLC0415  # only where it is needed
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    member = AuthorityId.parse(authority)
    mirror = Mirror(FolderStore(node / "directory"))
    waiting = mirror.to_compare.get(member)
    if waiting is None:
        raise Failure(_("no new key of `{authority}` waits to be compared").format(authority=authority))
    typed = digits or click.prompt(_("Digits that {authority} reads out").format(authority=authority))
    if _bare(typed) != _bare(spoken(waiting[1])):
        raise Failure(
            _("the digits are not those of the key in the directory"),
            _("tell the registrar and the supervisor: somebody may be listening in"),
        )
    mirror.confirm(member, waiting[1])
    click.echo(_("The new key of {authority} is believed.").format(authority=authority))


def _open(folder: Path) -> "Registrar":
    from comity.directory import FolderStore, Registrar  # noqa: PLC0415  # only where it is needed

    return Registrar(FolderStore(folder))


def _publish(registrar: "Registrar", key_folders: Sequence[Path], passphrase_file: Path | None) -> None:
    now = datetime.now(UTC)
    stores = _unlock(key_folders, passphrase_file)
    table = _table(stores, registrar.holders)
    if registrar.needs_targets_holders and not table.targets:
        raise Failure(
            _("this must be signed by {count} of the registrar's holders").format(
                count=registrar.holders.targets_threshold
            ),
            _("name their keystores too, each with --keys; nothing was published"),
        )
    root, version = registrar.publish(table, now)
    click.echo(_("Directory {root}.{version} is published.").format(root=root, version=version))
    due = registrar.due(now)
    if due:
        click.echo(_("Sign these anew within 30 days: {roles}").format(roles=", ".join(due)))


def _unlock(folders: Sequence[Path], passphrase_file: Path | None) -> list["Keys"]:
    """Open each keystore; where the first pass phrase does not fit, its holder is asked for another."""
    from comity.sealing import Keystore, KeystoreError  # noqa: PLC0415  # only where it is needed

    secret = ask_passphrase(passphrase_file)
    found: list[Keys] = []
    for folder in folders:
        store = Keystore(folder)
        try:
            found.append(store.unlock(secret))
        except KeystoreError:
            if not store.exists or len(folders) == 1:
                raise
            click.echo(str(folder))
            found.append(store.unlock(ask_passphrase(None)))
    return found


def _new_passphrase(folder: Path, passphrase_file: Path | None) -> str:
    if passphrase_file is None:
        click.echo(str(folder))
    return ask_passphrase(passphrase_file, new=True)


def _make_key(store: "Keys", role: str, number: int) -> "SigningPair":
    from comity.sealing import SigningPair  # noqa: PLC0415  # only where it is needed

    pair = SigningPair.from_seed(secrets.token_bytes(32))
    store.put(f"{role}/{number}", pair.seed)
    return pair


def _next_number(stores: Sequence["Keys"], role: str) -> int:
    taken = [int(name.partition("/")[2]) for store in stores for name in store.names() if name.startswith(f"{role}/")]
    return max(taken, default=0) + 1


def _present(stores: Sequence["Keys"], holders: "Holders", role: str) -> list["SigningPair"]:
    """Return the keys of a role that are at the table and that the root still names."""
    from comity.sealing import SigningPair  # noqa: PLC0415  # only where it is needed

    named = set(_of_role(holders, role))
    names = [(store, name) for store in stores for name in store.names() if name.startswith(f"{role}/")]
    pairs = [SigningPair.from_seed(store.get(name)) for store, name in names]
    return [pair for pair in pairs if pair.public in named]


def _table(stores: Sequence["Keys"], holders: "Holders") -> "Table":
    from comity.directory import Table  # noqa: PLC0415  # only where it is needed

    online = {role: _present(stores, holders, role) for role in ("snapshot", "timestamp")}
    missing = [role for role, pairs in online.items() if not pairs]
    if missing:
        raise Failure(
            _("no key for `{role}` is in the keystores named").format(role=missing[0]),
            _("name the folder that holds it with --keys"),
        )
    targets = _present(stores, holders, "targets")
    enough = len(targets) >= holders.targets_threshold
    return Table(online["snapshot"][0], online["timestamp"][0], tuple(targets) if enough else ())


def _of_role(holders: "Holders", role: str) -> tuple["PublicPair", ...]:
    single = {"snapshot": (holders.snapshot,), "timestamp": (holders.timestamp,)}
    return single.get(role) or (holders.root if role == "root" else holders.targets)


def _with(holders: "Holders", role: str, number: int, public: "PublicPair") -> "Holders":
    """Return the holders with one of them replaced; numbers count from 1 in the order of the root."""
    pairs = list(_of_role(holders, role))
    if not 1 <= number <= len(pairs):
        raise Failure(_("there is no holder `{role}/{number}`").format(role=role, number=number))
    pairs[number - 1] = public
    if role == "snapshot":
        return replace(holders, snapshot=public)
    if role == "timestamp":
        return replace(holders, timestamp=public)
    return replace(holders, root=tuple(pairs)) if role == "root" else replace(holders, targets=tuple(pairs))


def _compared(card: "Card", heard: set[str]) -> bool:
    """Ask for the digits that the member reads out, unless they were given."""
    expected = _bare(card.digits)
    if not heard:
        click.echo(_("{authority} is not known by this key. Call its contact point.").format(authority=card.authority))
        heard = {_bare(click.prompt(_("Digits that {authority} reads out").format(authority=card.authority)))}
    if expected not in heard:
        raise Failure(
            _("the digits are not those of the card of `{authority}`").format(authority=card.authority),
            _("ask for the card again, by another way"),
        )
    return True


def _moment(text: str) -> datetime:
    """Read a time in UTC; an empty text means now."""
    if not text:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Failure(_("`{text}` is no time such as 2026-11-23T10:00:00Z").format(text=text)) from None


def _bare(digits: str) -> str:
    return "".join(digits.split())


def _fingerprint(root: bytes) -> str:
    return hashlib.sha256(root).hexdigest()
