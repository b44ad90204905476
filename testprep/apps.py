from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """The admin with our own site in the place of Django's."""

    default_site = "testprep.admin_site.BackOffice"
