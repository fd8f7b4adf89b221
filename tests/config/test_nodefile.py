import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.config import nodefile
from comity.config.errors import NodeFileError
from comity.config.nodefile import Authority, IdentityProvider, Mail, NodeFile

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)
PORTS = st.integers(1, 65535)
NAMES = st.dictionaries(st.sampled_from(nodefile.LANGUAGES), TEXTS, max_size=4)


@st.composite
def node_files(draw: st.DrawFn) -> NodeFile:
    state = draw(st.text(string.ascii_uppercase, min_size=2, max_size=2))
    ids = draw(st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), min_size=1, max_size=3, unique=True))
    return NodeFile(
        folder=None,
        host=draw(st.sampled_from(["xa.localhost", "node.example.org"])),
        port=draw(PORTS),
        scheme=draw(st.sampled_from(["http", "https"])),
        state=state,
        names=draw(NAMES),
        colour=draw(st.sampled_from(nodefile.COLOURS)),
        authorities=tuple(Authority(f"{state.lower()}.{name}", draw(NAMES)) for name in ids),
        language=draw(st.sampled_from(nodefile.LANGUAGES)),
        demo=draw(st.booleans()),
        idle_minutes=draw(st.integers(1, 60)),
        step_up_minutes=draw(st.integers(1, 60)),
        alarm_minutes=draw(st.integers(1, 60)),
        undo_seconds=draw(st.integers(0, 60)),
        classification=draw(st.sampled_from(["none", "restricted", "confidential", "secret", "top-secret"])),
        webhook_hosts=tuple(draw(st.lists(st.sampled_from(["cases.xa.example", "registry:8443"]), max_size=2))),
        identity_provider=draw(
            st.none()
            | st.builds(
                IdentityProvider, st.just("https://login.xa.example"), st.just("c"), NAMES, st.text(), st.booleans()
            )
        ),
        mail=draw(st.none() | st.builds(Mail, st.just("mail.xa.example"), st.just("c@xa.example"), PORTS)),
    )


@given(node_files())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, file: NodeFile) -> None:
    folder = tmp_path_factory.mktemp("node")
    (folder / nodefile.FILE_NAME).write_text(nodefile.dump(file), encoding="utf-8")
    found = nodefile.load(folder)
    assert found == NodeFile(**{name: getattr(file, name) for name in NodeFile.__slots__} | {"folder": folder})


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(NodeFileError, match="comity init"):
        nodefile.load(tmp_path)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("prot = 1", "unknown setting `prot`"),
        ('port = "80"', "`port` must be of type int"),
        ("port = true", "`port` must be of type int"),
        ("port = 0", "between 1 and 65535"),
        ('scheme = "ftp"', "http or https"),
        ('state = "Aldermark"', "two capital letters"),
        ('language = "de"', "one of en, fr, es, ar"),
        ('time_zone = "Harbour"', "`time_zone` is not known"),
        ('database = "mysql://x"', "sqlite or postgresql"),
        ("idle_minutes = 0", "between 1 and 60"),
        ("session_hours = 99", "between 1 and 24"),
        ("step_up_minutes = 0", "between 1 and 60"),
        ("alarm_minutes = 61", "between 1 and 60"),
        ("undo_seconds = 61", "between 0 and 60"),
        ('classification = "cosmic"', "`classification` must be one of none, restricted"),
        ('webhook_hosts = ["http://x"]', "list of host names"),
        ('webhook_hosts = ["x:0"]', "list of host names"),
        ("webhook_hosts = [1]", "list of host names"),
        ("[mail]", "needs `host`"),
        ('[identity_provider]\nissuer = "https://x"', "needs `issuer`"),
        ('[identity_provider]\nissuer = "http://x.example"\nclient_id = "c"', "https address"),
        ('[identity_provider]\nissuer = "https://x/?a"\nclient_id = "c"', "https address without"),
        ('[identity_provider]\nsecret = "x"', "no setting `secret`"),
        ('[mail]\nhost = "mail.xa.example"', "needs `host`"),
        ('[mail]\nhost = "mail.xa.example"\nsender = "c@xa.example"\nsecurity = "none"', "starttls or tls"),
        ('[mail]\nhost = "localhost"\nsender = "c@xa.example"\nport = 0', "between 1 and 65535"),
        ('[mail]\npassword = "x"', "no setting `password`"),
        ('host = "-bad-"', "no host name"),
        ('colour = "beige"', "`colour` must be one of"),
        ('[[authority]]\nid = "xb.spoc"', "no authority of XA"),
        ("[[authority]]\nname = {}", "needs `id"),
        ("name = {en = 3}", "table of texts"),
        ("host = ", "is no TOML"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_should_be(tmp_path: Path, setting: str, told: str) -> None:
    (tmp_path / nodefile.FILE_NAME).write_text(setting, encoding="utf-8")
    with pytest.raises(NodeFileError, match=told):
        nodefile.load(tmp_path)


@pytest.mark.parametrize(
    ("host", "loopback"), [("xa.localhost", True), ("localhost", True), ("localhost.example.org", False)]
)
def test_only_names_of_this_machine_count_as_loopback(host: str, loopback: object) -> None:
    assert NodeFile(None, host=host).bound_to_loopback is loopback


def test_a_name_is_given_in_the_readers_language_else_in_english() -> None:
    authority = Authority("xa.ncb", {"en": "Bureau", "ar": "مكتب"})
    assert [authority.name(language) for language in ("ar", "fr")] == ["مكتب", "Bureau"]
    assert Authority("xa.cid").name("fr") == "xa.cid"
