"""The periods of imported "Sales by offer" reports that name one offer, for its chart."""

from typing import Any

from offers.models import Offer
from reports.cover import not_counted
from reports.models import UploadKind, UploadRow, UploadStatus


def periods_of(offer: Offer) -> list[dict[str, Any]]:
    """One entry per imported report with a row of the offer, by first day: inclusive Warsaw days, money as text.

    Figures are totals of the whole period, None where the file did not say. Overlapping reports stand side by side;
    `counted` tells whether totals count this one. Found by Allegro's number, so that a report imported before the offer
    was first read counts as well.
    """
    rows = (
        UploadRow.objects.filter(
            upload__account=offer.account_id,
            upload__status=UploadStatus.IMPORTED,
            upload__kind=UploadKind.SALES_BY_OFFER,
            allegro_offer_id=offer.allegro_id,
        )
        .select_related("upload")
        .order_by("upload__period_from", "upload__period_to", "upload__uploaded_at")
    )
    found = list(rows)
    left_out = not_counted(offer.account) if len(found) > 1 else {}
    return [_entry(row, counted=str(row.upload_id) not in left_out) for row in found]


def _entry(row: UploadRow, *, counted: bool) -> dict[str, Any]:
    upload = row.upload
    return {
        "from": upload.period_from,
        "to": upload.period_to,
        "units": row.units,
        "revenue": None if row.revenue is None else str(row.revenue),
        "currency": upload.currency or None,
        "visits": row.visits,
        "average_price": None if row.average_price is None else str(row.average_price),
        "ending_quantity": row.ending_quantity,
        "upload": str(upload.pk),
        "file_name": upload.file_name,
        "counted": counted,
    }
