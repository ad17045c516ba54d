"""What a rater was shown, and that they could not judge it, is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("affect", "0004_showings")]

    operations = [append_only("affect_showing"), append_only("affect_skip")]
