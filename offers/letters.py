"""Searching as people type: neither case nor the marks of letters matter, so that "mlynek" finds "Młynek".

The text becomes a regular expression of PostgreSQL with every way to write each of its letters. It needs no extension,
which not every host of databases allows, reads the same indexes as a plain comparison and takes no longer than one.
"""

import unicodedata
from typing import Final

# Latin letters with marks, as in the languages of Allegro's marketplaces: Latin-1 Supplement and Latin Extended-A.
_MARKED: Final = range(0xC0, 0x180)
# What an index on the words of values takes the marks off; a list as long as the one above would make it slow.
POLISH: Final = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
PLAIN: Final = "acelnoszzACELNOSZZ"
# Unicode does not take the bar off these two.
_BARRED: Final = {"ł": "l", "đ": "d"}


def _plain(letter: str) -> str:
    """The small letter without its mark; any other character as it is."""
    small = unicodedata.normalize("NFD", letter.lower())[:1]
    return _BARRED.get(small, small)


def _every_way() -> dict[str, str]:
    """For each plain letter all the letters that it may stand for, capitals too."""
    ways = {letter: letter + letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    for letter in map(chr, _MARKED):
        if (plain := _plain(letter)) in ways:
            ways[plain] += letter
    return ways


_WAYS: Final = _every_way()


def any_letters(text: str) -> str:
    """A regular expression (PostgreSQL's, for `__regex`) that finds `text` whatever the case and marks of letters."""
    return "".join(_one(character) for character in unicodedata.normalize("NFC", text))


def without_polish_marks(text: str) -> str:
    """`text` with plain letters in the place of Polish ones, as the index on the words of values has them."""
    return unicodedata.normalize("NFC", text).translate(str.maketrans(POLISH, PLAIN))


def _one(character: str) -> str:
    if ways := _WAYS.get(_plain(character)):
        return f"[{ways}]"
    cases = {character, character.lower(), character.upper()}
    if len(cases) > 1 and max(map(len, cases)) == 1:
        return f"[{''.join(sorted(cases))}]"
    return character if character.isalnum() or not character.isascii() else f"\\{character}"
