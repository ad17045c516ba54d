"""That data left the house is never unsaid."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on exports."""

    dependencies = [("corpus", "0004_exports")]
    operations = [append_only("corpus_export")]
