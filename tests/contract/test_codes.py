"""Every enumeration of Allegro's description that a page shows has its words: a new code is seen when the file is."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from offers.words.codes import CAMPAIGN_STATUSES, CODES, VISIBILITY, Words
from offers.words.differences import ENDED_BY
from tests.contract.spec import SCHEMAS, WHERE, Schema, spec_path

AFTER_SALES = "/after-sales-service-conditions"
# Where it stands: the operation and the last name of the property (of "type" the words of all types).
SHOWN: list[tuple[str, dict[str, Words]]] = [
    ("/sale/product-offers/{offerId}", {**CODES, "endedBy": ENDED_BY, "state": VISIBILITY}),
    ("/sale/loyalty/promotions", {**CODES, "type": {**CODES["type"], **CODES["criteria"]}}),
    ("/sale/bundles", {**CODES}),
    ("/sale/flexible-bundles/{bundleId}", {**CODES}),
    ("/sale/badges", {**CODES, "status": CAMPAIGN_STATUSES}),
    ("/sale/alle-discount/{campaignId}/submitted-offers", {**CODES, "status": CAMPAIGN_STATUSES}),
    ("/sale/price-automation/rules", {**CODES}),
    ("/sale/price-automation/offers/{offerId}/rules", {**CODES}),
    ("/sale/offers/{offerId}/translations", {**CODES}),
    ("/sale/shipping-rates/{id}", {**CODES}),
    ("/sale/delivery-settings", {**CODES}),
    (f"{AFTER_SALES}/return-policies/{{returnPolicyId}}", {**CODES}),
    (f"{AFTER_SALES}/warranties/{{warrantyId}}", {**CODES}),
    ("/sale/products/{productId}", {**CODES}),
]
# Told by the status of the whole offer, which has names of its own.
OFFER_STATUSES = {"ACTIVATING", "ENDED"}


@pytest.fixture(scope="module")
def document() -> Schema:
    path = spec_path()
    if path is None:
        pytest.skip(f"no OpenAPI file to look for codes in: {WHERE}")
    found: Schema = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return found


@pytest.mark.parametrize(("operation", "words"), SHOWN, ids=[each[0] for each in SHOWN])
def test_every_code_of_the_description_has_words(document: Schema, operation: str, words: dict[str, Words]) -> None:
    answer = document["paths"][operation]["get"]["responses"]["200"]["content"]
    schemas = [each["schema"] for each in answer.values()]
    codes = {found for schema in schemas for found in _codes(document, schema, "", frozenset())}
    assert codes or operation == "/sale/shipping-rates/{id}"
    assert [(key, code) for key, code in codes if code not in words.get(key, {}) and code not in OFFER_STATUSES] == []


def _codes(document: Schema, schema: Any, key: str, seen: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(name of the property, code) of every enumeration within a schema."""
    reference = schema.get("$ref", "")
    if reference:
        if reference not in seen:
            target = document["components"]["schemas"][reference.removeprefix(SCHEMAS)]
            yield from _codes(document, target, key, seen | {reference})
        return
    yield from ((key, str(code)) for code in schema.get("enum", ()))
    for each in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from _codes(document, each, key, seen)
    for name, inner in schema.get("properties", {}).items():
        yield from _codes(document, inner, name, seen)
    if "items" in schema:
        yield from _codes(document, schema["items"], key, seen)
