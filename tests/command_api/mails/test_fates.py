"""What to do about a mail that is due."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from command_api.mails.fates import LONGEST_PAUSE, DueMail, Fate, fate, pause_after
from command_api.mails.kinds import KINDS, PASSWORD_RESET, VERIFICATION, Kind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEWS = Kind("news", VERIFICATION.write, to_verified_only=True)
MAIL = DueMail(
    id=UUID(int=1),
    kind=VERIFICATION,
    asked_at=NOW,
    token_hash=bytes(32),
    tries=0,
    doubts=0,
    email="amina@example.com",
    email_verified_at=None,
)
TO_NOBODY = replace(MAIL, email=None)
USED = replace(MAIL, token_hash=None)
WITHOUT_TOKEN = replace(MAIL, kind=NEWS, token_hash=None)


@pytest.mark.parametrize(
    ("mail", "wanted"),
    [
        (MAIL, Fate.SEND),
        (TO_NOBODY, Fate.DROP),
        (USED, Fate.DROP),
        (WITHOUT_TOKEN, Fate.DROP),
        (replace(WITHOUT_TOKEN, email_verified_at=NOW), Fate.SEND),
        (replace(MAIL, doubts=1), Fate.SEND),
        (replace(MAIL, doubts=2), Fate.LEAVE_IN_DOUBT),
        (replace(USED, doubts=2), Fate.DROP),
    ],
)
def test_it_is_sent_to_somebody_for_whom_it_is_still_of_use(mail: DueMail, wanted: Fate) -> None:
    assert fate(mail, NOW, repeats_harmlessly=False) is wanted


def test_doubts_do_not_matter_where_repeats_do_no_harm() -> None:
    assert fate(replace(MAIL, doubts=9), NOW, repeats_harmlessly=True) is Fate.SEND


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_is_given_up_when_the_patience_of_its_kind_ends(kind: Kind) -> None:
    mail, end = replace(MAIL, kind=kind, email_verified_at=NOW), NOW + kind.patience
    assert fate(mail, end, repeats_harmlessly=False) is Fate.SEND
    later = end + timedelta(seconds=1)
    assert fate(mail, later, repeats_harmlessly=False) is Fate.GIVE_UP


def test_secrets_live_shortly() -> None:
    assert PASSWORD_RESET.token_life == timedelta(hours=1)
    assert VERIFICATION.token_life == timedelta(hours=48)


def test_pauses_grow_up_to_a_bound() -> None:
    pauses = [pause_after(failures) for failures in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[1]
    assert pauses[-1] == pause_after(10**9) == LONGEST_PAUSE
