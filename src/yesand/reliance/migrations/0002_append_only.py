"""A signed report is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("reliance", "0001_initial")]

    operations = [append_only("reliance_report")]
