"""The shape of the package: what may import what, what is loaded when, and how large things are."""
from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from support import command, tao_process, write_mounts

import tao_launcher
from tao_launcher import errors

PACKAGE = Path(str(tao_launcher.__file__)).parent
MODULES: dict[str, ast.Module] = {
    path.relative_to(PACKAGE).with_suffix('').as_posix(): ast.parse(path.read_text(encoding='utf-8'))
    for path in sorted(PACKAGE.rglob('*.py'))
}
PURE = [
    'bundle', 'catalogue', 'catalogue_override', 'cli', 'config', 'daemon', 'docker', 'docker_options',
    'docker_words', 'draft', 'effective', 'engines', 'entries', 'errors', 'explain', 'explain_engine', 'given',
    'gpus', 'identity', 'images', 'jobs', 'jsontext', 'layers', 'lint', 'login', 'names', 'options', 'parsers',
    'plan', 'ports', 'progress', 'provenance', 'reader', 'record', 'remedies', 'settings', 'table', 'topics',
    'values', 'variables',
    'checkouts/builds', 'checkouts/manifest', 'checkouts/runners', 'checkouts/services',
    'clusters/contract', 'clusters/kubernetes', 'clusters/pod', 'clusters/pyxis', 'clusters/shell', 'clusters/slurm',
    'clusters/slurm_functions', 'clusters/submission',
    'completion/offers', 'completion/paths', 'completion/scripts', 'completion/shellwords', 'completion/types',
    'completion/values', 'completion/verbs',
    'doctor/checks', 'doctor/checks_engine', 'doctor/checks_machine', 'doctor/findings',
    'manual/mounts', 'manual/pages', 'manual/roff',
]
WORLD = {'os', 'sys', 'subprocess', 'io', 'pathlib', 'shutil', 'tempfile', 'socket', 'pwd', 'grp', 'glob', 'signal',
    'select', 'time', 'random'}
IMPURE_MODULES = {
    'host', 'machine', 'encoding', 'rivals', 'files', 'process', 'signals', 'output', 'supervise', 'containers', 'main',
    'help', 'pyz', 'commands',
}
# Commands that read and write trees of files themselves, and the one that runs a job. The others ask host or machine.
WORKS_ON_FILES = {'build', 'bundle_load', 'bundle_save', 'completion', 'old_digest', 'release', 'run'}
LATE = {'jsonschema', 'colorama', 'shellingham'}
NOT_FOR_A_DRY_RUN = {
    'jsonschema', 'colorama', 'shellingham', 'dataclasses', 'pathlib', 'subprocess', 'hashlib', 'argparse', 'inspect',
    'typing', 'difflib',
    'textwrap', 'signal', 'socket', 'tempfile', 'logging', 'threading',
}


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(module, relative level) of every import below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, 0) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or '', node.level
            if not node.module:
                yield from ((name.name, node.level) for name in node.names)


