"""Where the simulator or the client differs from the published description on purpose, each with its reason."""

import re
from dataclasses import dataclass

# Rules for every operation ------------------------------------------------------------------------------------------

NULLS = (
    "A null for a property that is not required counts as absent; for a required one that may not be null it is a "
    "deviation. The file seldom says `nullable`, but Allegro's answers hold null for what is absent (its own samples "
    "in allegro-api issues 9129 and 11675), and in a PATCH null is how a tool takes a value away."
)
REFUSALS = (
    "A refusal that precedes every operation (400, 401, 403, 406, 415, 429), where the file leaves it out, is held "
    "against the general ErrorsHolder, 401 against AuthError; all media types of JSON count as one in refusals. A 400 "
    "is filled in only where the file names no 422 for a wrong parameter."
)
RULES = (NULLS, REFUSALS)


@dataclass(frozen=True)
class Difference:
    """Patterns (regular expressions, whole match) of operation, place and problem, and why it is so."""

    operation: str
    place: str
    problem: str
    reason: str


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "GET /sale/(offers/{offerId}/)?smart",
        r"200 conditions\[\]\.(value|threshold)",
        "(True|False) is not of type 'number'",
        "conditions that are met or not have come with true and false from the sandbox (July 2026)",
    ),
    Difference(
        "GET /order/checkout-forms",
        "200 (count|totalCount)",
        "0 is less than the minimum of 1",
        "a list may be empty; the file's minimum is a slip",
    ),
    Difference(
        ".*",
        r"4\d\d errors\[\]\.metadata",
        "is not in the description",
        "the general Error has metadata; the error objects of single operations leave it out",
    ),
    Difference(
        "POST /sale/offers/{offerId}/promo-options-modification",
        "400",
        "Unknown response http status: 400",
        "a modification that lacks a field was refused with 400 invalidDataFormat (allegro-api issue 13590)",
    ),
    Difference(
        "POST /sale/offer-price-automation-commands",
        "request modification",
        "fits several of the shapes of which it must fit one",
        "the file says oneOf, but neither shape requires anything, so every body fits both",
    ),
    Difference(
        "POST /sale/product-offers",
        "request name",
        ".* is too short",
        "a draft may be incomplete: its faults are told in `validation`",
    ),
    Difference(
        "PATCH /sale/product-offers/{offerId}",
        r"request sellingMode\.price\.amount",
        r"[\d.]+ is not of type 'string'",
        "another tool of the seller may write an amount as a number; it is taken as the same price",
    ),
    Difference(
        "PUT /after-sales-service-conditions/return-policies/{returnPolicyId}",
        "request isFulfillment",
        "is not in the description",
        "another tool of the seller may send a policy back as it was read; what cannot be changed is left alone",
    ),
)


def on_purpose(operation: str, place: str, problem: str) -> Difference | None:
    """The difference in the list that a deviation is, if it is one."""
    for each in DIFFERENCES:
        matches = (
            re.fullmatch(each.operation, operation),
            re.fullmatch(each.place, place),
            re.fullmatch(each.problem, problem, re.DOTALL),
        )
        if all(matches):
            return each
    return None
