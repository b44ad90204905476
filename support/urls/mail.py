from django.urls import path

from support.views import mail

urlpatterns = [
    path("account/mail/", mail.preferences, name="mail"),
    path("mail/<str:token>/", mail.link, name="mail_link"),
]
