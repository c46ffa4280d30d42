from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from app.cli.program import program
from app.earning.importing.declaration import load_map

DOCS = Path(__file__).parents[2] / "docs"
MAPS = DOCS.parent / "app" / "earning" / "maps"
COMMANDS = typer.main.get_group(program).commands


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    row = next((line for line in page.splitlines() if line.startswith((f"| `{name} ", f"| `{name}`"))), None)
    assert row is not None
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            assert parameter.opts[-1] in row


def test_the_map_in_the_guide_says_the_same_as_the_one_we_ship(tmp_path: Path) -> None:
    guide = (DOCS / "how-to" / "import-a-file.md").read_text(encoding="utf-8")
    shown = tmp_path / "shown.toml"
    block = re.search(r"^```toml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert block is not None
    shown.write_text(block[1], encoding="utf-8")
    assert load_map(shown) == load_map(MAPS / "bike-rides.toml")


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {int(page.name[:4])}. ")
