"""Addresses of the pages about uploaded reports."""

from django.urls import path

from reports import views
from reports.reconciliation.urls import reconciliation_pages

app_name = "reports"

urlpatterns = [
    *reconciliation_pages,
    path("reports/", views.uploads, name="list"),
    path("reports/upload/", views.upload, name="upload"),
    path("reports/<uuid:upload_id>/", views.detail, name="detail"),
    path("reports/<uuid:upload_id>/import/", views.import_, name="import"),
    path("reports/<uuid:upload_id>/period/", views.period, name="period"),
    path("reports/<uuid:upload_id>/discard/", views.discard, name="discard"),
    path("reports/<uuid:upload_id>/read-again/", views.read_again, name="read_again"),
    path("reports/<uuid:upload_id>/progress/", views.progress, name="progress"),
    path("reports/<uuid:upload_id>/original/", views.original, name="original"),
    path("reports/<uuid:upload_id>/problems.csv", views.problems, name="problems"),
    path("reports/offers/<uuid:offer_id>/periods.json", views.offer_periods, name="offer_periods"),
]
