"""Write the reference of messages and vocabulary from the code: messages.md, vocabulary.md and messages.cddl.

`python tools/reference_messages.py` writes them; a test compares.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import comity.vocabulary
from comity.messages import KINDS, PARTS, Head
from comity.messages.note import Note

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
GENERATED = "<!-- Made from the code by tools/reference_messages.py; change the docstrings, not this page. -->\n"
CDDL = {
    "str": "tstr", "int": "uint", "bytes": "bstr", "AuthorityId": "authority", "bool": "bool",
    "tuple[str, ...]": "[+ tstr]", "tuple[bytes, ...]": "[+ bstr .size 16]",
    "tuple[AuthorityId, ...]": "[+ authority]", "tuple[Handling, ...]": "[+ handling]", "Subject": "subject-values",
    "Evaluation": "tstr", "tuple[tuple[bytes, int], ...]": "[+ [bstr .size 32, uint]]",
}  # fmt: skip


def first_line(thing: object) -> str:
    """Return the first sentence of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def attributes(thing: type) -> dict[str, str]:
    """Return what a class's docstring says of each attribute."""
    text = inspect.getdoc(thing) or ""
    _, _, after = text.partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in after.splitlines():
        if not line.strip():
            break
        if line.startswith("    ") and not line.startswith("     "):
            name, _, words = line.strip().partition(": ")
            found[name] = words
        elif name:
            found[name] += " " + line.strip()
    return found


def type_name(hint: Any) -> str:  # noqa: ANN401 - any annotation
    """Return an annotation as a reader writes it."""
    text = hint if isinstance(hint, str) else getattr(hint, "__name__", str(hint))
    if typing.get_origin(hint) is not None:
        text = str(hint)
    for prefix in ("comity.vocabulary.", "comity.messages.", "comity.subjects.", "typing."):
        text = text.replace(prefix, "")
    parts = [piece.rsplit(".", 1)[-1] if "[" not in piece else piece for piece in text.split(" | ")]
    return " | ".join(parts).replace("authority.", "").replace("handling.", "").replace("subject.", "")


def item(part: type) -> Iterator[str]:
    """Yield the section of one kind of item."""
    hints = typing.get_type_hints(part)
    said = attributes(part)
    yield f"### `{part.name}`\n"  # type: ignore[attr-defined]  # every part has a name
    yield f"{first_line(part)}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for field in dataclasses.fields(part):  # type: ignore[arg-type]  # every part is a dataclass
        shown = type_name(hints[field.name]).replace("|", "\\|")
        yield f"| `{field.name.rstrip('_')}` | {shown} | {said.get(field.name, '')} |"
    yield ""


def messages_page() -> str:
    """Return the page of messages."""
    lines = [
        "# Messages\n",
        GENERATED,
        "How they are read and written: [../protocol/messages.md](../protocol/messages.md).\n",
    ]
    lines += ["## Kinds\n", "| kind | needs | at most once | may have |\n|---|---|---|---|"]
    for kind in KINDS.values():
        columns = (", ".join(f"`{name}`" for name in names) for names in (kind.needs, kind.once, kind.may))
        lines.append(f"| `{kind.name}` | {' | '.join(columns)} |")
    lines += ["\n## Items\n", *item(Head)]
    for part in PARTS.values():
        lines += item(part)
    lines += ["## The note\n", "| field | meaning |\n|---|---|"]
    lines += [f"| `{name.rstrip('_')}` | {words} |" for name, words in attributes(Note).items()]
    return "\n".join(lines) + "\n"


def codes() -> Iterator[tuple[type[StrEnum], dict[str, str]]]:
    """Yield every closed list of the vocabulary and of messages, with the comment beside each code."""
    modules = [f"comity.vocabulary.{found.name}" for found in pkgutil.iter_modules(comity.vocabulary.__path__)]
    for name in (*sorted(modules), "comity.messages.kinds", "comity.messages.parts"):
        module = importlib.import_module(name)
        for thing in vars(module).values():
            if (
                inspect.isclass(thing)
                and issubclass(thing, StrEnum)
                and thing.__module__ == name
                and thing is not StrEnum
            ):
                source = inspect.getsource(thing).splitlines()
                comments = {
                    line.split("=")[0].strip(): line.partition("# ")[2].strip() for line in source if " = " in line
                }
                yield thing, {member.value: comments.get(member.name, "") for member in thing}


def vocabulary_page() -> str:
    """Return the page of closed lists."""
    lines = ["# Vocabulary\n", GENERATED]
    for thing, members in codes():
        lines += [f"## {thing.__name__}\n", f"{first_line(thing)}\n", "| code | meaning |\n|---|---|"]
        lines += [f"| `{code}` | {words} |" for code, words in members.items()]
        lines.append("")
    return "\n".join(lines)


def cddl_type(hint: Any) -> str:  # noqa: ANN401 - any annotation
    """Return the CDDL of a field's type."""
    names = [name for name in type_name(hint).split(" | ") if name not in {"None", "NoneType"}]
    name = names[0]
    return CDDL.get(name, "-".join(_words(name)))


def _words(name: str) -> list[str]:
    found: list[str] = []
    for letter in name:
        if letter.isupper() or not found:
            found.append("")
        found[-1] += letter.lower()
    return found


def cddl() -> str:
    """Return the schema of payloads (RFC 8610); field names are those of the encoded maps."""
    lines = [
        "; Made from the code by tools/reference_messages.py.",
        "payload = { v: 1, items: [+ bstr .cbor item / [bstr .size 32]] }",
        "item = [salt: bstr .size 16, name: tstr, value: { * tstr => any }]",
        'authority = tstr .regexp "[a-z]{2}[.][a-z][a-z0-9-]{0,29}"',
        "",
    ]
    for thing, members in codes():
        name = "-".join(_words(thing.__name__))
        lines.append(f"{name} = " + " / ".join(f'"{code}"' for code in members))
    lines.append("")
    for part in (Head, *PARTS.values()):
        lines += _cddl_of(part)
    return "\n".join(lines)


ENCODED = {"from_": "from", "recipients": "to", "media_type": "type"}


def _cddl_of(part: type) -> Iterator[str]:
    hints = typing.get_type_hints(part)
    yield f"{part.name}-value = {{"  # type: ignore[attr-defined]  # every part has a name
    for field in dataclasses.fields(part):  # type: ignore[arg-type]  # every part is a dataclass
        if field.name == "subject":
            yield "  ? id: tstr,\n  schema: tstr,\n  ? properties: [+ [tstr, [+ tstr]]],"
            continue
        needed = field.default is dataclasses.MISSING
        yield f"  {'' if needed else '? '}{ENCODED.get(field.name, field.name)}: {cddl_type(hints[field.name])},"
    yield "}\n"


def pages() -> dict[Path, str]:
    """Return the text of every generated file."""
    return {
        FOLDER / "messages.md": messages_page(),
        FOLDER / "vocabulary.md": vocabulary_page(),
        FOLDER / "messages.cddl": cddl(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(pages())} pages\n")
