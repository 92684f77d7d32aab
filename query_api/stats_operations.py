"""The operations that sum matches up, as the published document describes them."""

from collections.abc import Mapping
from typing import Any, Final

from events.operations import Answer, Operation, Schema, Shape
from events.pages import PAGE
from events.stats import STATISTICS
from projections.opponents import FORM, MOST_SPELLINGS, OpponentView
from projections.records_view import RecordsView
from projections.summary import SummaryView
from query_api.etags import IF_NONE_MATCH, UNCHANGED
from query_api.freshness import BEHIND, POSITION
from query_api.opponents import LISTED_BY
from query_api.summing import SUMMED_BY
from query_api.trends import PLOTTED_BY, TREND_STATS, Trend

STATISTICS_TAG: Final = "Statistics"
AVERAGES: Final[Schema] = {"type": ["number", "null"], "minimum": 0}
HEADERS: Final = ("ETag", *BEHIND)
CONDITION: Final = (IF_NONE_MATCH, POSITION)
SUMMARY: Final[Mapping[str, Any]] = {
    "total_matches": 2,
    "wins": 1,
    "draws": 0,
    "losses": 1,
    "win_rate": 50.0,
    "goals_scored": 5,
    "goals_conceded": 4,
    "goal_difference": 1,
    "clean_sheets": 0,
    "current_streak": -1,
    "longest_win_streak": 1,
    "pending": 1,
    "averages": {
        "goals_scored": 2.5,
        "goals_conceded": 2.0,
        **dict.fromkeys(STATISTICS),
        "possession": 46.5,
    },
    "opponent_averages": {**dict.fromkeys(STATISTICS), "possession": 53.5},
}
OPPONENT: Final[Mapping[str, Any]] = {
    "opponent_name": "Yassine",
    "other_spellings": ["YASSINE"],
    "played": 2,
    "won": 1,
    "drawn": 0,
    "lost": 1,
    "goals_scored": 5,
    "goals_conceded": 4,
    "goal_difference": 1,
    "clean_sheets": 0,
    "last_met_at": "2026-01-22T20:15:00Z",
    "form": ["loss", "win"],
    "current_streak": -1,
    "longest_win_streak": 1,
    "averages": SUMMARY["averages"],
    "opponent_averages": SUMMARY["opponent_averages"],
}
WON: Final[Mapping[str, Any]] = {
    "match_id": "5b0c1f0e-6a0e-4d0a-9f53-0c5c0f7c2b11",
    "opponent_name": "Yassine",
    "played_at": "2026-01-21T18:30:00Z",
    "score_user": 4,
    "score_opponent": 2,
}
LOST: Final[Mapping[str, Any]] = {
    "match_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "opponent_name": "Yassine",
    "played_at": "2026-01-22T20:15:00Z",
    "score_user": 1,
    "score_opponent": 2,
}
RUN: Final[Mapping[str, Any]] = {"length": 1, "first_match": WON, "last_match": WON}
RECORDS: Final[Mapping[str, Any]] = {
    "biggest_win": {"value": 2, "match": WON},
    "heaviest_loss": {"value": 1, "match": LOST},
    "most_goals": {"value": 4, "match": WON},
    "highest_scoring_match": {"value": 6, "match": WON},
    "longest_win_streak": RUN,
    "longest_unbeaten_streak": RUN,
    "longest_clean_sheet_streak": None,
    "stats": {
        **{key: {"most": None, "fewest": None} for key in STATISTICS},
        "possession": {
            "most": {"value": 51, "match": LOST},
            "fewest": {"value": 42, "match": WON},
        },
    },
}
TREND: Final[Mapping[str, Any]] = {
    "stat": "possession",
    "window": 10,
    "points": [
        {
            "match_id": WON["match_id"],
            "opponent_name": "Yassine",
            "played_at": WON["played_at"],
            "result": "win",
            "user": 42,
            "opponent": 58,
            "user_average": 42.0,
            "opponent_average": 58.0,
        },
        {
            "match_id": LOST["match_id"],
            "opponent_name": "Yassine",
            "played_at": LOST["played_at"],
            "result": "loss",
            "user": None,
            "opponent": None,
            "user_average": 42.0,
            "opponent_average": 58.0,
        },
    ],
}


