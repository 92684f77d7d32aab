"""The tables of the demo: whose numbers stand where, and what was not read."""

from rich.console import Console
from rich.table import Table

from deploy.demo_tables import Summary, reading_table, summary_table
from events.match_view import ExtractedData
from events.reading import Phase
from events.stats import Pair, Side


def lines(table: Table) -> list[str]:
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get().splitlines()


def read(side: Side | None = None, penalties: Pair = Pair()) -> ExtractedData:  # noqa: B008
    return ExtractedData(
        screen="efootball.match_stats",
        phase=Phase.AFTER_EXTRA_TIME,
        left_name="Iconics",
        right_name=None,
        score_user=4,
        score_opponent=2,
        penalties_user=penalties.user,
        penalties_opponent=penalties.opponent,
        stats={"shots_on_target": Pair(14, None)},
        confidence={"score": 0.964, "stats.shots_on_target": 0.0},
        warnings=[],
        engine="tesseract 5.5",
        side=side,
        side_reason="",
    )


def test_player_stands_first_whichever_side_is_theirs() -> None:
    headings = {side: lines(reading_table(read(side)))[2].split("┃") for side in Side}
    assert [word.strip() for word in headings[Side.LEFT][2:4]] == ["Iconics", "opponent"]
    assert [word.strip() for word in headings[Side.RIGHT][2:4]] == ["player", "Iconics"]


def test_numbers_stand_with_their_confidence_and_unread_ones_as_questions() -> None:
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines(_table())]
    assert ["Score", "4", "2", "96%"] in rows
    assert ["Shots on target", "14", "?", "0%"] in rows
    assert ["Possession", "?", "?", ""] in rows


def test_shoot_out_is_shown_only_where_there_was_one() -> None:
    assert not any("Penalties" in line for line in lines(_table()))
    with_one = lines(reading_table(read(penalties=Pair(5, 4))))
    assert any("Penalties" in line for line in with_one)


def test_summary_shows_results_and_goals() -> None:
    summary = Summary(
        total_matches=3,
        wins=2,
        draws=0,
        losses=1,
        win_rate=66.67,
        goals_scored=9,
        goals_conceded=4,
    )
    row = [cell.strip() for cell in lines(summary_table(summary))[3].split("│")[1:-1]]
    assert row == ["3", "2", "0", "1", "66.67", "9:4"]


def _table() -> Table:
    return reading_table(read())
