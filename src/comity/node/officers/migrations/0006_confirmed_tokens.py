"""Until when a national system may do what asks for a second factor, because its officer has just shown one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("officers", "0005_columns_of_lists")]

    operations = [
        migrations.AddField(
            model_name="accesstoken",
            name="confirmed_until",
            field=models.DateTimeField(null=True),
        ),
    ]