def _averaged(*more: str) -> Schema:
    names = (*more, *STATISTICS)
    return {
        "type": "object",
        "properties": dict.fromkeys(names, AVERAGES),
        "required": list(names),
    }


_AVERAGES: Final[Mapping[str, Schema]] = {
    "averages": _averaged("goals_scored", "goals_conceded"),
    "opponent_averages": _averaged(),
}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/stats/summary/",
        alias="/api/matches/stats/summary/",
        id="getSummary",
        tag=STATISTICS_TAG,
        summary="Sum up the own confirmed matches, all or some",
        says="With filters, the streaks are those of the matches that are left.",
        parameters=(*SUMMED_BY, *CONDITION),
        answers={
            200: Answer(says="The sums.", body=SummaryView, headers=HEADERS, example=SUMMARY),
            304: UNCHANGED,
        },
    ),
    Operation(
        method="GET",
        path="/api/stats/opponents/",
        id="listOpponents",
        tag=STATISTICS_TAG,
        summary="List the own opponents, with what the matches against each add up to",
        says="Those met most often come first, where nothing else is asked for. Matches whose"
        " opponent has no name, as after the end of their account, count against nobody. The"
        " `Link` header leads to the next page.",
        parameters=(*LISTED_BY, *CONDITION),
        answers={
            200: Answer(
                says="A page of opponents.",
                body=list[OpponentView],
                headers=(*PAGE, *HEADERS),
                example=[OPPONENT],
            ),
            304: UNCHANGED,
        },
    ),
    Operation(
        method="GET",
        path="/api/stats/trends/",
        id="getTrend",
        tag=STATISTICS_TAG,
        summary="Show how a statistic went over the last matches, with its moving average",
        says="The latest confirmed matches in the order of play, ready to plot. What is not known"
        " is null, a gap, and enters no average. `goals_scored` and the like are each side's own:"
        " the goals that the opponent conceded are those that the player scored.",
        parameters=(*PLOTTED_BY, *CONDITION),
        answers={
            200: Answer(says="The points.", body=Trend, headers=HEADERS, example=TREND),
            304: UNCHANGED,
        },
    ),
    Operation(
        method="GET",
        path="/api/stats/records/",
        id="getRecords",
        tag=STATISTICS_TAG,
        summary="Show the own records, each with the match that holds it",
        parameters=CONDITION,
        answers={
            200: Answer(says="The records.", body=RecordsView, headers=HEADERS, example=RECORDS),
            304: UNCHANGED,
        },
    ),
)
SHAPES: Final = (
    Shape(
        struct=SummaryView,
        name="Summary",
        fields={"win_rate": {"type": "number", "minimum": 0, "maximum": 100}, **_AVERAGES},
        example=SUMMARY,
    ),
    Shape(
        struct=OpponentView,
        name="Opponent",
        fields={
            "other_spellings": {
                "type": "array",
                "items": {"type": "string"},
                "maxItems": MOST_SPELLINGS,
            },
            "form": {
                "type": "array",
                "items": {"type": "string", "enum": ["win", "draw", "loss"]},
                "minItems": 1,
                "maxItems": FORM,
            },
            **_AVERAGES,
        },
        example=OPPONENT,
    ),
    Shape(
        struct=Trend,
        fields={"stat": {"type": "string", "enum": list(TREND_STATS)}},
        example=TREND,
    ),
    Shape(
        struct=RecordsView,
        name="Records",
        fields={
            "stats": {
                "type": "object",
                "properties": {
                    key: {"$ref": "#/components/schemas/Extremes"} for key in STATISTICS
                },
                "required": list(STATISTICS),
            }
        },
        example=RECORDS,
    ),
)
