"""The shape of the code: who may import whom, what stays free of Django, how long a file and a function may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "offers", "allegro", "reports")
LOWER = {
    "accounts": set[str](),
    "offers": {"accounts"},
    "allegro": {"accounts", "offers"},
    "reports": {"accounts", "offers"},
}
# Inside of offers a package knows those before it and the modules beside them (fields, calendar, letters, models).
OFFER_PACKAGES = ("record", "sales", "state", "words", "reading", "files", "pages")
PURE = (
    "offers/record/diff.py",
    "offers/record/changes.py",
    "offers/fields.py",
    "offers/record/documents.py",
    "offers/calendar.py",
    "allegro/demo/truth.py",
    "allegro/demo/truth_fields.py",
    "allegro/errors.py",
    "reports/reconciliation/terms.py",
    "reports/reconciliation/averages.py",
    "reports/reconciliation/counting.py",
    "reports/reconciliation/compare.py",
    "reports/reconciliation/reasons.py",
    "reports/readers/isolated.py",
    "reports/readers/child.py",
)
LONGEST_FILE = 450
LONGEST_FUNCTION = 60


def sources(*folders: str) -> list[Path]:
    """Our own Python files in these folders, without migrations."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    assert found
    return sorted(found)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_imports_go_one_way(app: str) -> None:
    wrong = {
        (str(path.relative_to(ROOT)), module)
        for path in sources(app)
        for module in imported(path)
        if module.split(".")[0] in set(APPS) - LOWER[app] - {app}
    }
    assert wrong == set()


@pytest.mark.parametrize("package", OFFER_PACKAGES)
def test_packages_of_offers_know_those_before_them(package: str) -> None:
    later = OFFER_PACKAGES[OFFER_PACKAGES.index(package) + 1 :]
    wrong = {
        (str(path.relative_to(ROOT)), module)
        for path in sources(f"offers/{package}")
        for module in imported(path)
        if module.startswith(tuple(f"offers.{each}" for each in later))
    }
    assert wrong == set()


def test_the_simulator_is_imported_by_its_command_only() -> None:
    inside = ROOT / "allegro" / "simulator"
    command = ROOT / "allegro" / "management" / "commands" / "simulate_allegro.py"
    users = [
        str(path.relative_to(ROOT))
        for path in sources(*APPS, "config")
        if inside not in path.parents and path != command
        if any(module.startswith("allegro.simulator") for module in imported(path))
    ]
    assert users == []


def test_the_simulator_knows_nothing_of_the_product() -> None:
    product = ("accounts", "offers", "reports", "config", "django")
    for path in sources("allegro/simulator"):
        for module in imported(path):
            assert module.split(".")[0] not in product, f"{path} imports {module}"
            assert not module.startswith("allegro.") or module.startswith("allegro.simulator"), f"{path}: {module}"


def reached(name: str) -> set[str]:
    """Every module of ours that a file reaches, and every top-level package besides."""
    todo, found = [ROOT / name], set[str]()
    while todo:
        for module in imported(todo.pop()):
            path = ROOT / (module.replace(".", "/") + ".py")
            if module not in found and path.exists():
                todo.append(path)
            found.add(module if path.exists() else module.split(".")[0])
    return found


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_no_django_by_any_way(name: str) -> None:
    assert reached(name) & {"django", "celery", "requests", "redis"} == set()


def test_modules_that_say_they_are_without_django_are() -> None:
    for path in sources(*APPS):
        documentation = ast.get_docstring(ast.parse(path.read_text())) or ""
        if "no django" in documentation.lower():
            name = str(path.relative_to(ROOT))
            assert "django" not in reached(name), name


@pytest.mark.parametrize("name", names(sources(*APPS, "config")))
def test_files_and_functions_stay_short(name: str) -> None:
    text = (ROOT / name).read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


def test_tests_do_not_depend_on_where_they_stand() -> None:
    wrong = [
        name
        for name, path in zip(names(sources("tests")), sources("tests"), strict=True)
        if "/wor" + "k/" in path.read_text()
    ]
    assert wrong == []
