from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles import apps as staticfiles


class BackOfficeConfig(AdminConfig):
    """The admin with our own site in the place of Django's."""

    default_site = "testprep.admin_site.BackOffice"


class StaticFilesConfig(staticfiles.StaticFilesConfig):
    """Static files, without the parts of htmx that nothing here uses."""

    ignore_patterns = [
        *staticfiles.StaticFilesConfig.ignore_patterns,
        "django_htmx/ext/*",
        "django_htmx/htmax-*",
        "django_htmx/htmx-4*",
        "django_htmx/htmx-2.js",
    ]
