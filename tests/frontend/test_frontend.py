"""A frontend in TypeScript: its types fit, and what the guide tells works."""

import base64
import json

import pytest

from tests.frontend.conftest import Frontend
from tests.frontend.guide import blocks, modules
from tests.frontend.unsteady_line import unsteady_line
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import PASSWORD, Player


@pytest.fixture(scope="session")
def built(frontend: Frontend) -> Frontend:
    """The frontend, type-checked and compiled."""
    compiled = frontend.run("node_modules/typescript/bin/tsc")
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    return frontend


def test_every_block_of_the_guide_is_a_file() -> None:
    assert blocks() == len(modules()) > 5


def test_the_generated_types_are_good_to_work_with(built: Frontend) -> None:
    assert (built.folder / "built" / "client_types.js").exists()


def test_no_generated_type_shuts_everything_out(frontend: Frontend) -> None:
    types = (frontend.folder / "schema.d.ts").read_text(encoding="utf-8")
    strange = [
        line
        for line in types.splitlines()
        if ("unknown" in line and "[name: string]: unknown;" not in line)
        or ("Record<string, never>" in line and not line.startswith("export type"))
    ]
    # The two published documents themselves.
    assert [line.strip() for line in strange] == ["[key: string]: unknown;"] * 2


def test_the_guide_works_against_a_running_copy(
    built: Frontend, copy: Copy, player: Player
) -> None:
    picture, _ = drawn(seed=81)
    with unsteady_line(copy.port) as port:
        place = {
            "address": copy.address,
            "unsteady": f"http://127.0.0.1:{port}",
            "email": player.email,
            "password": PASSWORD,
            "picture": base64.b64encode(picture).decode(),
        }
        (built.folder / "place.json").write_text(json.dumps(place))
        walked = built.run("--experimental-eventsource", "--no-warnings", "browser.mjs")
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert "The journey is over." in walked.stdout
