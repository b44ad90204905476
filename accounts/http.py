"""The request as views see it once someone is signed in."""

from django.http import HttpRequest

from accounts.models import User


class LearnerRequest(HttpRequest):
    user: User
