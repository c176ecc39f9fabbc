"""House rules about the code that no linter knows."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "netwatch").rglob("*.py"))
WITH_EXAMPLES = [path for path in MODULES if ">>> " in path.read_text(encoding="utf-8")]

MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 5
TOO_VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "base"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_it_is_and_what_it_gives(path: Path) -> None:
    tree = _tree(path)
    assert ast.get_docstring(tree), "the first line says what the module holds"
    if len(tree.body) > 1:  # a package may be its docstring and nothing else
        names = {target.id for node in tree.body for target in _targets(node) if isinstance(target, ast.Name)}
        assert "__all__" in names, "every module says what is public in it"


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_what_a_module_calls_public_is_there_and_explained(path: Path) -> None:
    module = importlib.import_module(_dotted(path))
    for name in getattr(module, "__all__", []):
        value = getattr(module, name)
        if callable(value) and getattr(value, "__module__", "").startswith("netwatch"):
            assert value.__doc__, f"{name} has no docstring"


def test_modules_are_short() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{_name(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in MODULES
        for node in _functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_functions_take_few_parameters() -> None:
    """At most five beside self and cls. Commands are excepted: their parameters are the options a person may give."""
    many = []
    for path in MODULES:
        if path.is_relative_to(ROOT / "netwatch" / "cli"):
            continue
        for node in _functions(path):
            named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = sum(argument.arg not in ("self", "cls") for argument in named)
            if count > PARAMETERS and node.name not in ALLOWED_MANY:
                many.append(f"{_name(path)}:{node.lineno} {node.name} takes {count}")
    assert many == []


ALLOWED_MANY = {
    *("asked_flow", "ip_flow_verify", "live_flow", "load", "load_together", "nsg_diagnostics"),
    *("groups_v4", "groups_v6", "pairs_v4", "pairs_v6", "group_rows", "pair_rows", "halves_classes"),
    *("prefixes_v4", "prefixes_v6", "values"),
}
"""A question may have as many parts as Azure's has: VM, direction, protocol, local, remote, NIC. What is loaded has the
options of every kind of input. Compiled loops take arrays and bounds one by one: they have no objects."""


def _used(path: Path) -> Iterator[str]:
    """The names a module uses, and texts that may name something; what its ``__all__`` lists is not used by that."""
    for statement in _tree(path).body:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in _targets(statement)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.Attribute | ast.alias):
                yield node.attr if isinstance(node, ast.Attribute) else node.name
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.replace("-", "_")


def test_what_is_public_is_used_and_not_by_tests_alone() -> None:
    used = {name for path in MODULES for name in _used(path)}
    modules = [importlib.import_module(_dotted(path)) for path in MODULES]
    public = [(module.__name__, name) for module in modules for name in getattr(module, "__all__", ())]
    assert [f"{module}.{name}" for module, name in public if name not in used | FOR_TESTS] == []


FOR_TESTS = {"MODELS", "semantics_page"}
"""A test holds the models of the schema against the fields the reader knows, another writes ``docs/semantics.md``."""


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [_name(path) for path in MODULES if path.stem in TOO_VAGUE or path.parent.name in TOO_VAGUE] == []


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=_name)
def test_the_examples_in_docstrings_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(_dotted(path)))
    assert result.failed == 0


def test_there_are_examples_to_run() -> None:
    assert WITH_EXAMPLES


def _engines() -> set[str]:
    """The questions: files of the engines room that make a function of their own name public."""
    stems = {path.stem for path in (ROOT / "netwatch" / "engines").glob("*.py")} - {"__init__"}
    return {stem for stem in stems if stem in importlib.import_module(f"netwatch.engines.{stem}").__all__}


def test_an_engine_is_a_method_of_the_watcher_with_its_name() -> None:
    watcher = (ROOT / "netwatch" / "watcher.py").read_text(encoding="utf-8")
    methods = set(re.findall(r"^    def (\w+)\(", watcher, re.MULTILINE))
    assert _engines()
    assert _engines() - methods == set()


def test_an_engine_is_a_command_with_its_name() -> None:
    commands = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "netwatch" / "cli").rglob("*.py"))
    assert [engine for engine in _engines() if f'"{engine.replace("_", "-")}"' not in commands] == []
