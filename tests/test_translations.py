"""The Polish catalogue: complete, safe to fill in, and compiled."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "pl" / "LC_MESSAGES" / "django.po"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
WORD = re.compile(r"[^\W\d_]{2,}")
# Words that every language writes alike.
COMMON_WORDS = frozenset({"Offer", "History", "CSV", "SKU", "trace", "id"})
# Shown when nothing else works, translations included: it says everything in both languages.
BILINGUAL = TEMPLATES / "500.html"
SPOKEN_ATTRIBUTES = frozenset({"alt", "aria-label", "placeholder", "title"})

Key = tuple[str | None, str, str]


def entries() -> list[polib.POEntry]:
    return list(polib.pofile(str(CATALOGUE)))


def texts(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """The translation, or its plural forms in order."""
    forms: dict[int, str] = entry.msgstr_plural
    return [forms[number] for number in sorted(forms)] if entry.msgid_plural else [entry.msgstr]


def by_key(found: polib.POFile | polib.MOFile) -> dict[Key, list[str]]:
    """Every translation in use by its context, singular and plural."""
    return {(each.msgctxt, each.msgid, each.msgid_plural or ""): texts(each) for each in found if not each.obsolete}


def test_every_text_has_a_polish_translation() -> None:
    assert [each.msgid for each in entries() if not each.obsolete and not all(texts(each))] == []


def test_no_polish_translation_is_a_guess() -> None:
    assert [each.msgid for each in entries() if each.fuzzy] == []


def test_no_polish_translation_is_left_over() -> None:
    assert [each.msgid for each in entries() if each.obsolete] == []


def test_plural_texts_have_every_form_that_the_header_declares() -> None:
    forms = re.match(r"nplurals=(\d+);", polib.pofile(str(CATALOGUE)).metadata["Plural-Forms"])
    assert forms is not None
    plurals = [each for each in entries() if each.msgid_plural]
    assert plurals and {len(texts(each)) for each in plurals} == {int(forms[1])}


def test_translations_keep_the_placeholders() -> None:
    """A missing one hides a value; an unknown one is an error when the page is shown."""
    wrong = []
    for entry in entries():
        wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        wrong += [(entry.msgid, text) for text in texts(entry) if set(PLACEHOLDER.findall(text)) != wanted]
    assert wrong == []


def test_compiled_translations_are_those_of_the_catalogue() -> None:
    """Fails after a forgotten `compilemessages`."""
    written = polib.pofile(str(CATALOGUE))
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert by_key(compiled) == by_key(written)
    assert compiled.metadata["Plural-Forms"] == written.metadata["Plural-Forms"]


class Untranslated(HTMLParser):
    """Collects the words that a reader sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag in {"script", "style", "kbd"}  # the names of keys are the same everywhere
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES:
                self.collect(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.collect(data)

    def collect(self, text: str) -> None:
        self.words += [word for word in WORD.findall(text) if word not in COMMON_WORDS]


def literal_text(source: str) -> Iterator[str]:
    """The template without its tags, variables and comments, and without what stands in `blocktranslate`."""
    inside = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif name in {"blocktranslate", "blocktrans", "comment"}:
            inside = name
        elif token.token_type is TokenType.TEXT:
            yield token.contents


@pytest.mark.parametrize(
    "template", sorted({*TEMPLATES.rglob("*.*")} - {BILINGUAL}), ids=lambda each: str(each.relative_to(TEMPLATES))
)
def test_templates_hold_no_text_outside_translate_tags(template: Path) -> None:
    page = Untranslated()
    page.feed("".join(literal_text(template.read_text(encoding="utf-8"))))
    page.close()
    assert page.words == []
