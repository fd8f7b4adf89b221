"""Measures the pages of a demo's nodes with Lighthouse, and checks their HTML with the checker of the W3C.

Needs Node.js and Java, which nothing else here does. Prints a row for each page and ends with 1 where something falls
short of what `REACH` says.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import urllib3

from comity.demo import build, run

HERE: Final = Path(__file__).parent
INSTALLED: Final = HERE.parent.parent / ".tools" / "audit"
REACH: Final = {"performance": 95, "accessibility": 95, "best-practices": 95}
FIRST_VISIT: Final = 350_000
"""Bytes as they come over the wire, of the page and all that it loads into an empty browser."""
FIRST_PORT: Final = 13_600
OFFICERS: Final = {  # of different nodes: the browser keeps what a node gave it, and would send that
    "en": ("XA", "miriam.castle"),
    "ar": ("XD", "layla.mansour"),
    "fr": ("XB", "camille.arnoux"),
}
SIGN_IN: Final = "/account/login/"
PAGES: Final = {
    "home": "/cases/",
    "list": "/cases/list?show=all",
    "case": "",  # the newest of the list
    "new request": "/cases/new",
    "partners": "/cases/partners",
    "partner": "/cases/partners/xc.ncb/",
    "records": "/cases/records",
    "drafts": "/cases/drafts",
    "hand over": "/cases/handover",
    "account": "/me/",
    "second factors": "/account/2fa/",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """One signed-in browser of a node, or one that is not."""

    origin: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    def get(self, path: str) -> str:
        """Return the text of a page; ends the audit where the node leads elsewhere or gives none."""
        answer = _ask(self.origin, "GET", path, {"Cookie": _line(self.cookies)})
        if answer.status != HTTPStatus.OK:
            where = answer.headers.get("Location", "")
            sys.exit(f"audit: {self.origin}{path} answered {answer.status} {where}: nothing of it was measured")
        return str(answer.data, "utf-8")


def _ask(origin: str, method: str, path: str, headers: dict[str, str], body: str | None = None) -> Any:  # noqa: ANN401 - urllib3's response
    host, _colon, port = origin.removeprefix("http://").partition(":")
    pool = urllib3.HTTPConnectionPool("127.0.0.1", int(port), retries=False)
    return pool.request(method, path, headers={"Host": f"{host}:{port}", **headers}, body=body, redirect=False)


def _line(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _cookies(answer: Any) -> dict[str, str]:  # noqa: ANN401 - urllib3's response
    pairs = (line.partition(";")[0].partition("=") for line in answer.headers.getlist("Set-Cookie"))
    return {name: value for name, _, value in pairs}


def sign_in(origin: str, username: str, language: str) -> Visitor:
    """Return a browser in which one of the demo's officers has signed in."""
    page = _ask(origin, "GET", SIGN_IN, {})
    held = _cookies(page)
    token = page.data.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    headers = {
        "Cookie": _line(held),
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": origin,
    }
    answer = _ask(origin, "POST", "/account/demo/", headers, f"csrfmiddlewaretoken={token}&username={username}")
    return Visitor(origin, held | _cookies(answer), language)


