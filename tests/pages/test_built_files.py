"""What the front-end build gives: our own look, nothing of GOV.UK's brand, and readable colours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.web import build_frontend
from app.web.build_frontend import OUT, ROOT, STYLE_SHEET, BuildFailed, Node, build, is_built

STATIC = ROOT / "app" / "web" / "static"
KINDS = {".css", ".js", ".svg", ".png", ".sha256", ".wasm", ".gz"}


@pytest.fixture(scope="module")
def style() -> str:
    return (ROOT / OUT / STYLE_SHEET).read_text(encoding="utf-8")


def test_the_files_are_built_from_what_is_in_the_tree() -> None:
    assert is_built(ROOT), "run: python -m app.web.build_frontend"


def test_no_font_crown_or_crest_of_govuk_is_in_what_is_served(style: str) -> None:
    assert not re.search(r"gds[ -]?transport|crown|crest|@font-face|url\(", style, re.IGNORECASE)
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert {path.suffix for path in files if not path.name.startswith(".")} <= KINDS
    assert not [path for path in files if re.search(r"govuk.*(crest|crown|icon|logo)", path.name)]
    for svg in STATIC.rglob("*.svg"):
        assert "crown" not in svg.read_text(encoding="utf-8").lower()


def test_text_has_a_contrast_of_seven_to_one(style: str) -> None:
    colours = dict(re.findall(r"--govuk-([a-z-]+)-colour:\s*(#[0-9a-f]{3,6})", style))
    for text in ("text", "secondary-text", "link", "link-visited", "link-hover", "error", "success"):
        for ground in ("body-background", "surface-background"):
            assert contrast(colours[text], colours[ground]) >= 7, (text, ground)
    for ground in ("brand", "success"):
        assert contrast("#ffffff", colours[ground]) >= 7
    assert contrast(colours["focus-text"], colours["focus"]) >= 7


def test_the_lock_names_no_registry_and_holds_what_is_in_each_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package or "integrity" not in package] == []


def test_a_second_build_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_frontend, "_run", _forbidden)
    assert build(ROOT) is False


def test_a_changed_style_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_inputs(tmp_path)
    commands: list[str] = []

    def run(step: str, command: tuple[str, ...], root: Path) -> None:
        commands.append(step)
        if step == "sass":
            Path(command[-1]).write_text("body{}", encoding="utf-8")
        for source in build_frontend.COPIED:
            (root / source).parent.mkdir(parents=True, exist_ok=True)
            (root / source).write_text("", encoding="utf-8")

    monkeypatch.setattr(build_frontend, "_run", run)
    monkeypatch.setattr(build_frontend, "find_node", lambda: Node(("node",), ("npm",)))
    assert build(tmp_path) is True
    assert build(tmp_path) is False
    (tmp_path / build_frontend.STYLES / "rewards.scss").write_text("a{}", encoding="utf-8")
    assert not is_built(tmp_path)
    assert build(tmp_path) is True
    assert commands == ["npm ci", "sass"] * 2


def test_a_failed_build_says_which_step_failed_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_inputs(tmp_path)
    monkeypatch.setattr(build_frontend, "find_node", lambda: Node(("false",), ("false",)))
    with pytest.raises(BuildFailed, match="npm ci failed"):
        build(tmp_path)
    assert not is_built(tmp_path)


@pytest.mark.parametrize(("said", "good"), [("v20.0.0", True), ("v24.1.0", True), ("v18.20.1", False), ("", False)])
def test_a_node_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, *, good: bool
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {said}\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (build_frontend.find_node() is not None) is good


def copy_inputs(root: Path) -> None:
    styles = root / build_frontend.STYLES
    styles.mkdir(parents=True)
    (styles / "rewards.scss").write_text("body{}", encoding="utf-8")
    for name in build_frontend.INPUTS:
        (root / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _forbidden(*_: object) -> None:
    message = "a second build must not run anything"
    raise AssertionError(message)
