"""An export has a form and a root over its bytes; whoever keeps the house exports, too."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from yesand.provenance.triggers import InDatabase, append_only

_GUARDED = append_only("corpus_export")


def guarded_again(editor: Any) -> None:
    """Make the triggers again where the table was made anew (SQLite)."""
    if editor.connection.vendor == "sqlite":
        _GUARDED.tell(editor)


class Migration(migrations.Migration):

    dependencies = [
        ('corpus', '0005_exports_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='export',
            name='format',
            field=models.CharField(default='tar', max_length=20),
        ),
        migrations.AddField(
            model_name='export',
            name='root',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='export',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        InDatabase(guarded_again),
    ]