def at_import(tree: ast.Module) -> list[ast.stmt]:
    """The statements that run when the module is imported, those for type checkers left out."""
    return [
        node for node in tree.body
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not (isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING')
    ]


def without_type_checking(tree: ast.Module) -> ast.Module:
    return ast.Module(body=[
        node for node in tree.body if not (isinstance(node, ast.If) and getattr(node.test, 'id',
            '') == 'TYPE_CHECKING' and not node.orelse)
    ], type_ignores=[])


def dotted(node: ast.AST) -> str:
    """a.b.c of a chain of names."""
    if isinstance(node, ast.Attribute):
        return f'{dotted(node.value)}.{node.attr}'
    return getattr(node, 'id', '')


@pytest.mark.parametrize('name', PURE)
def test_pure_module_does_not_touch_the_world(name: str) -> None:
    tree = without_type_checking(MODULES[name])
    found = {module.partition('.')[0] for module, level in imports(tree) if level == 0}
    assert not found & WORLD
    calls = {getattr(node.func, 'id', '') for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not calls & {'open', 'print', 'input', 'exec', 'eval', '__import__', 'breakpoint'}
    ours = {module.partition('.')[0] for module, level in imports(tree) if level}
    assert not ours & IMPURE_MODULES


def test_every_module_is_pure_or_known_not_to_be() -> None:
    modules = {name for name in MODULES if name.rpartition('/')[2] not in ('__init__', '__main__')}
    impure = {name for name in modules if name.partition('/')[0] in IMPURE_MODULES}
    assert impure == modules - set(PURE)
    assert {name.partition('/')[0] for name in impure} == IMPURE_MODULES


def test_commands_ask_one_module_of_the_world() -> None:
    found = {
        name.partition('/')[2] for name, tree in MODULES.items() if name.startswith('commands/')
        and WORLD & {module.partition('.')[0] for module, level in imports(without_type_checking(tree)) if level == 0}
    }
    assert found == WORKS_ON_FILES


def test_one_module_starts_processes() -> None:
    for name, tree in MODULES.items():
        found = {module for module, _ in imports(without_type_checking(tree))}
        assert ('subprocess' in found) == (name == 'process'), name
        attributes = {f'{getattr(node.value, "id", "")}.{node.attr}' for node in ast.walk(tree) if isinstance(node,
            ast.Attribute)}
        starting = {'os.system', 'os.popen', 'os.fork', 'os.execv', 'os.execve', 'os.execvp', 'os.execvpe',
            'os.posix_spawn', 'os.spawnv'}
        assert not attributes & starting or name == 'process', name


def test_the_core_does_not_know_clusters() -> None:
    """A submission builds on the plan and on docker's words; neither knows of it."""
    for name, tree in MODULES.items():
        if not name.startswith(('clusters/', 'commands/submit')):
            ours = {module.partition('.')[0] for module, level in imports(without_type_checking(tree)) if level}
            assert 'clusters' not in ours, name
    for name in ('plan', 'docker', 'settings', 'commands/prepare', 'commands/launch', 'commands/run', 'supervise'):
        text = (PACKAGE / f'{name}.py').read_text(encoding='utf-8').lower()
        assert not {'sbatch', 'srun', 'kubernetes', 'kubectl'} & set(text.split()), name


def test_no_shell() -> None:
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                assert node.arg != 'shell', name


def test_one_module_writes() -> None:
    for name, tree in MODULES.items():
        calls = {dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        writes = calls & {'print', 'os.write', 'sys.stdout.write', 'sys.stderr.write', 'sys.stdout.flush',
            'sys.stderr.flush'}
        assert not writes or name == 'output', (name, writes)


def test_third_party_is_imported_where_it_is_needed() -> None:
    for name, tree in MODULES.items():
        found = {module.partition('.')[0] for node in at_import(tree) for module, level in imports(node) if level == 0}
        assert not found & LATE, name
        everywhere = {module.partition('.')[0] for module, level in imports(tree) if level == 0}
        if sys.version_info >= (3, 10):
            unknown = everywhere - LATE - sys.stdlib_module_names - {'_sha256', '_sha2'}
            assert not unknown, name


@pytest.mark.parametrize('name', MODULES)
def test_importing_does_nothing(name: str) -> None:
    for node in at_import(MODULES[name]):
        for call in (found for found in ast.walk(node) if isinstance(found, ast.Call)):
            called = ast.unparse(call.func) if sys.version_info >= (3, 9) else ''
            assert not called.startswith(('open', 'os.', 'sys.', 'subprocess', 'print', 'json.load')), (name, called)


@pytest.mark.parametrize('words', [
    ['--dry-run', 'dino', 'train', '-e', 'x'], ['--dry-run=pretty', 'dino'],
    ['--dry-run=json', 'deploy', 'dino', 'evaluate'],
])
def test_dry_run_loads_nothing_heavy(words: list[str], home: Path) -> None:
    write_mounts(home, {
        'Mounts': [{'source': '/', 'destination': '/d', 'mode': 'ro'}], 'Envs': [{'variable': 'A', 'value': 'x'}],
        'DockerOptions': {'shm_size': '16G', 'ulimits': {'stack': -1}, 'user': 'host', 'ports': {'80': 80},
            'gpus': [0]},
    })
    code = (
        'import sys\nbefore = set(sys.modules)\nfrom tao_launcher.main import main\ncode = main(sys.argv[1:])\n'
        'sys.stderr.write(" ".join(set(sys.modules) - before))\nsys.exit(code)'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-c', f'import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{code}', *words],
        capture_output=True, encoding='utf-8', check=True,
    )
    assert done.stdout == tao_process(*words).out
    loaded = {name.partition('.')[0] for name in done.stderr.split()}
    # what starting a bare interpreter loads is not ours
    bare = subprocess.run([sys.executable, '-c', 'import sys; print(*sys.modules)'], stdout=subprocess.PIPE,
        encoding='utf-8', check=True)
    assert not (loaded - set(bare.stdout.split())) & NOT_FOR_A_DRY_RUN


def all_subclasses(kind: type[errors.Fatal]) -> list[type[errors.Fatal]]:
    return [found for child in kind.__subclasses__() for found in (child, *all_subclasses(child))]


def test_codes_of_the_launchers_own_errors() -> None:
    assert errors.Fatal.code == 70
    codes = {kind.__name__: kind.code for kind in all_subclasses(errors.Fatal)}
    assert {'UsageError': 2, 'ConfigError': 2, 'EngineError': 125, 'EngineMissing': 125}.items() <= codes.items()
    assert set(codes.values()) <= {1, 2, 125}


@pytest.mark.parametrize('name', MODULES)
def test_sizes(name: str) -> None:
    tree = MODULES[name]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0].lineno
            last = max(getattr(found, 'lineno', 0) for found in ast.walk(node))
            assert last - first < 80, f'{name}.{node.name} is {last - first + 1} lines'


def test_the_console_script_is_the_one_way_in() -> None:
    assert len(command()) == 2
    assert tao_process('--version', program='tao_pt').out.startswith('tao_pt ')
