import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(messages: ModuleType) -> Catalog:
    return messages.sources()


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_every_text_is_translated_and_keeps_its_placeholders(
    messages: ModuleType, sources: Catalog, language: str
) -> None:
    assert list(messages.objections(language, sources)) == []


def test_arabic_counts_in_six_forms(messages: ModuleType) -> None:
    catalog = messages.load("ar")
    assert catalog.num_plurals == 6
    for message in messages.entries(catalog):
        assert not isinstance(message.id, tuple) or len(message.string) == 6


def test_a_gap_a_fuzzy_entry_and_a_lost_placeholder_are_found(
    messages: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    path = messages.po_path("fr")
    path.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
    path.write_text(
        head + 'msgid "a gap"\nmsgstr ""\n\n#, fuzzy\nmsgid "a guess"\nmsgstr "peut-être"\n\n'
        'msgid "to %(name)s"\nmsgstr "à %(nom)s"\n',
        encoding="utf-8",
    )
    faults = " ".join(messages.objections("fr", messages.load("fr")))
    assert "not translated: 'a gap'" in faults
    assert "fuzzy: 'a guess'" in faults
    assert "placeholders differ" in faults
