"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import socket
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from app.core.settings import Settings

ROOT = Path(__file__).parents[1]
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FILE = 400, 70, 90
PACKAGES = ("app", "rules", "partners", "migrations", "tests")
TOP_LEVEL = {
    *(".ci", ".gitignore", ".npmrc", ".pre-commit-config.yaml", "CHANGELOG.md", "Dockerfile", "LICENSE", "Makefile"),
    *("README.md", "app", "docs", "migrations", "package-lock.json", "package.json", "partners", "publiccode.yml"),
    *("pyproject.toml", "rules", "tests"),
}
RECORD = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")


def _list_files() -> list[Path]:
    """Every file that is in git or would be added to it."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - the git of the machine
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        pytest.skip("not a git checkout")
    names = [name for name in told.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def _list_modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _is_migration(path: Path) -> bool:
    """A migration is a list of statements, written once and never edited again."""
    return path.parent == ROOT / "migrations" / "versions"


def test_the_top_level_holds_what_the_map_of_the_house_says() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in _list_files()}
    locks = {name for name in found if re.fullmatch(r"requirements[a-z-]*\.lock", name)}
    assert {"requirements.lock", "requirements-dev.lock"} <= locks
    assert found - locks == TOP_LEVEL


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    lengths = {_name(path): _count_lines(path) for path in _list_modules(*PACKAGES) if not _is_migration(path)}
    assert {name: length for name, length in lengths.items() if length >= LONGEST_FILE} == {}


def test_the_usual_file_is_short() -> None:
    lengths = [_count_lines(path) for path in _list_modules("app", "rules", "partners")]
    assert statistics.median(length for length in lengths if length) < MEDIAN_FILE


def test_no_function_is_too_long_to_see_at_once() -> None:
    too_long = {
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in _list_modules(*PACKAGES)
        if not _is_migration(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 >= LONGEST_FUNCTION
    }
    assert too_long == set()


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert [_name(path) for path in _list_modules(*PACKAGES) if path.name in drawers] == []


def test_a_name_is_imported_from_where_it_is_written() -> None:
    re_exports = [
        _name(path)
        for path in _list_modules("app", "rules", "partners", "migrations")
        if path.name == "__init__.py"
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
        and not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
    ]
    assert re_exports == []


def test_no_import_hides_behind_type_checking() -> None:
    hidden = [_name(path) for path in _list_modules("app", "rules", "partners") if "TYPE_CHECKING" in path.read_text()]
    assert hidden == []


def test_nothing_that_we_publish_names_a_registry_or_one_persons_machine() -> None:
    told = re.compile(
        r"(?<![\w./])/(?:work|root|home)/\w"
        r"|--(?:extra-)?index-url|find-links"
        r"|files\.python" + r"hosted|py" + r"pi\.org/simple|registry\.npm" + r"js"
    )
    found = []
    for path in _list_files():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{_name(path)}: {match.group()}" for match in told.finditer(text)]
    assert found == []


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_each_setting_is_documented() -> None:
    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in reference] == []


def test_each_dependency_has_its_reason() -> None:
    reference = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *(name for group in project["dependency-groups"].values() for name in group),
    ]
    names = [re.split(r"[\[<>=; ]", requirement)[0] for requirement in wanted]
    assert [name for name in names if f"| {name} |" not in reference] == []


def test_a_decision_record_says_what_a_successor_would_ask() -> None:
    for record in sorted((ROOT / "docs/decisions").glob("[0-9]*.md")):
        headings = tuple(re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE))
        assert headings == RECORD, record.name
