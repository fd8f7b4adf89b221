"""How far a time is from now, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from comity.desks.distances import distance

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("far", "language", "said"),
    [
        (timedelta(seconds=-59), "en", "now"),
        (timedelta(seconds=59), "en", "now"),
        (timedelta(minutes=-1), "en", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "en", "in 59 minutes"),
        (timedelta(hours=47, minutes=59), "en", "in 47 hours"),
        (timedelta(days=-6, hours=-23), "en", "6 days ago"),
        (timedelta(hours=-1), "fr", "il y a 1 heure"),
        (timedelta(days=7), "es", "en 7 días"),
        (timedelta(minutes=-2), "ar", "قبل دقيقتين"),
        (timedelta(minutes=-5), "ar", "قبل 5 دقائق"),
        (timedelta(minutes=59), "ar", "بعد 59 دقيقة"),
        (timedelta(hours=12), "ar", "بعد 12 ساعة"),
        (timedelta(days=3), "ar", "بعد 3 أيام"),
    ],
)
def test_a_distance_is_said_in_whole_units_with_the_right_number(far: timedelta, language: str, said: str) -> None:
    with translation.override(language):
        assert distance(NOW + far, NOW) == said
