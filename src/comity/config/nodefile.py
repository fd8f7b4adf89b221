"""The node's one settings file, `node.toml`, as a value.

`settings.py` reads it when a process starts, `comity init` writes it, `comity doctor` judges it. Secrets are never in
it: they are files of their own in the folder `keys/` beside it.
"""

import os
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from comity.config.errors import NodeFileError
from comity.vocabulary.classification import Classification

FILE_NAME = "node.toml"
SECRET_FILE = Path("keys") / "web-secret"
MAIL_PASSWORD_FILE = Path("keys") / "mail-password"
PROVIDER_SECRET_FILE = Path("keys") / "identity-provider-secret"
_PARSED: Final = frozenset({"authority", "name", "mail", "identity_provider", "webhook_hosts"})
_THIS_MACHINE = ("localhost", "127.0.0.1")
LANGUAGES = ("en", "fr", "es", "ar")
CLASSIFICATIONS = ("none", *map(str, Classification))
COLOURS = ("blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "lime", "green", "teal", "cyan")
_AUTHORITY = re.compile(r"[a-z]{2}\.[a-z][a-z0-9-]{0,29}")
_STATE = re.compile(r"[A-Z]{2}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority that this node serves; `names` by language, for the console only."""

    id: str
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English, else the first one known, else the id."""
        return _in_language(self.names, language) or self.id


@dataclass(frozen=True, slots=True)
class Mail:
    """How the node hands e-mail over: to whom, under which name. The password is the file `keys/mail-password`."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Where officers of the authority sign in besides here, by OpenID Connect. See `docs/reference/node-file.md`.

    The secret is the file `keys/identity-provider-secret`. `second_factor`: what it confirms with two factors needs
    none of ours. `claim`: officers not linked yet are found by it; empty where an administrator links each.
    """

    issuer: str
    client_id: str
    names: Mapping[str, str] = field(default_factory=dict)
    claim: str = ""
    second_factor: bool = False
    ca_file: str = ""

    def name(self, language: str) -> str:
        """Return the name on its button in `language`, else in English, else its host."""
        return _in_language(self.names, language) or urlsplit(self.issuer).netloc


@dataclass(frozen=True, slots=True)
class NodeFile:
    """What `node.toml` says.

    `folder` is the node's directory (`None` for a process without a node: tests, tools). `database` is `sqlite` (the
    file `db.sqlite3` in the folder) or a `postgresql://` URL. `idle_minutes` and `session_hours` end a session; after
    `step_up_minutes` keys, exports and approvals ask for a second factor again. What is about life at risk and not
    taken is escalated to the supervisors after `alarm_minutes`, and to everybody after twice as many. What an officer
    sends can be called back for `undo_seconds`; with 0 it leaves at once. Without `mail` no e-mail leaves the node.
    What is classified higher than `classification` says, for which the node is accredited, cannot be written on it and
    is refused at its door. `webhook_hosts` may be told what happens wherever they are.
    """

    folder: Path | None
    host: str = "localhost"
    port: int = 8000
    scheme: str = "http"
    federation_port: int = 8443
    state: str = "XA"
    names: Mapping[str, str] = field(default_factory=dict)
    colour: str = "blue"
    authorities: tuple[Authority, ...] = (Authority("xa.ncb"),)
    language: str = "en"
    time_zone: str = "UTC"
    database: str = "sqlite"
    demo: bool = False
    idle_minutes: int = 15
    session_hours: int = 12
    step_up_minutes: int = 5
    alarm_minutes: int = 5
    undo_seconds: int = 10
    classification: str = "restricted"
    mail: Mail | None = None
    identity_provider: IdentityProvider | None = None
    webhook_hosts: tuple[str, ...] = ()

    @property
    def bound_to_loopback(self) -> bool:
        """Whether nobody but this machine can reach the console."""
        return self.host in {"localhost", "127.0.0.1", "::1"} or self.host.endswith(".localhost")

    @property
    def origin(self) -> str:
        """The console's address as a browser writes it, without a trailing slash."""
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")

    def name(self, language: str) -> str:
        """Return the state's or organisation's name in `language`, else in English, else its code."""
        return _in_language(self.names, language) or self.state

    def authority(self, authority_id: str) -> Authority:
        """Return the authority of that id; one not served here comes back without a name."""
        return next((one for one in self.authorities if one.id == authority_id), Authority(authority_id))


def load(folder: Path) -> NodeFile:
    """Read `node.toml` in `folder`.

    Raises:
        NodeFileError: the file is missing or says something that cannot be; the text names the setting and the remedy.
    """
    path = folder / FILE_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NodeFileError(f"there is no `{path}`: create the node with `comity init {folder}`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise NodeFileError(f"`{path}` cannot be read: {error.__class__.__name__}") from error
    except tomllib.TOMLDecodeError as error:
        raise NodeFileError(f"`{path}` is no TOML: {error}") from error
    return from_document(document, folder)


def from_document(document: Mapping[str, Any], folder: Path | None) -> NodeFile:
    """Check a parsed `node.toml` and return it as a value (raises `NodeFileError`)."""
    known = {
        "host": str, "port": int, "scheme": str, "federation_port": int, "state": str, "name": dict, "colour": str,
        "authority": list, "language": str, "time_zone": str, "database": str, "demo": bool, "idle_minutes": int,
        "session_hours": int, "step_up_minutes": int, "alarm_minutes": int, "undo_seconds": int, "classification": str,
        "mail": dict, "identity_provider": dict,
        "webhook_hosts": list,
    }  # fmt: skip
    for key, value in document.items():
        if key not in known:
            raise NodeFileError(f"{FILE_NAME}: unknown setting `{key}`; known are {', '.join(sorted(known))}")
        if not isinstance(value, known[key]) or (known[key] is int and isinstance(value, bool)):
            raise NodeFileError(f"{FILE_NAME}: `{key}` must be of type {known[key].__name__}")
    values = {key: value for key, value in document.items() if key not in _PARSED}
    file = NodeFile(
        folder=folder,
        names=_names(document.get("name", {}), "name"),
        authorities=_authorities(document.get("authority", [])),
        mail=_mail(document.get("mail")),
        identity_provider=_identity_provider(document.get("identity_provider")),
        webhook_hosts=_hosts(document.get("webhook_hosts", [])),
        **values,
    )
    _check(file)
    return file


def dump(file: NodeFile) -> str:
    """Return the text of `node.toml` for these settings; `from_document` reads the same value back."""
    lines = [
        f"host = {_quoted(file.host)}",
        f"port = {file.port}",
        f"scheme = {_quoted(file.scheme)}",
        f"federation_port = {file.federation_port}",
        f"state = {_quoted(file.state)}",
        f"colour = {_quoted(file.colour)}",
        f"language = {_quoted(file.language)}",
        f"time_zone = {_quoted(file.time_zone)}",
        f"database = {_quoted(file.database)}",
        f"demo = {'true' if file.demo else 'false'}",
        f"idle_minutes = {file.idle_minutes}",
        f"session_hours = {file.session_hours}",
        f"step_up_minutes = {file.step_up_minutes}",
        f"alarm_minutes = {file.alarm_minutes}",
        f"undo_seconds = {file.undo_seconds}",
        f"classification = {_quoted(file.classification)}",
        f"webhook_hosts = [{', '.join(map(_quoted, file.webhook_hosts))}]",
        f"name = {_table(file.names)}",
    ]
    if file.mail is not None:
        lines += [
            "",
            "[mail]",
            f"host = {_quoted(file.mail.host)}",
            f"port = {file.mail.port}",
            f"security = {_quoted(file.mail.security)}",
            f"sender = {_quoted(file.mail.sender)}",
            f"user = {_quoted(file.mail.user)}",
        ]
    if (provider := file.identity_provider) is not None:
        lines += [
            "",
            "[identity_provider]",
            f"issuer = {_quoted(provider.issuer)}",
            f"client_id = {_quoted(provider.client_id)}",
            f"name = {_table(provider.names)}",
            f"claim = {_quoted(provider.claim)}",
            f"second_factor = {'true' if provider.second_factor else 'false'}",
            f"ca_file = {_quoted(provider.ca_file)}",
        ]
    for authority in file.authorities:
        lines += ["", "[[authority]]", f"id = {_quoted(authority.id)}", f"name = {_table(authority.names)}"]
    return "\n".join(lines) + "\n"


def save(file: NodeFile) -> Path:
    """Write `node.toml` into the node's folder (temporary file, sync, rename) and return its path."""
    if file.folder is None:
        raise NodeFileError("a node without a folder cannot be written")
    path = file.folder / FILE_NAME
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(dump(file))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    return path


def _authorities(entries: list[Any]) -> tuple[Authority, ...]:
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise NodeFileError(f'{FILE_NAME}: each [[authority]] needs `id = "xx.name"`')
        found.append(Authority(entry["id"], _names(entry.get("name", {}), f"authority {entry['id']}")))
    return tuple(found) or (Authority("xa.ncb"),)


def _mail(value: Mapping[str, Any] | None) -> Mail | None:
    if value is None:
        return None
    known = {"host": str, "port": int, "security": str, "sender": str, "user": str}
    for key, one in value.items():
        if key not in known or not isinstance(one, known[key]) or isinstance(one, bool):
            raise NodeFileError(f"{FILE_NAME}: `mail` has no setting `{key}` of this type")
    if not _HOST.fullmatch(value.get("host", "")) or "@" not in value.get("sender", ""):
        raise NodeFileError(f"{FILE_NAME}: `mail` needs `host`, a host name, and `sender`, an e-mail address")
    found = Mail(**value)
    if found.security not in {"starttls", "tls"} and not (found.security == "none" and found.host in _THIS_MACHINE):
        raise NodeFileError(f"{FILE_NAME}: `security` of `mail` must be starttls or tls; none only to this machine")
    if not 0 < found.port < 65536:  # noqa: PLR2004 - TCP's own limit
        raise NodeFileError(f"{FILE_NAME}: `port` of `mail` must lie between 1 and 65535")
    return found


def _identity_provider(value: Mapping[str, Any] | None) -> IdentityProvider | None:
    if value is None:
        return None
    known = {"issuer": str, "client_id": str, "name": dict, "claim": str, "second_factor": bool, "ca_file": str}
    for key, one in value.items():
        if key not in known or not isinstance(one, known[key]):
            raise NodeFileError(f"{FILE_NAME}: `identity_provider` has no setting `{key}` of this type")
    given = {key: one for key, one in value.items() if key != "name"}
    try:
        found = IdentityProvider(**given, names=_names(value.get("name", {}), "identity_provider"))
        place = urlsplit(found.issuer)
        there = place.hostname or ""
    except (TypeError, ValueError):
        raise NodeFileError(f"{FILE_NAME}: `identity_provider` needs `issuer`, an address, and `client_id`") from None
    safe = place.scheme == "https" or (place.scheme == "http" and there in _THIS_MACHINE)
    if not safe or not _HOST.fullmatch(there) or place.query or place.fragment or not found.client_id:
        raise NodeFileError(
            f"{FILE_NAME}: `identity_provider` needs `issuer`, an https address without ? and #, and `client_id`"
        )
    return found


def _hosts(entries: list[Any]) -> tuple[str, ...]:
    for entry in entries:
        host, colon, port = entry.partition(":") if isinstance(entry, str) else ("", "", "")
        if not _HOST.fullmatch(host) or (colon and not (port.isdecimal() and 0 < int(port) < 65536)):  # noqa: PLR2004 - TCP's own limit
            raise NodeFileError(f"{FILE_NAME}: `webhook_hosts` is a list of host names, each with or without a port")
    return tuple(entries)


def _names(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise NodeFileError(
            f'{FILE_NAME}: the name in `{where}` must be a table of texts, such as {{en = "Aldermark"}}'
        )
    return dict(value)


def _check(file: NodeFile) -> None:
    for fault, wrong in (
        (f"`host` is no host name: `{file.host}`", not _HOST.fullmatch(file.host)),
        ("`port` must lie between 1 and 65535", not 0 < file.port < 65536),  # noqa: PLR2004 - TCP's own limit
        ("`federation_port` must lie between 1 and 65535", not 0 < file.federation_port < 65536),  # noqa: PLR2004 - as above
        ("`scheme` must be http or https", file.scheme not in {"http", "https"}),
        (f"`state` must be two capital letters, not `{file.state}`", not _STATE.fullmatch(file.state)),
        (f"`colour` must be one of {', '.join(COLOURS)}", file.colour not in COLOURS),
        (f"`language` must be one of {', '.join(LANGUAGES)}", file.language not in LANGUAGES),
        (f"`time_zone` is not known: `{file.time_zone}`", file.time_zone not in zoneinfo.available_timezones()),
        ("`idle_minutes` must lie between 1 and 60", not 1 <= file.idle_minutes <= 60),  # noqa: PLR2004 - as it says
        ("`session_hours` must lie between 1 and 24", not 1 <= file.session_hours <= 24),  # noqa: PLR2004 - as it says
        ("`step_up_minutes` must lie between 1 and 60", not 1 <= file.step_up_minutes <= 60),  # noqa: PLR2004 - as it says
        ("`alarm_minutes` must lie between 1 and 60", not 1 <= file.alarm_minutes <= 60),  # noqa: PLR2004 - as it says
        ("`undo_seconds` must lie between 0 and 60", not 0 <= file.undo_seconds <= 60),  # noqa: PLR2004 - as it says
        (f"`classification` must be one of {', '.join(CLASSIFICATIONS)}", file.classification not in CLASSIFICATIONS),
        (
            "`database` must be sqlite or postgresql://user@host/name",
            file.database != "sqlite" and not file.database.startswith("postgresql://"),
        ),
    ):
        if wrong:
            raise NodeFileError(f"{FILE_NAME}: {fault}")
    for authority in file.authorities:
        if not _AUTHORITY.fullmatch(authority.id) or authority.id[:2].upper() != file.state:
            raise NodeFileError(f"{FILE_NAME}: `{authority.id}` is no authority of {file.state}, such as xa.ncb of XA")


def _in_language(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def _quoted(text: str) -> str:
    escaped = "".join(
        "\\" + char if char in '"\\' else f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char  # noqa: PLR2004 - TOML's control characters
        for char in text
    )
    return f'"{escaped}"'


def _table(names: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(key)} = {_quoted(text)}" for key, text in names.items()) + "}"
