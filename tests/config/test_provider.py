"""Sign-in by the authority's identity provider: a provider over real HTTP, honest and not."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from tests.config.test_signins import acts

from comity.config import provider
from comity.config.nodefile import IdentityProvider
from comity.node.ledger.actions import open_log
from comity.node.officers import actions, stepup
from comity.node.officers.models import Officer, OutsideIdentity

KEY = RSAKey.generate_key(2048, {"kid": "2026"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "2026"})
SUBJECT = "f3c1a2"


@dataclass
class Provider:
    """An identity provider; `claims`, `header` and `key` let it lie."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "2026"})
    key: Any = field(default_factory=lambda: KEY)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    issuer: str = ""

    def go(self, address: str, **changed: str) -> str:
        """Do what a browser does at the provider; return where it is sent back to."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **changed})}"

    def answer(self, path: str, form: dict[str, list[str]]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                **self.metadata,
            }
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        asked = self.codes.pop(form["code"][0])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=")
        assert asked["code_challenge"] == challenge.decode()
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": asked["client_id"], "sub": SUBJECT, "nonce": asked["nonce"],
            "iat": now, "exp": now + 60, "auth_time": now, **self.claims,
        }  # fmt: skip
        signed = jwt.encode(
            self.header, {k: v for k, v in claims.items() if k not in self.without}, self.key, [self.header["alg"]]
        )
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed, **self.token}


@pytest.fixture
def there() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            self._say(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _say(self, form: dict[str, list[str]]) -> None:
            try:
                text = json.dumps(found.answer(self.path, form)).encode()
            except KeyError:
                self.send_error(400)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def connected(there: Provider, officer: Officer, node: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "identity-provider-secret").write_text("only-we-two\n")
    open_log(f"{officer.authority}/a1")
    node(folder=tmp_path, identity_provider=IdentityProvider(there.issuer, "comity", {"en": "Harbour House"}))
    provider._CLIENTS.clear()


@pytest.fixture
def linked(officer: Officer, there: Provider) -> Officer:
    from django.utils import timezone

    actions.link(officer, there.issuer, SUBJECT, at=timezone.now())
    return officer


@pytest.fixture
def two_factors(node: Callable[..., None], there: Provider) -> None:
    there.claims["amr"] = ["pwd", "otp", "mfa"]
    node(identity_provider=IdentityProvider(there.issuer, "comity", second_factor=True))


def begin(browser: Client, ask: str = "") -> str:
    answer = browser.get(f"/account/provider/{ask}")
    assert answer.status_code == 302
    return answer["Location"]


def sign_in(browser: Client, there: Provider, ask: str = "") -> Any:
    return browser.get(there.go(begin(browser, ask)), follow=True)


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_the_page_of_the_sign_in_offers_it_by_its_name(client: Client, node: Callable[..., None]) -> None:
    assert "Sign in with <bdi>Harbour House</bdi>" in client.get("/account/login/?next=/cases/").content.decode()
    node(identity_provider=None)
    assert "/account/provider/" not in client.get("/account/login/").content.decode()
    assert client.get("/account/provider/").status_code == 404


def test_who_is_linked_signs_in_and_sets_up_the_second_factor_of_this_node(
    client: Client, there: Provider, linked: Officer
) -> None:
    answer = sign_in(client, there, "?next=/cases/")
    assert client.session["_auth_user_id"] == str(linked.pk)
    assert answer.redirect_chain[-1][0] == "/account/2fa/"
    assert acts()[-1] == ("officer.signed-in", "hale")


def test_what_leaves_for_the_provider_holds_state_nonce_and_a_challenge_and_no_secret(
    client: Client, there: Provider
) -> None:
    asked = parse_qs(urlsplit(begin(client)).query)
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]
    assert "only-we-two" not in str(asked)


@pytest.mark.usefixtures("two_factors")
def test_with_two_factors_there_none_is_asked_for_here(client: Client, there: Provider, linked: Officer) -> None:
    answer = sign_in(client, there, "?next=/cases/")
    assert answer.redirect_chain[-1][0] == "/cases/"
    assert is_in(client)


@pytest.mark.usefixtures("two_factors")
def test_one_factor_there_is_not_taken_for_two(client: Client, there: Provider, linked: Officer) -> None:
    there.claims["amr"] = ["pwd"]
    assert sign_in(client, there).redirect_chain[-1][0] == "/account/2fa/"


def test_what_the_provider_says_of_factors_counts_for_nothing_unless_the_settings_trust_it(
    client: Client, there: Provider, linked: Officer
) -> None:
    there.claims["amr"] = ["mfa"]
    assert sign_in(client, there).redirect_chain[-1][0] == "/account/2fa/"


def test_a_subject_that_nobody_is_linked_to_signs_in_as_nobody(client: Client, there: Provider) -> None:
    there.claims["preferred_username"] = "hale"
    page = sign_in(client, there).content.decode()
    assert "no officer of this node is linked to it" in page
    assert not is_in(client)
    assert acts()[-1] == ("officer.sign-in-refused", "")


def test_a_claim_links_once_where_the_settings_trust_it_and_never_again(
    client: Client, there: Provider, officer: Officer, node: Callable[..., None]
) -> None:
    node(identity_provider=IdentityProvider(there.issuer, "comity", claim="preferred_username"))
    there.claims["preferred_username"] = "Hale"
    sign_in(client, there)
    assert OutsideIdentity.objects.get().subject == SUBJECT
    assert ("officer.linked", "hale") in acts()
    there.claims["sub"] = "a-later-person-of-that-name"
    other = Client()
    sign_in(other, there)
    assert not is_in(other)


def test_an_officer_whose_access_is_closed_stays_out(client: Client, there: Provider, linked: Officer) -> None:
    actions.deactivate(linked)
    assert "is closed" in sign_in(client, there).content.decode()
    assert not is_in(client)


def test_a_subject_stands_for_one_officer(linked: Officer, there: Provider) -> None:
    from django.utils import timezone

    other = actions.register_officer("ortiz", password=None, display_name="O", authority="xa.ncb", served=("xa.ncb",))
    with pytest.raises(actions.NameTakenError):
        actions.link(other, there.issuer, SUBJECT, at=timezone.now())


LIES: dict[str, dict[str, Any]] = {
    "another-nonce": {"claims": {"nonce": "replayed"}},
    "no-nonce": {"without": ("nonce",)},
    "for-another-client": {"claims": {"aud": "another"}},
    "for-another-client-by-us": {"claims": {"aud": ["another"], "azp": "comity"}},
    "from-another-issuer": {"claims": {"iss": "http://127.0.0.1:1"}},
    "expired": {"claims": {"exp": 1}},
    "from-the-future": {"claims": {"iat": 9_999_999_999}},
    "no-subject": {"without": ("sub",)},
    "a-number-for-subject": {"claims": {"sub": 7}},
    "signed-by-another-key": {"key": OTHER_KEY},
    "signed-with-what-everybody-knows": {
        "header": {"alg": "HS256", "kid": "2026"},
        "key": OctKey.import_key({"kty": "oct", "k": KEY.as_dict(private=False)["n"]}),
    },
    "another-issuer-in-its-metadata": {"metadata": {"issuer": "http://127.0.0.1:1"}},
    "no-signature-we-know": {"metadata": {"id_token_signing_alg_values_supported": ["HS256", "none"]}},
    "no-token": {"token": {"id_token": None}},
    "a-broken-token": {"token": {"id_token": "a.b.c"}},
    "a-token-that-is-no-text": {"token": {"id_token": 7}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_the_provider_did_not_sign_for_this_session_signs_nobody_in(
    client: Client, there: Provider, linked: Officer, lie: dict[str, Any]
) -> None:
    for name, value in lie.items():
        kept = getattr(there, name)
        setattr(there, name, {**kept, **value} if isinstance(kept, dict) else value)
    answer = sign_in(client, there)
    assert answer.status_code == 200
    assert "did not confirm who you are" in answer.content.decode()
    assert not is_in(client)
    assert acts()[-1] == ("officer.sign-in-refused", "")


def test_an_unsigned_token_signs_nobody_in(client: Client, there: Provider, linked: Officer) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    back = there.go(begin(client))
    (asked,) = there.codes.values()
    claims = {"iss": there.issuer, "aud": "comity", "sub": SUBJECT, "nonce": asked["nonce"], "exp": 9e9, "iat": 1}
    there.token["id_token"] = f"{part({'alg': 'none'})}.{part(claims)}."
    client.get(back)
    assert not is_in(client)


def test_an_answer_is_taken_once_in_the_session_that_asked(client: Client, there: Provider, linked: Officer) -> None:
    back = there.go(begin(client))
    stranger = Client()
    stranger.get(back)
    assert not is_in(stranger)
    for changed in ({"state": "guessed"}, {"error": "access_denied"}):
        client.get(there.go(begin(client), **changed))
        assert not is_in(client)
    assert not is_in(stranger)


def test_a_provider_that_is_away_or_talks_nonsense_is_named_and_the_others_ways_stay(
    client: Client, there: Provider, node: Callable[..., None]
) -> None:
    node(identity_provider=IdentityProvider("http://127.0.0.1:9", "comity"))
    page = client.get("/account/provider/", follow=True).content.decode()
    assert "is not reached" in page
    assert 'name="password"' in page
    provider._CLIENTS.clear()
    node(identity_provider=IdentityProvider(there.issuer, "comity"))
    there.metadata["authorization_endpoint"] = None
    assert "is not reached" in client.get("/account/provider/", follow=True).content.decode()


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
@pytest.mark.usefixtures("two_factors")
def test_nobody_is_led_away_from_the_node(client: Client, there: Provider, linked: Officer, next_: str) -> None:
    answer = client.get(there.go(begin(client, f"?{urlencode({'next': next_})}")))
    assert answer["Location"] == "/"


@pytest.mark.usefixtures("two_factors")
def test_a_fresh_sign_in_there_is_a_fresh_second_factor(client: Client, there: Provider, linked: Officer) -> None:
    sign_in(client, there)
    age(client)
    asked = parse_qs(urlsplit(begin(client, "?fresh=1&next=/cases/")).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    client.get(there.go(begin(client, "?fresh=1&next=/cases/")))
    assert time.time() - client.session[stepup.CONFIRMED] < 10


@pytest.mark.parametrize(
    "claims", [{"auth_time": 1}, {"amr": ["pwd"]}, {"sub": "another"}], ids=["long-ago", "one-factor", "somebody-else"]
)
@pytest.mark.usefixtures("two_factors")
def test_nothing_else_is_a_fresh_second_factor(
    client: Client, there: Provider, linked: Officer, claims: dict[str, Any]
) -> None:
    from django.utils import timezone

    other = actions.register_officer("ortiz", password=None, display_name="O", authority="xa.ncb", served=("xa.ncb",))
    actions.link(other, there.issuer, "another", at=timezone.now())
    sign_in(client, there)
    age(client)
    there.claims |= claims
    client.get(there.go(begin(client, "?fresh=1&next=/cases/")))
    assert time.time() - client.session[stepup.CONFIRMED] > 3_000
    assert client.session["_auth_user_id"] == str(linked.pk)


def age(browser: Client) -> None:
    session = browser.session
    session[stepup.CONFIRMED] = time.time() - 3_600
    session.save()
