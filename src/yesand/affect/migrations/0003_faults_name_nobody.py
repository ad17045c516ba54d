"""A row that could not be taken names nobody: who leaves is to be forgotten in it too."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forget(apps: Any, editor: Any) -> None:
    """Drop what was kept with names in it; who imports the file again has it again without."""
    apps.get_model("affect", "RatingFault").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("affect", "0002_append_only")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveField("ratingfault", "rater"),
    ]
