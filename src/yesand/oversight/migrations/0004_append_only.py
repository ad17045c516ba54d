"""What was noted or found is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on findings and checks."""

    dependencies = [("oversight", "0003_findings_and_checks")]
    operations = [append_only("oversight_finding"), append_only("oversight_check")]
