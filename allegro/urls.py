"""Settings → Allegro accounts, mounted under /settings/ in the namespace `settings`."""

from django.urls import path

from allegro import views

urlpatterns = [
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/connect/", views.connect, name="connect"),
    path("accounts/sample/", views.sample, name="sample"),
    path("first-run/", views.first_run, name="first_run"),
    path("accounts/callback/", views.callback, name="callback"),
    path("accounts/other/", views.other_account, name="other_account"),
    path("accounts/<uuid:account_id>/", views.account, name="account"),
    path("accounts/<uuid:account_id>/sync/", views.sync_now, name="sync_now"),
    path("accounts/<uuid:account_id>/progress/", views.progress, name="progress"),
    path("accounts/<uuid:account_id>/disconnect/", views.disconnect, name="disconnect"),
    path("accounts/<uuid:account_id>/runs/<uuid:run_id>/", views.run, name="run"),
]