def install() -> None:
    """Install what the lock file names into `.tools/audit`."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "pages.mjs"):
        shutil.copy(HERE / name, INSTALLED / name)
    subprocess.run(  # noqa: S603 - our own arguments
        [_needed("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"],
        cwd=INSTALLED,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _needed(program: str) -> str:
    found = shutil.which(program)
    if not found:
        sys.exit(f"audit: needs {program}; install Node.js and a Java runtime")
    return found


def _chromium() -> str:
    found = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        sys.exit("audit: needs a browser: apt install chromium, or set COMITY_CHROMIUM to the path of one")
    return found


def lighthouse(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what Lighthouse says of each page, as its simulated middling telephone sees it."""
    done = subprocess.run(  # noqa: S603 - our own arguments
        [_needed("node"), "pages.mjs"],
        cwd=INSTALLED,
        input=json.dumps({"chromium": _chromium(), "pages": asked}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"audit: Lighthouse failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def html_errors(pages: dict[str, str]) -> list[str]:
    """Return what the checker of the W3C holds against the HTML of each page, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in pages.items():
            (Path(folder) / f"{name.replace(' ', '-')}.html").write_text(text, encoding="utf-8")
        jar = INSTALLED / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
        done = subprocess.run(  # noqa: S603 - our own arguments
            [_needed("java"), "-jar", str(jar), "--format", "json", "--errors-only", "--skip-non-html", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        said = json.loads(done.stderr or '{"messages": []}')["messages"]
    return [
        f"{Path(one['url']).stem}: {one['message']} {one.get('extract', '')!r}"
        for one in said
        if one["type"] == "error"
    ]


def _address(visitor: Visitor, path: str) -> str:
    if path:
        return path
    newest = visitor.get("/cases/list?show=all").partition('class="row-link" href="')[2].partition('"')[0]
    if not newest:
        sys.exit(f"audit: the list of {visitor.origin} has no case to look at")
    return newest


def _asked(name: str, visitor: Visitor, path: str) -> dict[str, Any]:
    return {"name": name, "url": visitor.origin + path, "path": path, "cookies": dict(visitor.cookies)}


def main() -> int:
    """Build a demo, look at its pages, print what falls short."""
    install()
    short: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        built = build.build(Path(folder) / "nodes", first_port=FIRST_PORT, progress=lambda _done, _all: None, most=80)
        with run.Federation.of(built.folders) as nodes:
            nodes.start()
            nodes.wait_until_ready()
            origins = {node.file.state: node.file.origin for node in nodes.nodes}
            visitors = [sign_in(origins[state], who, language) for language, (state, who) in OFFICERS.items()]
            stranger = Visitor(origins["XC"])
            asked = [_asked("sign in", stranger, SIGN_IN)]
            texts = {"sign in": stranger.get(SIGN_IN)}
            for visitor in visitors:
                for name, path in PAGES.items():
                    where = _address(visitor, path)
                    label = f"{name} {visitor.language}"
                    texts[label] = visitor.get(where)
                    if visitor.language != "fr":
                        asked.append(_asked(label, visitor, where))
            for page, found in zip(asked, lighthouse(asked), strict=True):
                short += _told(found, page["path"])
            errors = html_errors(texts)
    print(f"\nHTML of {len(texts)} pages: {len(errors)} errors")
    print(*errors, sep="\n")
    print(*(["", "Falls short:", *short] if short or errors else ["Nothing falls short."]), sep="\n")
    return 1 if short or errors else 0


def _told(found: dict[str, Any], asked: str) -> list[str]:
    """Print the row of a page; return what falls short on it.

    A page that led elsewhere, to the sign-in above all, gets no figures: they would be another page's.
    """
    if found["led"] != asked or found["error"]:
        print(f"{found['name']:20} NOT MEASURED  asked {asked}, ended at {found['led']}  {found['error']}", flush=True)
        return [f"{found['name']}: not measured: it ended at {found['led']} {found['error']}"]
    scores = found["scores"]
    row = "  ".join(f"{name} {scores[name]:3}" for name in REACH)
    print(f"{found['name']:20} {row}  {found['bytes'] / 1000:6.1f} kB  {found['led']}", flush=True)
    short = [
        f"{found['name']}: {name} {scores[name]} of {least}" for name, least in REACH.items() if scores[name] < least
    ]
    if found["bytes"] > FIRST_VISIT:
        short.append(f"{found['name']}: {found['bytes']} bytes of {FIRST_VISIT}")
    if found["foreign"]:
        short.append(f"{found['name']}: asked elsewhere: {found['foreign']}")
    return short + [f"  {found['name']}: {one}" for one in found["failed"] if short]


if __name__ == "__main__":
    sys.exit(main())
