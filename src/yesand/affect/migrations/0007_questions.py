"""What raters are asked, by project or by the house, and what was asked of what was shown."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column may be null, so that SQLite adds it and keeps the table with its triggers."""

    dependencies = [
        ("affect", "0006_words_can_be_erased"),
        ("takes", "0006_credentials_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="showing",
            name="asked",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.CreateModel(
            name="QuestionsSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("project", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="questions_set", to="takes.project")),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
