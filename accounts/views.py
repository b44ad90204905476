"""The learner's own pages about themselves; signing in and out is allauth's."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import LearnerRequest


@login_required
def account(request: LearnerRequest) -> HttpResponse:
    return render(request, "account/account.html")
