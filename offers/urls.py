"""Addresses of the pages about offers. The dashboard is the whole product's and stands in no namespace."""

from django.urls import include, path

from offers.pages import day_views, list_views, note_views, views

offer_pages = [
    path("offer-events", list_views.events, name="events"),
    path("offer-events.csv", list_views.events_csv, name="events_csv"),
    path("offer-events.xlsx", list_views.events_xlsx, name="events_xlsx"),
    path("changes/<uuid:change_id>/", views.change, name="shared_change"),
    path("offers/", list_views.catalogue, name="catalogue"),
    path("offers.csv", list_views.catalogue_csv, name="catalogue_csv"),
    path("offers.xlsx", list_views.catalogue_xlsx, name="catalogue_xlsx"),
    path("lists/<str:page>/columns/", list_views.columns, name="columns"),
    path("offers/<uuid:offer_id>/", views.detail, name="detail"),
    path("offers/coverage/<uuid:account_id>/", day_views.coverage, name="coverage"),
    path("offers/<uuid:offer_id>/on/", day_views.day, name="day"),
    path("offers/<uuid:offer_id>/compare/", day_views.compare, name="compare"),
    path("offers/<uuid:offer_id>/chart.json", views.chart, name="chart"),
    path("offers/<uuid:offer_id>/chart-changes.json", views.chart_changes, name="chart_changes"),
    path("offers/<uuid:offer_id>/days.csv", views.days_csv, name="days_csv"),
    path("offers/<uuid:offer_id>/notes/add/", note_views.add, name="note_add"),
    path("offers/<uuid:offer_id>/notes/<uuid:note_id>/", note_views.note, name="note"),
    path("offers/<uuid:offer_id>/notes/<uuid:note_id>/edit/", note_views.edit, name="note_edit"),
    path("offers/<uuid:offer_id>/notes/<uuid:note_id>/remove/", note_views.remove, name="note_remove"),
    path("offers/<uuid:offer_id>/notes/<uuid:note_id>/restore/", note_views.restore, name="note_restore"),
    path("offers/<uuid:offer_id>/changes/<uuid:change_id>/", views.change, name="change"),
]

urlpatterns = [
    path("dashboard/", list_views.dashboard, name="dashboard"),
    path("", include((offer_pages, "offers"))),
]
