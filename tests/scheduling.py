"""Which tests one process of pytest runs together: those that share what takes long to start.

xdist 3.8 has groups of its own, but writes them where pytest 9.2 does not look. What is known of a
test here is where it stands.
"""

from typing import Final

from xdist.scheduler import LoadScopeScheduling

# The first that fits counts; whatever fits nowhere is a group by its file.
GROUPS: Final = (
    ("tests/journeys/test_mail.py", ""),
    ("tests/contract/", "copy"),
    ("tests/journeys/", "copy"),
    ("tests/fuzz/", "copy"),
    ("tests/frontend/", "copy"),
    ("tests/properties/test_http.py", "copy"),
    ("tests/uploads/test_memory.py", "copy"),
    ("tests/faults/test_chaos.py", ""),
    ("tests/faults/test_broken_networks.py", ""),
    ("tests/faults/", "breakable"),
    ("tests/command_api/accounts/", "apis"),
)


class ByWhatIsShared(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """Hands out whole groups, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((group or path for place, group in GROUPS if path.startswith(place)), path)
