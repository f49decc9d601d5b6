"""tests/unit has the rooms of the package: each module has a test file of its name, and each test file a module."""
from __future__ import annotations

import ast
from pathlib import Path

import tao_launcher

PACKAGE = Path(str(tao_launcher.__file__)).parent
HERE = Path(__file__).parent

# What is about the whole program, or about what is not part of the package (bin, these tests).
TOP = {
    'test_any_answer.py', 'test_architecture.py', 'test_bench.py', 'test_color.py', 'test_contributing.py',
    'test_corpus.py', 'test_documents.py', 'test_dry_run.py', 'test_dry_run_guard.py', 'test_envsetup.py',
    'test_every_setting.py', 'test_fuzz.py', 'test_linear.py', 'test_manual.py', 'test_mirror.py',
    'test_no_option_from_outside.py', 'test_no_traceback.py', 'test_session.py', 'test_sizes.py', 'test_suggestions.py',
    'test_users_command_lines.py', 'test_installs.py', 'test_waits.py',
}


def modules() -> set[Path]:
    """The modules of the package, below it."""
    found = {path.relative_to(PACKAGE) for path in PACKAGE.rglob('*.py')}
    return {path for path in found if path.stem not in ('__init__', '__main__')}


def has_code(path: Path) -> bool:
    """Whether a module defines a function or a method: constants and the fields of records leave nothing to test."""
    return any(isinstance(node, ast.FunctionDef) for part in body(path) for node in ast.walk(part))


def body(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text(encoding='utf-8')).body


def files() -> set[Path]:
    return {path.relative_to(HERE) for path in HERE.rglob('test_*.py')}


def test_every_module_has_a_test_file_of_its_name() -> None:
    found = files()
    lacking = [path for path in modules() if path.with_name(f'test_{path.name}') not in found]
    assert sorted(str(path) for path in lacking if has_code(PACKAGE / path)) == []


def test_every_test_file_is_named_after_a_module_of_its_room() -> None:
    """`test_argv_mounts.py` is a second one of `argv.py`, the first being `test_argv.py`."""
    rooms: dict[Path, set[str]] = {}
    for path in modules():
        rooms.setdefault(path.parent, set()).add(path.stem)
    strays = [
        str(path) for path in files() if str(path) not in TOP
        and not any(f'{path.stem}_'.startswith(f'test_{name}_') for name in rooms.get(path.parent, ()))
    ]
    assert sorted(strays) == []
    assert {str(path) for path in files()} >= TOP


def test_rooms_are_packages() -> None:
    """Files of one name in several rooms could not be imported otherwise; above the rooms it would hide the package."""
    rooms = {path.parent for path in files()} - {Path()}
    assert [str(room) for room in rooms if not (HERE / room / '__init__.py').exists()] == []
    assert not (HERE / '__init__.py').exists() and not (HERE.parent / '__init__.py').exists()


def test_every_test_file_has_tests() -> None:
    for path in files():
        names = [node.name for node in body(HERE / path) if isinstance(node, ast.FunctionDef)]
        assert any(name.startswith('test_') for name in names), path
