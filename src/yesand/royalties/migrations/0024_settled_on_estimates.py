from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('royalties', '0023_payers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='closing',
            name='what',
            field=models.CharField(choices=[('settle', 'settle'), ('recompute', 'recompute'), ('settle-estimated', 'settle-estimated')], max_length=20),
        ),
    ]
