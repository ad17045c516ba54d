"""What was signed is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on manifests and the performers in them."""

    dependencies = [("corpus", "0002_initial")]
    operations = [
        append_only("corpus_manifest"),
        append_only("corpus_manifestperformer"),
    ]
