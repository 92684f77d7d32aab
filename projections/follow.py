"""The door under which the process of followers knows `LiveFollower`."""

from events.log import MatchLog
from projections.catalogue import PROJECTIONS
from projections.follower import LiveFollower
from projections.projection import Project


class Follower(LiveFollower):
    """Follows the log for the projection `name`; log and function come from the catalogue now."""

    def __init__(self, conninfo: str, _log: MatchLog, name: str, _project: Project) -> None:
        super().__init__(conninfo, PROJECTIONS[name])
