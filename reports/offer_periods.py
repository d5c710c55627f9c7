"""The periods of imported reports that name one offer, for its chart."""

from typing import Any

from offers.models import Offer
from reports.models import UploadRow, UploadStatus


def periods_of(offer: Offer) -> list[dict[str, Any]]:
    """One entry per imported report with a row of the offer, by first day: inclusive Warsaw days, money as text.

    Figures are totals of the whole period, None where the file did not say. Overlapping reports stand side by side.
    Found by Allegro's number, so that a report imported before the offer was first read counts as well.
    """
    rows = (
        UploadRow.objects.filter(
            upload__account=offer.account_id,
            upload__status=UploadStatus.IMPORTED,
            allegro_offer_id=offer.allegro_id,
        )
        .select_related("upload")
        .order_by("upload__period_from", "upload__period_to", "upload__uploaded_at")
    )
    return [_entry(row) for row in rows]


def _entry(row: UploadRow) -> dict[str, Any]:
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
    }
