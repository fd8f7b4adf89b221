"""The catalogues of the four languages: extract, compile, check; with Babel alone, no system gettext.

Usage: python tools/messages.py update | compile | check

`update` brings every catalogue in step with the sources and fills in English, `compile` writes the .mo files (they are
not committed), `check` names each gap, fuzzy entry, wrong placeholder and entry that is out of step.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "comity"
LOCALE = SOURCE / "locale"
LANGUAGES = ("en", "fr", "es", "ar")
# Django's own rules for these languages, so that its catalogue and ours agree about the number of forms.
PLURALS = {
    "en": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ar": (
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
        "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;"
    ),
}
KEYWORDS = {
    "_": None,
    "marked": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# What changes without a change of the texts is not kept.
_HEADER_NOISE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By):.*\n',
    re.MULTILINE,
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)(?:[:!][^}]*)?\}")


def main(arguments: list[str]) -> int:
    """Run one of the three verbs; return the exit code."""
    verbs = {"update": update, "compile": compile_all, "check": report}
    if len(arguments) != 1 or arguments[0] not in verbs:
        sys.stderr.write(__doc__ or "")
        return 2
    return verbs[arguments[0]]()


def update() -> int:
    """Bring every catalogue in step with the sources."""
    for language in LANGUAGES:
        catalog = load(language)
        catalog.update(sources(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        if language == "en":
            for message in entries(catalog):
                message.string = message.id
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_po(buffer, catalog, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
        path.write_text(_HEADER_NOISE.sub("", buffer.getvalue().decode()), encoding="utf-8")
        gaps = sum(1 for message in entries(catalog) if not complete(message))
        sys.stdout.write(f"{language}: {sum(1 for _ in entries(catalog))} entries, {gaps} without a translation\n")
    return 0


def compile_all() -> int:
    """Write the .mo file beside each catalogue."""
    for language in LANGUAGES:
        with po_path(language).with_suffix(".mo").open("wb") as out:
            write_mo(out, load(language))
    return 0


def report() -> int:
    """Print everything wrong with the catalogues; return 1 if there is anything."""
    faults = [fault for language in LANGUAGES for fault in objections(language, sources())]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def objections(language: str, found: Catalog) -> Iterator[str]:
    """Yield each gap, fuzzy entry, wrong placeholder, and entry missing from or left over in the catalogue."""
    catalog = load(language)
    known = {(message.context, key(message)) for message in entries(catalog)}
    wanted = {(message.context, key(message)) for message in entries(found)}
    for _context, text in sorted(wanted - known, key=str):
        yield f"{language}: not in the catalogue (run make messages): {text!r}"
    for _context, text in sorted(known - wanted, key=str):
        yield f"{language}: no longer in the sources: {text!r}"
    for message in entries(catalog):
        if message.fuzzy:
            yield f"{language}: fuzzy: {key(message)!r}"
        if not complete(message):
            yield f"{language}: not translated: {key(message)!r}"
        else:
            yield from (f"{language}: {fault}" for fault in placeholder_faults(message))


def placeholder_faults(message: Message) -> Iterator[str]:
    """Yield each translation whose placeholders differ from the source's.

    A plural form may leave the number out (Arabic writes one and two as words); it may never invent a placeholder.
    """
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = {name for text in ids for name in names(text)}
    for text in texts:
        if names(text) - wanted or (len(ids) == 1 and names(text) != wanted):
            yield f"placeholders differ: {ids[-1]!r} and {text!r}"


def names(text: str) -> set[str]:
    """Return the placeholders in `text`."""
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}


def complete(message: Message) -> bool:
    """Whether every form is translated."""
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(texts)


def key(message: Message) -> str:
    """Return the singular source text."""
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def entries(catalog: Catalog) -> Iterator[Message]:
    """Yield the catalogue's entries without its header."""
    return (message for message in catalog if message.id)


def sources() -> Catalog:
    """Return a catalogue of every marked string in Python files and templates."""
    catalog = Catalog(charset="utf-8", project="comity", copyright_holder="The Comity authors")
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            _gather(catalog, path, path.read_bytes())
    for path in sorted(SOURCE.rglob("*.html")):
        if "static" not in path.parts:
            # Each call on a line of its own and unindented, so that Python's tokenizer reads what is no Python.
            text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            _gather(catalog, path, "\n".join(line.strip() for line in text.splitlines()).encode())
    return catalog


def _gather(catalog: Catalog, path: Path, content: bytes) -> None:
    where = path.relative_to(ROOT).as_posix()
    found = extract(
        "python", io.BytesIO(content), KEYWORDS, comment_tags=("Translators:",), options={"encoding": "utf-8"}
    )
    for _line, text, comments, context in found:
        flags = ("python-format",) if "%(" in str(text) else ()
        catalog.add(text, None, [(where, 1)], auto_comments=comments, context=context, flags=flags)


def load(language: str) -> Catalog:
    """Return a language's catalogue, empty if there is none yet."""
    path = po_path(language)
    if path.exists():
        with path.open("rb") as source:
            return read_po(source, locale=language, charset="utf-8")
    header = (
        f"# Comity: the console in `{language}`.\n"
        'msgid ""\nmsgstr ""\n"Project-Id-Version: comity\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {PLURALS[language]}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    )
    return read_po(io.BytesIO(header.encode()), locale=language, charset="utf-8")


def po_path(language: str) -> Path:
    """Return where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


if __name__ == "__main__":
    if not settings.configured:
        settings.configure(USE_I18N=False)
    sys.exit(main(sys.argv[1:]))
