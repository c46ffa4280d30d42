"""Every property that the design asks for has a test under hypothesis that is named after its number."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
PROPERTIES = 15


def _numbers_with_given() -> set[int]:
    numbers = set()
    for file in HERE.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_property_"):
                called = {_name_of(part) for part in node.decorator_list}
                if "given" in called:
                    numbers.add(int(node.name.split("_")[2]))
    return numbers


def _name_of(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.id if isinstance(called, ast.Name) else ""


def test_each_of_the_fifteen_properties_has_a_test_of_its_own() -> None:
    assert _numbers_with_given() == set(range(1, PROPERTIES + 1))
