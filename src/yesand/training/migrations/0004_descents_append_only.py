"""What was signed about descent is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("training", "0003_descents")]
    operations = [append_only("training_descent"), append_only("training_parentage")]
