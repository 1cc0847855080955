from datetime import timedelta

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "ascolto.directory"

    def ready(self) -> None:
        """Follow who may be one person; make what was asked for in the background."""
        from ascolto.directory.conditions import register
        from ascolto.directory.filling import fields_for
        from ascolto.directory.following import NAME, follow
        from ascolto.directory.privacy import copier
        from ascolto.directory.privacy.erasing import erase_due
        from ascolto.directory.privacy.exporting import forget_exports, make_exports
        from ascolto.events.consumers import register_reader, register_task
        from ascolto.knowledge.filling import register_fields

        register()
        register_fields(fields_for)
        copier.register()
        register_reader(NAME, follow)
        register_task("make exports of customers", timedelta(seconds=5), make_exports)
        register_task("erase customers", timedelta(minutes=1), erase_due)
        register_task("forget exports of customers", timedelta(hours=1), forget_exports)
