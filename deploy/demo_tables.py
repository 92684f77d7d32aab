"""The tables that the demo shows: what was read, and what it adds up to."""

from msgspec import Struct
from rich.table import Table

from events.match_view import ExtractedData
from events.stats import STATISTICS, Pair, Side

UNREAD = "?"


class Summary(Struct, frozen=True):
    """What the demo shows of a player's summary."""

    total_matches: int
    wins: int
    draws: int
    losses: int
    win_rate: float
    goals_scored: int
    goals_conceded: int


def reading_table(read: ExtractedData) -> Table:
    """The numbers as read, from the player's side, each with its confidence."""
    player, opponent = read.left_name, read.right_name
    if read.side is Side.RIGHT:
        player, opponent = opponent, player
    table = Table(title="As read from the screenshot", caption=_caption(read))
    table.add_column("")
    table.add_column(player or "player", justify="right")
    table.add_column(opponent or "opponent", justify="right")
    table.add_column("confidence", justify="right")
    rows = {"score": Pair(read.score_user, read.score_opponent)}
    if read.penalties_user is not None:
        rows["penalties"] = Pair(read.penalties_user, read.penalties_opponent)
    rows |= {f"stats.{name}": read.stats.get(name, Pair()) for name in STATISTICS}
    for key, pair in rows.items():
        name = key.removeprefix("stats.").replace("_", " ").capitalize()
        table.add_row(name, _number(pair.user), _number(pair.opponent), _confidence(read, key))
    return table


def summary_table(summary: Summary) -> Table:
    """The sums over the player's confirmed matches."""
    table = Table()
    cells = {
        "matches": summary.total_matches,
        "won": summary.wins,
        "drawn": summary.draws,
        "lost": summary.losses,
        "won %": f"{summary.win_rate:g}",
        "goals": f"{summary.goals_scored}:{summary.goals_conceded}",
    }
    for heading in cells:
        table.add_column(heading, justify="right")
    table.add_row(*map(str, cells.values()))
    return table


def _caption(read: ExtractedData) -> str:
    phase = read.phase.replace("_", " ") if read.phase else "phase unread"
    return f"{phase}, {read.engine}"


def _number(value: int | None) -> str:
    return UNREAD if value is None else str(value)


def _confidence(read: ExtractedData, key: str) -> str:
    value = read.confidence.get(key)
    return "" if value is None else f"{value:.0%}"
