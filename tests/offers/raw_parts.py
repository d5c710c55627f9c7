"""Raw documents as Allegro's OpenAPI description shapes them, one or more of each part and of each shared object."""

from typing import Any

BASE, CZECH = "allegro-pl", "allegro-cz"
Raw = dict[str, Any]


def pln(amount: object) -> Raw:
    return {"amount": amount, "currency": "PLN"}


PACK: Raw = {
    "id": "7c9a76d3",
    "status": "ACTIVE",
    "createdAt": "2019-05-01T10:12:32.321Z",
    "benefits": [
        {
            "specification": {
                "type": "WHOLESALE_PRICE_LIST",
                "name": "Kartony",
                "thresholds": [
                    {"quantity": {"lowerBound": 10}, "discount": {"percentage": "5"}},
                    {"quantity": {"lowerBound": 9}, "discount": {"percentage": "3"}},
                ],
            }
        }
    ],
    "offerCriteria": [{"type": "CONTAINS_OFFERS", "offers": [{"id": "17"}, {"id": "18"}]}],
}
FOR_ALL: Raw = {
    "id": "1b",
    "status": "ACTIVE",
    "benefits": [],
    "offerCriteria": [{"type": "ALL_OFFERS"}, {"type": "OFFERS_ASSIGNED_EXTERNALLY", "offers": [{"id": "19"}]}],
}
OLD_BUNDLE: Raw = {
    "id": "a42d09c2",
    "createdAt": "2023-05-01T10:12:32.321Z",
    "createdBy": "USER",
    "offers": [
        {"id": "17", "requiredQuantity": 2, "entryPoint": True},
        {"id": "16", "requiredQuantity": 1, "entryPoint": False},
    ],
    "publication": [
        {"marketplace": {"id": BASE}, "status": "ACTIVE"},
        {"marketplace": {"id": CZECH}, "status": "SUSPENDED"},
    ],
    "discounts": [{"marketplace": {"id": BASE}, "amount": "10.1", "currency": "PLN"}],
}
LISTED_BUNDLE: Raw = {
    "id": "bac2128a",
    "createdAt": "2025-05-01T10:12:32.321Z",
    "createdBy": "ALLEGRO",
    "slotsRepresentatives": ["18", "17"],
    "discount": {"type": "SLOT_DISCOUNT", "bundle": None},
}
WHOLE_BUNDLE: Raw = {
    "id": "bac2128a",
    "createdAt": "2025-05-01T10:12:32.321Z",
    "createdBy": "ALLEGRO",
    "discount": None,
    "slots": [
        {
            "id": "s1",
            "order": order,
            "entryPoint": True,
            "requiredQuantity": 1,
            "offers": [
                {
                    "id": offer,
                    "excludedFromDiscount": False,
                    "entryPoint": True,
                    "marketplaces": [{"id": BASE, "availability": {"available": False, "reasons": ["STOCK"]}}],
                }
                for offer in offers
            ],
        }
        for order, offers in ((1, ("19", "18")), (0, ("17",)))
    ],
}
OPTIONS: Raw = {
    "offerId": "17",
    "marketplaceId": BASE,
    "basePackage": {"id": "emphasized1d", "validFrom": "2020-01-01T00:00:00Z", "nextCycleDate": "2020-01-02T00:00:00Z"},
    "extraPackages": [{"id": "departmentPage", "validTo": None}, {"id": "bold"}],
    "pendingChanges": {"basePackage": {"id": "emphasized30d"}},
    "additionalMarketplaces": [
        {"marketplaceId": CZECH, "basePackage": {"id": "promo", "nextCycleDate": "2020-01-02T00:00:00Z"}},
        {"marketplaceId": "allegro-sk", "basePackage": None, "extraPackages": [], "pendingChanges": {}},
    ],
}
RULES: list[Raw] = [
    {
        "marketplace": {"id": BASE},
        "rule": {"id": "641c"},
        "configuration": {
            "priceRange": {"type": "MARKETPLACE_CURRENCY", "minPrice": pln("40"), "maxPrice": pln("49.9")}
        },
        "updatedAt": "2023-03-23T15:45:02Z",
    },
    {"marketplace": {"id": CZECH}, "rule": {"id": "9f"}, "configuration": None, "updatedAt": "2023-03-23T15:45:02Z"},
]
BADGE: Raw = {
    "offer": {"id": "17"},
    "campaign": {"id": "BARGAIN", "name": "Strefa Okazji"},
    "publication": {"type": "UNTIL", "from": "2026-01-01T00:00:00Z", "to": None},
    "prices": {"market": pln("59.90"), "bargain": pln("49.9"), "subsidy": None},
    "process": {
        "status": "DECLINED",
        "rejectionReasons": [
            {"code": "BB2", "messages": [{"text": "See requirements.", "link": None}]},
            {"code": "BB1", "messages": []},
        ],
    },
    "campaignStock": {"quantity": 10},
}
IN_PRICES: Raw = {
    "id": "17",
    "name": "Kawa",
    "marketplace": {"id": BASE},
    "basePrice": pln("49.90"),
    "discount": {"opportunity": True},
    "recommendedPriceReduction": {"sellerMaxDeclaredPercentage": "12.0"},
    "declaredPriceReduction": {"sellerMaxDeclaredPercentage": "10.0", "sellerMaxDeclaredDiscount": pln("4.99")},
    "actualPriceReduction": {
        "sellerMaxDeclaredPercentage": "10.0",
        "sellerMaxDeclaredDiscount": pln("4.99"),
        "sellerDiscount": pln("4.00"),
        "allegroDiscount": pln("1.00"),
        "finalPriceForTheBuyer": pln("44.9"),
    },
    "discountedAt": "2024-01-15T10:30:00.000Z",
    "excludedAt": "2024-01-20T14:45:00.000Z",
}
SUBMITTED: Raw = {
    "participationId": "f9a4a70c",
    "offer": {"id": "17"},
    "campaign": {"id": "ALLEOBNIZKA_PL"},
    "prices": {"proposedPrice": pln(18), "minimalPriceReduction": pln("1.5"), "maximumSellingPrice": pln("21.37")},
    "process": {"status": "DECLINED", "errors": [{"code": "BB13", "message": "Too many requests."}]},
    "purchaseLimit": 1,
}
SECTIONS: Raw = {"sections": [{"items": [{"type": "TEXT", "content": "<p>b</p>"}, {"type": "IMAGE", "url": "a"}]}]}
TRANSLATIONS: list[Raw] = [
    {
        "language": "pl-PL",
        "title": {"translation": "Kawa", "type": "BASE"},
        "description": {"translation": SECTIONS, "type": "BASE"},
        "safetyInformation": {"products": [{"id": "p", "translation": "Uwaga", "type": "BASE"}]},
    },
    {
        "language": "cs-CZ",
        "title": {"translation": "Káva", "type": "MANUAL"},
        "description": {"translation": SECTIONS, "type": "AUTO"},
        "safetyInformation": {
            "products": [
                {"id": "q", "translation": "Pozor", "type": "AUTO"},
                {"id": "p", "translation": "Pozor", "type": "MANUAL"},
            ]
        },
    },
    {"language": "sk-SK", "title": {"translation": "Káva", "type": "AUTO"}, "description": None},
]
RATING: Raw = {
    "averageScore": "4.0",
    "scoreDistribution": [{"name": "5", "count": 1}, {"name": "4", "count": 2}],
    "totalResponses": 3,
    "sizeFeedback": [{"name": "FIT", "count": 2}, {"name": "BIGGER", "count": 0}],
}
SMART: Raw = {
    "classification": {"fulfilled": True, "lastChanged": "2017-05-17T08:36:57.292+02:00"},
    "scheduledForReclassification": True,
    "smartDeliveryMethods": [{"id": "b"}, {"id": "a"}],
    "conditions": [
        {"code": "b", "name": "B", "description": "wording", "fulfilled": True, "value": True, "threshold": 10},
        {"code": "a", "name": "A", "fulfilled": False, "failedDeliveryMethods": [{"id": "b"}, {"id": "a"}]},
    ],
}
UNFILLED: Raw = {"id": "17", "parameters": [{"id": "225693"}, {"id": "11323"}], "category": {"id": "257931"}}
PRICE_LIST: Raw = {
    "id": "5c7bbf8b",
    "name": "Kurier",
    "lastModified": "2021-11-30T15:17:05.130Z",
    "features": {"managedByAllegro": False},
    "dispatchCountry": None,
    "rates": [
        {
            "deliveryMethod": {"id": method},
            "maxQuantityPerPackage": 10,
            "firstItemRate": pln("9.9"),
            "nextItemRate": pln("0"),
        }
        for method in ("b", "a")
    ],
}
SETTINGS: Raw = {
    "marketplace": {"id": BASE},
    "freeDelivery": pln("123.4"),
    "abroadFreeDelivery": pln("900"),
    "joinPolicy": {"strategy": "MAX"},
    "updatedAt": "2025-08-24T14:15:22Z",
}
RETURN_POLICY: Raw = {
    "id": "09f0b4cc",
    "seller": {"id": "44"},
    "name": "Zwroty",
    "isFulfillment": False,
    "availability": {"range": "FULL", "restrictionCause": None},
    "withdrawalPeriod": "P14D",
    "returnCost": {"coveredBy": "SELLER"},
    "options": {"cashOnDeliveryNotAllowed": True},
    "contact": None,
}
WARRANTY: Raw = {
    "id": "09f0b4cc",
    "seller": {"id": "44"},
    "name": "Gwarancja",
    "type": "SELLER",
    "individual": {"period": "P24M", "lifetime": False},
    "corporate": {"period": "P12M"},
}
PRICE_RULE: Raw = {
    "id": "641c",
    "type": "FOLLOW_BY_ALLEGRO_MIN_PRICE",
    "name": "Najniższa",
    "default": False,
    "updatedAt": "2023-03-23T15:45:02Z",
    "configuration": {
        "changeByAmount": {"operation": "ADD", "values": [pln("5"), {"amount": "1", "currency": "CZK"}]},
    },
}
TREE: Raw = {"id": "165", "name": "Kawa", "parent": {"id": "4"}, "leaf": True, "options": {"advertisement": False}}
SCHEDULED: list[Raw] = [
    {
        "type": kind,
        "scheduledAt": "2019-06-26T15:26:43.891Z",
        "scheduledFor": "2019-07-26T15:26:43.891Z",
        "category": {"id": "165"},
        "parameter": {"id": parameter},
    }
    for kind, parameter in (("REQUIREMENT_CHANGE", "17"), ("BRAND_NEW", "9"))
]
DELETED: Raw = {"type": "CATEGORY_DELETED", "category": TREE, "redirectCategory": {"id": "7"}}
PRODUCT: Raw = {
    "id": "c9e39cae",
    "name": "Kawa Santos 1 kg",
    "category": {"id": "74030", "path": [{"id": "73973", "name": "Produkty"}], "similar": [{"id": "1", "path": []}]},
    "images": [{"url": "https://a.example/original/2"}, {"url": "https://a.example/original/1"}],
    "parameters": [
        {
            "id": "248811",
            "name": "Marka",
            "values": ["b_1"],
            "valuesIds": ["248811_1"],
            "valuesLabels": ["Ziarno"],
            "unit": None,
            "options": {"identifiesProduct": True, "isGTIN": False, "isTrusted": False, "isAiCoCreated": False},
        },
        {"id": "225693", "name": "EAN (GTIN)", "values": ["5901234567890"], "rangeValue": None},
    ],
    "offerRequirements": {"id": "28", "parameters": [{"id": "11323", "name": "Stan", "valuesLabels": ["Nowy"]}]},
    "compatibilityList": {"id": "460b", "type": "PRODUCT_BASED", "items": [{"text": "AUDI 90"}, {"text": "AUDI 80"}]},
    "tecdocSpecification": {"id": "470b", "items": [{"name": "Wersja TecDoc", "values": ["0319", "0318"]}]},
    "description": {"sections": [{"items": [{"type": "TEXT", "content": "<p>Kawa</p>"}]}]},
    "aiCoCreatedContent": {"paths": ["description"]},
    "trustedContent": {"paths": ["name", "images"], "productPaths": ["category"]},
    "hasProtectedBrand": True,
    "publication": {"status": "LISTED"},
    "productSafety": {
        "responsibleProducers": [{"id": "fee4", "name": "Palarnia"}, {"id": "aee4", "name": "Importer"}],
        "safetyInformation": {"type": "TEXT", "description": "Contains small parts"},
    },
}
