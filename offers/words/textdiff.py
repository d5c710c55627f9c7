"""What differs between two texts, in words, and between two HTML descriptions, safe to show. No Django here."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

import nh3
from lxml.html.diff import htmldiff

RunKind = Literal["same", "removed", "added"]

# What Allegro's description editor can produce, and the two marks of the diff. No attribute, no link, no picture.
SAFE_TAGS = {"p", "h1", "h2", "ul", "ol", "li", "b", "strong", "i", "em", "br", "ins", "del"}
TAG = re.compile(r"<[^>]*>")
WORD_OR_SPACE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that stayed, went or came."""

    kind: RunKind
    text: str


def word_diff(old: str, new: str) -> list[Run]:
    """The words of both texts in reading order, what went before what came in its place."""
    before, after = WORD_OR_SPACE.findall(old), WORD_OR_SPACE.findall(new)
    runs: list[Run] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        removed, added = "".join(before[old_from:old_to]), "".join(after[new_from:new_to])
        if kind == "equal":
            runs.append(Run("same", added))
            continue
        runs.extend(run for run in (Run("removed", removed), Run("added", added)) if run.text)
    return _spaced(runs)


def _spaced(runs: list[Run]) -> list[Run]:
    """Put a space between what went and what came, which would otherwise read as one word."""
    spaced: list[Run] = runs[:1]
    for before, after in pairwise(runs):
        if (before.kind, after.kind) == ("removed", "added") and not before.text.endswith(" "):
            spaced.append(Run("same", " "))
        spaced.append(after)
    return spaced


def words_changed(old: str, new: str) -> tuple[int, int]:
    """How many words went and how many came, as sets with repetition: words that only moved count as neither."""
    before, after = Counter(old.split()), Counter(new.split())
    return (before - after).total(), (after - before).total()


def plain_text(html: str) -> str:
    """The words of `html`, tags taken out."""
    return " ".join(TAG.sub(" ", html).split())


def html_diff(old: str, new: str) -> str:
    """Both descriptions in one, <del> and <ins> marking what went and came; nothing but SAFE_TAGS survives.

    lxml's diff passes scripts and attributes through, so the cleaning comes last.
    """
    return nh3.clean(str(htmldiff(old, new)), tags=SAFE_TAGS, attributes={})


def description_html(value: Any) -> str:
    """The text items of Allegro's description document, in order. Anything of another shape reads as empty."""
    return "\n".join(str(item.get("content") or "") for item in _items(value) if item.get("type") == "TEXT")


def description_images(value: Any) -> list[str]:
    """The addresses of the pictures inside a description document, in order."""
    return [str(item.get("url") or "") for item in _items(value) if item.get("type") == "IMAGE"]


def _items(value: Any) -> list[dict[str, Any]]:
    sections = value.get("sections") if isinstance(value, dict) else None
    return [
        item
        for section in sections or []
        if isinstance(section, dict)
        for item in section.get("items") or []
        if isinstance(item, dict)
    ]
