"""Which database an operator's command is about: the one that is set, or that of `make run`."""

from msgspec.structs import replace

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from deploy.settings import Settings, require


def with_database(settings: Settings, part: str) -> Settings:
    """The settings with the embedded database of the data folder, where no other is set.

    Raises `BadSetting` where there is neither.
    """
    folder = DataFolder(settings.data)
    if not settings.database and folder.postgres.exists():
        settings = replace(settings, database=Postgres(folder.postgres).conninfo())
    require(settings, part, "database")
    return settings
