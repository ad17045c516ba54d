"""What raters are asked from now on is in the log; what was set before it was is not."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column is not unique, so that SQLite adds it and keeps the table with its triggers."""

    dependencies = [
        ("affect", "0008_questions_append_only"),
        ("provenance", "0003_never_emptied"),
    ]

    operations = [
        migrations.AddField(
            model_name="questionsset",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="provenance.entry",
            ),
        ),
    ]
