"""The servers of a running copy, as others on this machine reach them."""

import json
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from deploy.data_folder import DataFolder
from deploy.nats import LOOPBACK, Nats
from deploy.postgres import DATABASE, ROLE, Postgres
from deploy.settings import Settings, read_settings
from tests.journeys.copies import Copy


def settings_of(system: Copy) -> Settings:
    """What an operator's command on the same data folder is given."""
    data = {"TRACKER_DATA": str(system.folder), "TRACKER_DATABASE": postgres_of(system).conninfo()}
    return read_settings(data)


def postgres_of(system: Copy) -> Postgres:
    """The database server."""
    return Postgres(DataFolder(system.folder).postgres)


def postgres_socket(conninfo: str) -> Path:
    """Where a server listens that is reached by `conninfo`."""
    parts = conninfo_to_dict(conninfo)
    return Path(str(parts["host"])) / f".s.PGSQL.{parts['port']}"


def nats_of(system: Copy) -> Nats:
    """The NATS server, on the port that it was given."""
    nats = Nats(DataFolder(system.folder).nats)
    nats.port = _configured(system)["port"]
    return nats


def database_address(port: int) -> str:
    """The database of a copy through a proxy on `port`."""
    return f"postgresql://{ROLE}@{LOOPBACK}:{port}/{DATABASE}"


def nats_address(system: Copy, port: int | None = None) -> str:
    """NATS with its token, through a proxy on `port` if there is one."""
    configured = _configured(system)
    token = configured["authorization"]["token"]
    return f"nats://{token}@{LOOPBACK}:{port or configured['port']}"


def _configured(system: Copy) -> Any:
    return json.loads((DataFolder(system.folder).nats / "nats.conf").read_text())
