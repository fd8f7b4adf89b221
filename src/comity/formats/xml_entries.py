"""Stream the entries of an XML list in constant memory, refusing what XML should not contain.

Document types, entities and external references are refused (a billion laughs needs an entity); one entry may
not be larger than 4 MiB; finished entries are thrown away at once.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from comity.formats.errors import BrokenFileError
from comity.formats.rows import Row
from comity.formats.sources import open_bytes

MAX_ENTRY_BYTES = 4 << 20


def local(tag: str) -> str:
    """Return an element's name without its namespace (OFAC changed its namespace in 2024)."""
    return tag.rpartition("}")[2]


def entries(path: Path, root: str, names: frozenset[str]) -> Iterator[Element]:
    """Yield each element whose local name is in `names`, complete, and forget it when the next is asked for.

    Args:
        path: the file, packed or not.
        root: local name of the document element.
        names: local names of an entry.

    Raises:
        BrokenFileError: not well-formed, cut off, unsafe, another document element, or an entry without end.
    """
    with open_bytes(path, MAX_ENTRY_BYTES) as stream:
        parents: list[Element] = []
        try:
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    if not parents and local(element.tag) != root:
                        raise BrokenFileError("xml.other-document", f"the document element is not `{root}`")
                    parents.append(element)
                    continue
                parents.pop()
                if local(element.tag) in names:
                    yield element
                    stream.allow()
                    if parents:
                        parents[-1].clear()
        except DefusedXmlException as error:
            raise BrokenFileError("xml.unsafe", "the file declares a document type or entities") from error
        except ParseError as error:
            line, column = error.position
            raise BrokenFileError(
                "xml.not-well-formed", f"not well-formed or cut off at line {line}, column {column}"
            ) from error
        except (ValueError, LookupError) as error:  # a multi-byte or unknown encoding in the XML declaration
            raise BrokenFileError("xml.encoding", "the file is in an encoding that XML readers do not know") from error


def read_entries(
    path: Path, root: str, names: frozenset[str], convert: Callable[[Element, int], Row], *, after: int = 0
) -> Iterator[Row]:
    """Yield a row for each entry past the first `after`."""
    for position, element in enumerate(entries(path, root, names), 1):
        if position > after:
            yield convert(element, position)


def child(element: Element, name: str) -> Element | None:
    """Return the first child with this local name."""
    return next((e for e in element if local(e.tag) == name), None)


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children with this local name."""
    return (e for e in element if local(e.tag) == name)


def text(element: Element, name: str) -> str:
    """Return the text of the first child with this local name, stripped; empty when there is none."""
    found = child(element, name)
    return (found.text or "").strip() if found is not None else ""


def within(element: Element, outer: str, inner: str) -> Iterator[Element]:
    """Yield the `inner` children of the `outer` children."""
    for group in children(element, outer):
        yield from children(group, inner)
