"""The product's settings without what the yardstick does without."""

from testprep.settings import *  # noqa: F403

INSTALLED_APPS = []
MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.bare"
# A path that is not there is a plain 404 to it.
TEMPLATES = []
