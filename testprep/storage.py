"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and precompressed; the ES modules' imports are rewritten as well."""

    support_js_module_import_aggregation = True
