"""The parameters of a category, as GET /sale/categories/{categoryId}/parameters lists them."""

from typing import Any

from allegro.simulator.categories import REQUIRED, Categories, Category, Requirement
from allegro.simulator.documents import Json
from allegro.simulator.world import World

CONDITION, BRAND, GTIN, PRODUCER_CODE = "11323", "248811", "225693", "224017"


def _parameter(key: str, name: str, kind: str, *, required: bool, product: bool, **extra: Any) -> Json:
    return {
        "id": key,
        "name": name,
        "type": kind,
        "required": required,
        "requiredForProduct": required and product,
        "unit": None,
        "options": {
            "ambiguousValueId": None,
            "dependsOnParameterId": None,
            "describesProduct": product,
            "customValuesEnabled": False,
        },
        **extra,
    }


def _one_text() -> Json:
    return {"minLength": 1, "maxLength": 50, "allowedNumberOfValues": 1}


def _condition() -> Json:
    values = [
        {"id": f"{CONDITION}_{number}", "value": value, "dependsOnValueIds": []}
        for number, value in ((1, "Nowy"), (2, "Używany"))
    ]
    restrictions = {"multipleChoices": False}
    return _parameter(
        CONDITION, "Stan", "dictionary", required=True, product=False, dictionary=values, restrictions=restrictions
    )


def parameters_of(world: World, category: Category, now: int) -> list[Json]:
    """Return the parameters of a category at an instant (microseconds UTC): the usual ones and those made required."""
    usual = [
        _condition(),
        _parameter(BRAND, "Marka", "string", required=True, product=True, restrictions=_one_text()),
        _parameter(GTIN, "EAN (GTIN)", "string", required=False, product=True, restrictions=_one_text()),
        _parameter(PRODUCER_CODE, "Kod producenta", "string", required=False, product=False, restrictions=_one_text()),
    ]
    demanded = {row.parameter: row for row in world.of(Categories).requirements if row.category == category.id}
    known = {row["id"] for row in usual}
    for row in usual:
        if row["id"] in demanded:
            row["required"] = row["required"] or _is_required(demanded[row["id"]], now)
    return usual + [_demanded(row, now) for key, row in demanded.items() if key not in known]


def _is_required(requirement: Requirement, now: int) -> bool:
    return requirement.type_at(now) == REQUIRED


def _demanded(requirement: Requirement, now: int) -> Json:
    required = _is_required(requirement, now)
    key, name = requirement.parameter, requirement.name
    return _parameter(key, name, "string", required=required, product=False, restrictions=_one_text())
