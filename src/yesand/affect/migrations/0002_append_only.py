"""A rating is never changed, and gold only by another entry."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("affect", "0001_initial")]

    operations = [append_only("affect_rating"), append_only("affect_gold")]
