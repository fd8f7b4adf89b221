"""Fetch the front-end files named in vendor.toml into the package (`make vendor`).

Needs npm, which nothing else does. A package whose integrity differs from vendor.toml's is refused before a file of it
is unpacked; an empty integrity is filled in once, when a package is new.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import style_sheet

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "vendor.toml"
TARGET = ROOT / "src" / "comity" / "static" / "vendor"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


MIT = """MIT License

{holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def main() -> int:
    """Fetch every package; return the exit code."""
    if shutil.which("npm") is None:
        sys.stderr.write("npm is needed to fetch vendored files again; the committed ones work without it\n")
        return 1
    for package in tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]:
        archive = fetch(package["name"], package["version"])
        found = integrity(archive)
        if package["integrity"] and package["integrity"] != found:
            sys.stderr.write(f"{package['name']}: integrity is {found}, vendor.toml says {package['integrity']}\n")
            return 1
        if not package["integrity"]:
            _fill_in(package["name"], found)
        unpack(archive, package)
        sys.stdout.write(f"{package['name']} {package['version']}\n")
    return 0


def fetch(name: str, version: str) -> bytes:
    """Return the package's archive as the registry serves it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - arguments come from our own list
            ["npm", "pack", "--silent", f"{name}@{version}"],  # noqa: S607 - found on PATH above
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return next(Path(folder).glob("*.tgz")).read_bytes()


def integrity(archive: bytes) -> str:
    """Return the archive's digest in the registry's notation."""
    return "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()


def unpack(archive: bytes, package: Mapping[str, Any]) -> None:
    """Replace the package's folder by the files named and its licence."""
    folder = TARGET / package["folder"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for name in package.get("files", ()):
            content = clean(_member(tar, f"package/{name}"))
            if classes := package.get("classes"):
                content = narrowed(content, classes)
            (folder / Path(name).name).write_bytes(content)
        if icons := package.get("sprite"):
            (folder / "sprite.svg").write_text(sprite(tar, icons), encoding="utf-8")
        (folder / "LICENSE").write_bytes(_licence(tar, package))


def clean(content: bytes) -> bytes:
    """Drop the pointer to a source map that is not shipped; browsers would ask for it in vain."""
    return _SOURCE_MAP.sub(b"\n", content)


def narrowed(content: bytes, classes: list[str]) -> bytes:
    """Return a style sheet with what these classes need, under its own first comment, which names its authors."""
    text = content.decode()
    author = _COMMENT.search(text)
    rules = style_sheet.kept(_COMMENT.sub("", text).strip(), classes, without=("[data-bs-theme-",))
    rules = rules.removeprefix('@charset "UTF-8";')  # it would have to come before the comment, and the header says it
    return f"{author[0] if author else ''}\n{rules}\n".encode()


def sprite(tar: tarfile.TarFile, icons: list[str]) -> str:
    """Return one SVG with a symbol for each outline icon; pages draw them with `<use>`."""
    symbols = []
    for icon in sorted(icons):
        svg = _member(tar, f"package/icons/outline/{icon}.svg").decode()
        inner = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
        inner = re.sub(r"^\s*<svg[^>]*>|</svg>\s*$", "", inner, flags=re.DOTALL)
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{re.sub(r"\s*\n\s*", "", inner)}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise FileNotFoundError(name)
    return file.read()


def _licence(tar: tarfile.TarFile, package: Mapping[str, Any]) -> bytes:
    for name in ("LICENSE", "LICENSE.md", "LICENCE", "license"):
        if f"package/{name}" in tar.getnames():
            return _member(tar, f"package/{name}")
    # Not every archive ships its text; the packages that do not are under this licence.
    return MIT.format(holder=package["copyright"]).encode()


def _fill_in(name: str, found: str) -> None:
    text = LIST.read_text(encoding="utf-8")
    before, _, after = text.partition(f'name = "{name}"')
    LIST.write_text(before + f'name = "{name}"' + after.replace('integrity = ""', f'integrity = "{found}"', 1), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
