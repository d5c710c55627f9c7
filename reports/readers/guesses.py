"""Guess what the columns of an unknown layout hold, by the likeness of their headings and by their values."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Final

from reports.readers.cells import PARSERS
from reports.readers.columns import normalise_heading
from reports.readers.concepts import FORMS, Concept, Form
from reports.readers.kinds import KINDS
from reports.readers.numbers import Amount, Percent
from reports.readers.problems import CellRefused
from reports.readers.report_kind import ReportKind

LEAST_LIKENESS: Final = 0.72
# Of the values that a column has, this part must be readable as what it is guessed to be.
LEAST_READABLE: Final = 0.6
# Values that tell their meaning without a heading. Plain numbers could be anything.
TELLING: Final = (Concept.OFFER_ID, Concept.OCCURRED_AT)
TELLING_SCORE: Final = 0.5


def guess_columns(
    headings: Sequence[str], columns: Sequence[Sequence[object]]
) -> tuple[str | None, dict[int, Concept]]:
    """Guess the kind of report and what each 0-based column holds, from headings and a few values per column.

    The kind is None where no kind's required columns are all there; the guess is then the fullest one.
    """
    guesses = {code: _guess(kind, headings, columns) for code, kind in KINDS.items()}
    complete = [code for code, guess in guesses.items() if _is_complete(KINDS[code], guess)]
    best = max(complete or guesses, key=lambda code: sum(score for _, score in guesses[code].values()))
    guess = {index: concept for index, (concept, _) in sorted(guesses[best].items())}
    return (best if complete else None), guess


def _is_complete(kind: ReportKind, guess: Mapping[int, tuple[Concept, float]]) -> bool:
    found = {concept for concept, _ in guess.values()}
    return all(group & found for group in kind.required)


def _guess(
    kind: ReportKind, headings: Sequence[str], columns: Sequence[Sequence[object]]
) -> dict[int, tuple[Concept, float]]:
    """The best columns first; a concept goes to one column, except where each column is another marketplace's."""
    offers = sorted(
        (
            (score, -index, concept)
            for index, heading in enumerate(headings)
            for concept in kind.aliases
            if (score := _score(kind, concept, heading, columns[index]))
        ),
        reverse=True,
    )
    guess: dict[int, tuple[Concept, float]] = {}
    taken: set[Concept] = set()
    for score, negative, concept in offers:
        place = concept is Concept.PRICE and normalise_heading(headings[-negative]).label in _places(kind.code)
        if -negative not in guess and (place or concept not in taken):
            guess[-negative] = (concept, score)
            taken.add(concept)
    return guess


def _score(kind: ReportKind, concept: Concept, heading: str, values: Sequence[object]) -> float:
    label = normalise_heading(heading).label
    likeness = max((_likeness(label, alias) for alias in _labels(kind.code, concept)), default=0.0) if label else 0.0
    if likeness >= LEAST_LIKENESS:
        readable = _readable(concept, values)
        return likeness if readable is None or readable >= LEAST_READABLE else 0.0
    telling = concept in TELLING and _strictly(concept, values) and _readable(concept, values) == 1
    return TELLING_SCORE if telling else 0.0


def _strictly(concept: Concept, values: Sequence[object]) -> bool:
    """An offer id has 10 or 11 digits, a moment a year: a count of eight digits is neither."""
    texts = [str(value) for value in values if value is not None]
    if concept is Concept.OFFER_ID:
        return len(texts) == len(set(texts)) and all(len(text.removesuffix(".0")) in (10, 11) for text in texts)
    return len(texts) > 0


def _readable(concept: Concept, values: Sequence[object]) -> float | None:
    """The part of the values that can be read as the concept, None where there are none or anything can."""
    if FORMS[concept] is Form.TEXT:
        return None
    present = [value for value in values if value is not None and str(value).strip()]
    if not present:
        return None
    return sum(_reads(concept, value) for value in present) / len(present)


def _reads(concept: Concept, value: object) -> bool:
    try:
        parsed = PARSERS[concept](value)
    except CellRefused:
        return False
    if isinstance(parsed, Amount) and FORMS[concept] is Form.MONEY:
        return True
    return isinstance(parsed, Percent) or parsed is not None or not str(value).strip("-–— ")


@cache
def _labels(kind_code: str, concept: Concept) -> tuple[str, ...]:
    languages = KINDS[kind_code].aliases[concept]
    return tuple({normalise_heading(alias).label for aliases in languages.values() for alias in aliases})


@cache
def _places(kind_code: str) -> frozenset[str]:
    return frozenset(normalise_heading(heading).label for heading in KINDS[kind_code].places)


@lru_cache(maxsize=50_000)
def _likeness(first: str, second: str) -> float:
    if first == second:
        return 1.0
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < LEAST_LIKENESS or matcher.quick_ratio() < LEAST_LIKENESS:
        return 0.0
    return matcher.ratio()
