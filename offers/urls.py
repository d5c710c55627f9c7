"""Addresses of the pages about offers. The dashboard is the whole product's and stands in no namespace."""

from django.urls import include, path

from offers import views

offer_pages = [
    path("offer-events", views.events, name="events"),
    path("offers/", views.catalogue, name="catalogue"),
    path("offers/<uuid:offer_id>/", views.detail, name="detail"),
    path("offers/<uuid:offer_id>/chart.json", views.chart, name="chart"),
    path("offers/<uuid:offer_id>/changes/<uuid:change_id>/", views.change, name="change"),
]

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("", include((offer_pages, "offers"))),
]
