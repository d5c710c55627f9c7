"""Addresses of the pages about uploaded reports."""

from django.urls import path

from reports import actions, mapping_page, totals_page, views
from reports.reconciliation.urls import reconciliation_pages

app_name = "reports"

urlpatterns = [
    *reconciliation_pages,
    path("reports/", views.uploads, name="list"),
    # Not below "reports/": a tab is marked on all pages below its own.
    path("totals/", totals_page.totals, name="totals"),
    path("totals/export.csv", totals_page.totals_csv, name="totals_csv"),
    path("totals/export.xlsx", totals_page.totals_xlsx, name="totals_xlsx"),
    path("reports/upload/", views.upload, name="upload"),
    path("reports/<uuid:upload_id>/", views.detail, name="detail"),
    path("reports/<uuid:upload_id>/columns/", mapping_page.columns, name="columns"),
    path("reports/<uuid:upload_id>/import/", actions.import_, name="import"),
    path("reports/<uuid:upload_id>/details/", actions.details, name="details"),
    path("reports/<uuid:upload_id>/discard/", actions.discard, name="discard"),
    path("reports/<uuid:upload_id>/restore/", actions.restore, name="restore"),
    path("reports/<uuid:upload_id>/read-again/", actions.read_again, name="read_again"),
    path("reports/<uuid:upload_id>/change-mapping/", actions.change_mapping, name="change_mapping"),
    path("reports/<uuid:upload_id>/progress/", views.progress, name="progress"),
    path("reports/<uuid:upload_id>/original/", views.original, name="original"),
    path("reports/<uuid:upload_id>/problems.csv", views.problems, name="problems"),
    path("reports/<uuid:upload_id>/problems.xlsx", views.problems_workbook, name="problems_xlsx"),
    path("reports/offers/<uuid:offer_id>/", views.offer_reports, name="offer_reports"),
    path("reports/offers/<uuid:offer_id>/periods.json", views.offer_periods, name="offer_periods"),
]
