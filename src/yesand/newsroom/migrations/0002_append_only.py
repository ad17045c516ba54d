"""What was published is never changed: another version follows it, with its correction."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0001_initial")]
    operations = [
        append_only("newsroom_version"),
        append_only("newsroom_correction"),
        append_only("newsroom_report"),
    ]
