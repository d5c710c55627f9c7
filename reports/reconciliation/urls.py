"""Addresses of the reconciliation; they stand in the namespace of the reports."""

from django.urls import path

from reports.reconciliation import views

reconciliation_pages = [
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("reconciliation/days/", views.days, name="reconciliation_days"),
    path("reconciliation/days.json", views.days_chart, name="reconciliation_days_chart"),
    path("reconciliation.csv", views.comparisons_csv, name="reconciliation_csv"),
    path("reconciliation.xlsx", views.comparisons_xlsx, name="reconciliation_xlsx"),
    path("reconciliation/offers/", views.offer_states, name="offer_states"),
    path("reconciliation/offers/<uuid:offer_id>/", views.offer_card, name="offer_card"),
    path("reconciliation/dashboard/", views.dashboard_card, name="dashboard_card"),
]
