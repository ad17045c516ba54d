"""A verdict is never changed, only followed by another."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("takes", "0003_projects_uploads_reviews")]

    operations = [append_only("takes_review")]
