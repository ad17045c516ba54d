"""What was signed about synthetic takes is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("synthetic", "0001_synthetic_takes")]
    operations = [
        append_only("synthetic_syntheticbatch"),
        append_only("synthetic_synthetictake"),
        append_only("synthetic_ancestry"),
        append_only("synthetic_syntheticexport"),
    ]
