"""The desk's fixtures serve here too: whoever keeps views sits at it."""

from ascolto.desk.tests.conftest import as_, cast, sit_down

__all__ = ["as_", "cast", "sit_down"]
