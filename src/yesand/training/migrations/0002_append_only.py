"""What was signed about models is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]
    operations = [
        append_only("training_trainedmodel"),
        append_only("training_deployment"),
        append_only("training_decommission"),
    ]
