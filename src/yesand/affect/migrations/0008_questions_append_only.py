"""What raters were asked, and who set it, is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("affect", "0007_questions")]

    operations = [append_only("affect_questionsset")]
