import pytest
from django.db import connection

from pennypress.lib.sqlite.library import UnsoundSQLite, is_sound, require_sound


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 46, 1), (3, 51, 2), (3, 52, 0)])
def test_a_library_that_can_corrupt_its_log_is_refused(version):
    with pytest.raises(UnsoundSQLite):
        require_sound(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 4)])
def test_fixed_libraries_are_taken(version):
    assert is_sound(version)


@pytest.mark.django_db
def test_the_library_in_use_is_a_sound_one():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    assert is_sound(connection.get_database_version())
