"""All about one's account; allauth's own URLs follow ours."""

from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("settings/<slug:setting>/", views.change_setting, name="account_setting"),
    path("export/", views.export_data, name="account_export"),
    path("delete/", views.delete_account, name="account_delete"),
    path("signup/", views.signup, name="account_signup"),
    path("", include("allauth.account.urls")),
    path("two-step/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
