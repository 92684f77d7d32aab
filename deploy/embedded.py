"""`up`: the whole system on this machine with its own servers, until it is told to stop."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.address import refuse_unusable_address
from deploy.data_folder import taken_data_folder
from deploy.launch import Launch
from deploy.setting_forms import BadSetting
from deploy.settings import PREFIX, Settings, to_environment
from deploy.system import System

ROOT: Final = Path(__file__).parent.parent
DIE_WITH_STANDARD_INPUT: Final = "--die-with-standard-input"


def up(settings: Settings, environment: Mapping[str, str]) -> None:
    """Run everything until SIGINT or SIGTERM.

    `environment` is what our parts get besides the settings. Raises `BadSetting`,
    `DataFolderRefused`, `AddressRefused` or `StartFailed`, each with a sentence, when the system
    cannot start; then nothing of it is left running.
    """
    for name in ("database", "nats"):
        if getattr(settings, name):
            raise BadSetting(
                f"{PREFIX}{name.upper()} is set, but `up` starts its own servers."
                " Remove it, or start the parts apart."
            )
    with taken_data_folder(settings.data) as folder:
        refuse_unusable_address(settings)
        asyncio.run(System(settings, folder, _part_launcher(environment)).run())


def _part_launcher(environment: Mapping[str, str]) -> Callable[[str, Settings], Launch]:
    kept = {
        name: value
        for name, value in environment.items()
        # PGHOST, PGOPTIONS and the like would lead our parts to another database.
        if not name.startswith((PREFIX, "PG"))
    }

    def launch(part: str, settings: Settings) -> Launch:
        command = (sys.executable, "-m", "deploy", part, DIE_WITH_STANDARD_INPUT)
        return Launch(command, {**kept, **to_environment(settings)}, ROOT)

    return launch
