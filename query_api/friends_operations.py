"""The operations of friends and confirmations, as the published document describes them."""

from typing import Any, Final

from events.match_shape import SHARED
from events.match_view import MatchView
from events.operations import Answer, Operation, Shape
from events.pages import PAGE
from query_api.freshness import BEHIND, POSITION
from query_api.friends import PAGED_BY, TABLED_BY
from query_api.friends_list import FriendView
from query_api.leaderboard import Standing

TAG: Final = "Friends"
FRIEND: Final[dict[str, Any]] = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "display_name": "Yassine",
    "opponent_name": "Yassine",
    "played": 3,
    "won": 2,
    "drawn": 0,
    "lost": 1,
    "goals_scored": 7,
    "goals_conceded": 4,
    "goal_difference": 3,
    "last_met_at": "2026-01-21T18:30:00Z",
    "form": ["win", "loss", "win"],
    "trust": {
        "matches": 40,
        "verified": 12,
        "disputed": 1,
        "corrected": 0,
        "verified_share": 30.0,
        "disputed_share": 2.5,
        "corrected_share": 0.0,
    },
}
STANDING: Final[dict[str, Any]] = {
    "rank": 1,
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "is_me": False,
    "display_name": "Yassine",
    "played": 3,
    "won": 2,
    "drawn": 0,
    "lost": 1,
    "goals_scored": 7,
    "goals_conceded": 4,
    "goal_difference": 3,
    "points": 6,
    "form": ["win", "loss", "win"],
}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/confirmations/{code}/",
        id="getMatchByCode",
        tag="Confirmations",
        summary="Show the match that a code is for, as the opponent sees it",
        says="Anybody who is signed in and holds the code may look while it waits for an answer;"
        " after that, only the two players.",
        parameters=(POSITION,),
        answers={
            200: Answer(
                says="The match, turned to whoever looks.",
                body=MatchView,
                headers=BEHIND,
                example=SHARED,
            )
        },
    ),
    Operation(
        method="GET",
        path="/api/friends/",
        id="listFriends",
        tag=TAG,
        summary="List those with whom a match was verified",
        says="Head-to-heads over verified matches, the friend met last first. The `Link`"
        " header leads to the next page.",
        parameters=(*PAGED_BY, POSITION),
        answers={
            200: Answer(
                says="A page of friends.",
                body=list[FriendView],
                headers=(*PAGE, *BEHIND),
                example=[FRIEND],
            )
        },
    ),
    Operation(
        method="GET",
        path="/api/friends/leaderboard/",
        id="getLeaderboard",
        tag=TAG,
        summary="The table among the player and their friends",
        says="Over verified matches between any two of them, all or those played in a span of"
        " time. 3 points for a win, 1 for a draw; then goal difference, then goals. The"
        " `Link` header leads to the next page, whose ranks go on.",
        parameters=(*TABLED_BY, POSITION),
        answers={
            200: Answer(
                says="A page of the table, the best first.",
                body=list[Standing],
                headers=(*PAGE, *BEHIND),
                example=[STANDING],
            )
        },
    ),
)
SHAPES: Final = (
    Shape(struct=FriendView, name="Friend", example=FRIEND),
    Shape(struct=Standing, example=STANDING),
)
