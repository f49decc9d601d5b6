"""The shape of the package: what may import what, and what is loaded when."""
from __future__ import annotations

import ast
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Callable, Iterator

import pytest
from support import FakeDocker, command, tao_process, write_mounts

import tao_launcher
from tao_launcher.base.text import plural
from tao_launcher.commands import verbs
from tao_launcher.commands.doctor.checks import CHECKS
from tao_launcher.settings.invocation import Invocation
from tao_launcher.settings.programs import VERBS

PACKAGE = Path(str(tao_launcher.__file__)).parent
MODULES: dict[str, ast.Module] = {
    path.relative_to(PACKAGE).with_suffix('').as_posix(): ast.parse(path.read_text(encoding='utf-8'))
    for path in sorted(PACKAGE.rglob('*.py')) if path.name != '__init__.py'
}
# The rooms from the ground up; those on one floor do not know each other.
FLOORS = (
    ('base',), ('engine',), ('settings',), ('tasks',), ('status',), ('launch',), ('checkouts',), ('commands/help',),
    ('commands/jobs',), ('commands/images', 'commands/config', 'commands/doctor', 'commands/submit',
     'commands/progress', 'commands/history'),
    ('commands/catalogue',), ('commands/completion',), ('commands/runner',), ('commands',), ('main',), ('__main__',),
)
WORLD = {'os', 'sys', 'subprocess', 'io', 'pathlib', 'shutil', 'tempfile', 'socket', 'pwd', 'grp', 'glob', 'signal',
    'select', 'time', 'random', 'zipfile'}
# Below the commands, these touch the world: files, processes, signals, clocks.
TOUCH_THE_WORLD = {
    'base/access', 'base/backup', 'base/clock', 'base/files', 'base/folders', 'base/host', 'base/journal',
    'base/listing', 'base/local_time', 'base/lock', 'base/machine', 'base/output', 'base/processes', 'base/reading',
    'base/surroundings', 'base/temporary', 'base/terminal', 'base/unreadable', 'base/users', 'engine/ask',
    'engine/child', 'engine/family', 'engine/foreground', 'engine/here', 'engine/installed', 'engine/pipes',
    'engine/process', 'engine/signals', 'engine/watch', 'status/reader', 'launch/apptainer_run', 'launch/ending',
    'launch/local_job', 'launch/run', 'launch/says', 'launch/supervise', 'checkouts/foreign', 'checkouts/old_digest',
}
# These ask those. All others are pure: what comes out depends on what goes in and on nothing else.
ASK_THE_WORLD = {
    'engine/alias', 'engine/client', 'engine/init', 'engine/logins', 'engine/question', 'engine/unstarted',
    'settings/chosen_engine', 'settings/in_effect', 'settings/locate', 'tasks/added', 'tasks/keep', 'tasks/load',
    'launch/arrival', 'launch/apptainer_checks', 'launch/apptainer_failures', 'launch/checks', 'launch/containers',
    'launch/diagnose', 'launch/driver', 'launch/free_gpus', 'launch/here_checks', 'launch/here_run', 'launch/history',
    'launch/host_looks', 'launch/investigate', 'launch/kinds', 'launch/launch', 'launch/limits', 'launch/looks',
    'launch/messages', 'launch/outlive', 'launch/prepare', 'launch/sif_files', 'launch/status_file',
    'launch/time_limit', 'launch/unusual', 'launch/verbose', 'launch/witness',
    'checkouts/builder', 'checkouts/checkout', 'checkouts/developer', 'checkouts/find', 'checkouts/images',
    'checkouts/git_folder', 'checkouts/outside', 'checkouts/submodules',
    'status/clock', 'status/latest', 'status/parse',
}
# Commands that read and write trees of files themselves. The others ask base/host or base/machine.
WORKS_ON_FILES = {
    'runner/wheel', 'runner/writable', 'images/bundle_files', 'images/bundle_load', 'images/bundle_save',
    'images/byte_code', 'images/memory', 'images/pyz', 'images/pyz_loader', 'doctor/rivals', 'completion/completion',
}
LATE = {'jsonschema', 'colorama', 'shellingham'}
NOT_FOR_A_DRY_RUN = {
    'jsonschema', 'colorama', 'shellingham', 'dataclasses', 'pathlib', 'subprocess', 'hashlib', 'argparse', 'inspect',
    'typing', 'difflib',
    'textwrap', 'shlex', 'signal', 'socket', 'tempfile', 'logging', 'threading', 'tao_launcher.base.masking',
}
WITH_JSON = {  # module json, and what it loads
    'json', 're', 'enum', 'functools', 'collections', 'operator', 'keyword', 'itertools', 'reprlib', 'copyreg', 'types',
}


@lru_cache(maxsize=None)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """A node and all below it: many tests look through the whole package."""
    return (*ast.walk(tree),)


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(module, relative level) of every import below a node."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, 0) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or '', node.level
            if node.level and (node.module or '').endswith('late'):  # which stands for Python's own modules
                yield from ((name.name, 0) for name in node.names)
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


def room(module: str) -> str:
    return module.rpartition('/')[0] or module


def arrows(name: str, tree: ast.AST) -> set[str]:
    """The modules of ours that a module imports, also inside functions and for types."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = name.split('/')[:-node.level]
            folder = '/'.join([*parts, *(node.module or '').replace('.', '/').split('/')]).rstrip('/')
            for one in (f'{folder}/{alias.name}'.lstrip('/') for alias in node.names):
                found.add(one if one in MODULES else folder)
    return found & {*MODULES}


ARROWS = {name: arrows(name, tree) for name, tree in MODULES.items()}
# the one place that imports by name
ARROWS['commands/verbs'] |= {f'commands/{module.replace(".", "/")}' for module in VERBS.values()}


def upwards(graph: dict[str, set[str]]) -> list[str]:
    """The arrows that do not go down from one room to another."""
    floor = {one: number for number, rooms in enumerate(FLOORS) for one in rooms}
    return sorted(
        f'{name} → {other}' for name, others in graph.items() for other in others
        if room(name) != room(other) and floor[room(name)] <= floor[room(other)]
    )


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules that are left when those that import none of the others are taken away, again and again."""
    left = dict(graph)
    while True:
        free = {name for name, others in left.items() if not others & {*left}}
        if not free:
            return sorted(left)
        left = {name: others for name, others in left.items() if name not in free}


def test_every_module_is_in_a_room() -> None:
    assert {room(name) for name in MODULES} == {one for rooms in FLOORS for one in rooms}
    assert len(list(PACKAGE.glob('[!_.]*'))) <= 12


def test_rooms_import_downwards() -> None:
    assert upwards(ARROWS) == []
    broken = {**ARROWS, 'base/table': {*ARROWS['base/table'], 'launch/plan'}}
    assert upwards(broken) == ['base/table → launch/plan']


def test_no_circle() -> None:
    assert circle(ARROWS) == []
    broken = {**ARROWS, 'settings/values': {*ARROWS['settings/values'], 'settings/parsers'}}
    assert {'settings/values', 'settings/parsers'} <= {*circle(broken)}


def test_an_arrow_is_found_wherever_it_is() -> None:
    tree = ast.parse('if TYPE_CHECKING:\n    from ..engine.profiles import Profile\ndef f():\n    from . import argv\n')
    assert arrows('launch/plan', tree) == {'engine/profiles', 'launch/argv'}


def test_only_verbs_are_imported_by_name() -> None:
    text = {name: (PACKAGE / f'{name}.py').read_text(encoding='utf-8') for name in MODULES}
    assert [name for name in text if 'import_module' in text[name] or '__import__' in text[name]] == ['commands/verbs']


@pytest.mark.parametrize('verb', VERBS)
def test_a_verb_is_a_module(verb: str) -> None:
    found = verbs.module(verb)
    assert found.HELP and callable(found.add) and callable(found.run)


def touches_the_world(tree: ast.Module) -> bool:
    found = {module.partition('.')[0] for module, level in imports(without_type_checking(tree)) if level == 0}
    calls = {getattr(node.func, 'id', '') for node in nodes(tree) if isinstance(node, ast.Call)}
    return bool(found & WORLD or calls & {'open', 'print', 'input', 'exec', 'eval', '__import__', 'breakpoint'})


def test_the_core_is_pure() -> None:
    """Below the commands only a few modules touch the world or ask those that do; each has its name above."""
    below = {name: tree for name, tree in MODULES.items() if '/' in name and not name.startswith('commands/')}
    # fsencode is no more than a codec, and base/late loads what others name
    touching = {name for name, tree in below.items() if touches_the_world(tree)}
    assert touching - {'base/text', 'base/late'} == TOUCH_THE_WORLD
    asking = {
        name for name, tree in below.items()
        if arrows(name, without_type_checking(tree)) & (TOUCH_THE_WORLD | ASK_THE_WORLD)
    }
    assert asking - TOUCH_THE_WORLD == ASK_THE_WORLD


def test_commands_ask_one_module_of_the_world() -> None:
    found = {
        name.partition('/')[2] for name, tree in MODULES.items()
        if name.startswith('commands/') and touches_the_world(tree)
    }
    assert found == WORKS_ON_FILES


def sources_of_names(name: str, tree: ast.Module) -> dict[str, set[str]]:
    """The modules that the names imported at the top of a module come from: ours, or Python's."""
    found = {}
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in node.names:
            one = ast.ImportFrom(node.module, [alias], node.level) if isinstance(node, ast.ImportFrom) else (
                ast.Import([alias]))
            found[alias.asname or alias.name] = arrows(name, one) or {module for module, _ in imports(one)}
    return found


def led_to(tree: ast.Module, function: str) -> list[ast.FunctionDef]:
    """A function of a module, and those of the module that it uses, and so on."""
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found: dict[str, ast.FunctionDef] = {}
    names = [function]
    while names:
        name = names.pop()
        if name in own and name not in found:
            found[name] = own[name]
            names += [node.id for node in nodes(own[name]) if isinstance(node, ast.Name)]
    return [*found.values()]


def asked(name: str, tree: ast.Module, function: str) -> set[str]:
    """The modules by which a function would touch or ask the world; its own one where it does so itself."""
    known = sources_of_names(name, tree)
    found = set()
    for node in led_to(tree, function):
        for each in (one.id for one in nodes(node) if isinstance(one, ast.Name)):
            found |= known.get(each, set())
        found |= arrows(name, node)
        found |= {name} if touches_the_world(ast.Module(body=[node], type_ignores=[])) else set()
    return {each for each in found if each in {name, *TOUCH_THE_WORLD, *ASK_THE_WORLD} or each.split('.')[0] in WORLD}


def asked_by(function: Callable[..., object]) -> set[str]:
    name = function.__module__.partition('.')[2].replace('.', '/')
    return asked(name, MODULES[name], function.__name__)


def test_doctor_asks_before_it_judges() -> None:
    """A check's probe asks; its judgement is made of what it is given."""
    judges = [each.judge for each in CHECKS]
    probes = [each.probe for each in CHECKS if each.probe]
    assert [each.__name__ for each in judges if asked_by(each)] == []
    assert [each.__name__ for each in probes if not asked_by(each)] == []


@pytest.mark.parametrize(('line', 'found'), [
    ('machine.memory()', {'base/machine'}), ('_helper()', {'base/machine'}), ('open("/proc/x")', {'commands/doctor/x'}),
    ('os.stat("/")', {'os'}), ('sep.join(facts)', {'os.path'}), ('remedies.start(facts)', set()), ('_other', set()),
])
def test_a_judgement_that_asks_is_found(line: str, found: set[str]) -> None:
    tree = ast.parse(
        'import os\nfrom os.path import sep\nfrom ...base import machine\nfrom ...engine import remedies\n'
        f'def judge(facts):\n    return {line}\ndef _helper():\n    return machine.text("/proc/x")\n'
    )
    assert asked('commands/doctor/x', tree, 'judge') == found


STARTING = ('engine/child', 'engine/foreground', 'engine/here')  # by subprocess, by exec or by spawn
# Those are called by these alone, each for a purpose.
FOR_A_PURPOSE = ('engine/ask', 'engine/foreground', 'engine/here', 'engine/pipes', 'engine/process')


def test_few_modules_start_processes() -> None:
    for name, tree in MODULES.items():
        found = {module for module, _ in imports(without_type_checking(tree))}
        assert ('subprocess' in found) == (name in ('base/late', 'engine/child', 'engine/here')), name
        assert 'engine/child' not in arrows(name, without_type_checking(tree)) or name in FOR_A_PURPOSE, name
        attributes = {f'{getattr(node.value, "id", "")}.{node.attr}' for node in nodes(tree) if isinstance(node,
            ast.Attribute)}
        starting = {'os.system', 'os.popen', 'os.fork', 'os.execv', 'os.execve', 'os.execvp', 'os.execvpe',
            'os.posix_spawn', 'os.spawnv'}
        assert not attributes & starting or name in STARTING, name


def test_the_core_does_not_know_clusters() -> None:
    """A submission builds on the plan and on docker's words; neither knows of it."""
    for name in MODULES:
        if name.startswith(('engine/', 'launch/')):
            text = (PACKAGE / f'{name}.py').read_text(encoding='utf-8').lower()
            assert not {'sbatch', 'srun', 'kubernetes', 'kubectl'} & set(text.split()), name


def test_no_shell() -> None:
    for name, tree in MODULES.items():
        for node in nodes(tree):
            if isinstance(node, ast.keyword):
                assert node.arg != 'shell', name


def test_one_module_writes() -> None:
    for name, tree in MODULES.items():
        calls = {dotted(node.func) for node in nodes(tree) if isinstance(node, ast.Call)}
        writes = calls & {'print', 'os.write', 'sys.stdout.write', 'sys.stderr.write', 'sys.stdout.flush',
            'sys.stderr.flush'}
        assert not writes or name == 'base/output', (name, writes)


# What people are told. Code that needs a part of it has a field or an attribute to ask.
SENTENCES = {
    'what', 'why', 'advice', 'wrong', 'message', 'notice', 'notices', 'origin', 'found', 'fix', 'remedy', 'text',
}
ALSO_VARIABLES = SENTENCES - {'found', 'message', 'text', 'wrong'}  # which are words of many other things
READS = {
    'startswith', 'endswith', 'partition', 'rpartition', 'split', 'rsplit', 'replace', 'find', 'rfind', 'index',
    'count', 'removeprefix', 'removesuffix',
}


def is_literal(node: ast.AST) -> bool:
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return bool(node.elts) and all(map(is_literal, node.elts))
    return isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and bool(isinstance(node.value, str)
        and node.value)


def is_sentence(node: ast.AST) -> bool:
    """e.what, e.why[0], and str(e) of an error, with whatever is done to it."""
    if isinstance(node, ast.Call):
        of_error = isinstance(node.func, ast.Name) and node.func.id == 'str' and getattr(node.args[0], 'id', '') == 'e'
        joins = isinstance(node.func, ast.Attribute) and node.func.attr == 'join'
        said = node.args[0] if joins else getattr(node.func, 'value', None)
        return of_error or said is not None and is_sentence(said)
    if isinstance(node, ast.Attribute):
        return node.attr in SENTENCES
    if isinstance(node, ast.Name):
        return node.id in ALSO_VARIABLES
    return any(map(is_sentence, ast.iter_child_nodes(node)))


def read_back(tree: ast.AST) -> list[int]:
    """The lines that compare or search what was made for people to read."""
    found = []
    for node in nodes(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            at_fault = any(map(is_literal, sides)) and any(map(is_sentence, sides))
        elif isinstance(node, ast.Call) and dotted(node.func).startswith('re.'):
            at_fault = any(map(is_sentence, node.args[1:]))
        else:
            at_fault = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
                node.func.attr in READS and is_sentence(node.func.value))
        found += [node.lineno] if at_fault and isinstance(node, ast.expr) else []
    return found


def test_no_sentence_is_read_back() -> None:
    """Messages are made where they are printed; what decides something travels as data."""
    # the text of a candidate is the very word that it stands for
    assert not {
        name: lines for name, lines in ((name, read_back(tree)) for name, tree in MODULES.items())
        if lines and not name.startswith('commands/completion/')
    }


@pytest.mark.parametrize('line', [
    "e.what.partition(':')[0]", "(e.why[0] if e.faults else e.what).rpartition(': ')", "'lost' in error.why",
    "finding.fix == 'sudo reboot'", "next(n for n in plan.notices if n.startswith('Slurm job ') or 'x' in notice)",
    "mount.origin in ('--volume', '--env')", "re.match('(:[0-9]+)*', error.what[3:])", "str(e).startswith('no such')",
    "finding.found.strip().endswith('on PATH')", "re.findall('#SBATCH', script.text)", "mount.origin != '--volume'",
    "'; '.join((e.what, *e.why)).replace('--docker-arg:', '')",
])
def test_a_sentence_that_is_read_back_is_found(line: str) -> None:
    assert read_back(ast.parse(line)) == [1]


@pytest.mark.parametrize('line', [
    "raise UsageError(f'{e.what}: no', *e.why)", "machine.text('/sys/enforce') == '1'", "if e.why and notices: pass",
    "fault.message == other.message", "wrong.kind == 'missing'", "job.state == 'running'", "problems.found += ['x']",
])
def test_a_sentence_that_is_passed_on_is_none(line: str) -> None:
    assert read_back(ast.parse(line)) == []


def test_third_party_is_imported_where_it_is_needed() -> None:
    for name, tree in MODULES.items():
        found = {module.partition('.')[0] for node in at_import(tree) for module, level in imports(node) if level == 0}
        assert not found & LATE, name
        everywhere = {module.partition('.')[0] for module, level in imports(tree) if level == 0}
        if sys.version_info >= (3, 10):
            unknown = everywhere - LATE - sys.stdlib_module_names - {'_sha256', '_sha2'}
            assert not unknown, name


def test_importing_does_nothing() -> None:
    for name, tree in MODULES.items():
        for call in (found for node in at_import(tree) for found in nodes(node) if isinstance(found, ast.Call)):
            called = ast.unparse(call.func) if sys.version_info >= (3, 9) else ''
            assert not called.startswith(('open', 'os.', 'sys.', 'subprocess', 'print', 'json.load')), (name, called)


@pytest.mark.parametrize('words', [
    ['--dry-run', 'dino', 'train', '-e', 'x', 'train.steps=[0, 1]'], ['--dry-run=pretty', 'dino'],
    ['--dry-run=json', 'deploy', 'dino', 'evaluate'],
    ['--dry-run', '--gpus=0,1', '--env=A=1', '--shm_size=8G', '--port=8888:88', '--name=job', '--docker-arg=--cpus=8',
     '--volume=/:/e:ro', '--engine=podman', '--run_as_user', '--tag=7.1.0-pyt', 'dino', 'run', 'nvidia-smi', '-L'],
])
def test_dry_run_loads_nothing_heavy(words: list[str], home: Path) -> None:
    write_mounts(home, {
        'Mounts': [{'source': '/', 'destination': '/d', 'mode': 'ro'}], 'Envs': [{'variable': 'A', 'value': 'x'}],
        'DockerOptions': {'shm_size': '16G', 'ulimits': {'stack': -1}, 'user': 'host', 'ports': {'80': 80},
            'gpus': [0]},
    })
    out, loaded = loaded_by(words)
    assert out == tao_process(*words).out
    unwanted = NOT_FOR_A_DRY_RUN if '--dry-run=json' in words else NOT_FOR_A_DRY_RUN | WITH_JSON
    assert not loaded & unwanted


def loaded_by(words: list[str]) -> tuple[str, set[str]]:
    """(the result of a command line, the modules and packages that it loads beside those of a bare interpreter)."""
    code = (
        'import sys\nbefore = set(sys.modules)\nfrom tao_launcher.main import main\ncode = main(sys.argv[1:])\n'
        'sys.stderr.write(" ".join(set(sys.modules) - before))\nsys.exit(code)'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-c', f'import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{code}', *words],
        capture_output=True, encoding='utf-8', check=True,
    )
    bare = subprocess.run([sys.executable, '-c', 'import sys; print(*sys.modules)'], stdout=subprocess.PIPE,
        encoding='utf-8', check=True)
    return done.stdout, {
        name for loaded in done.stderr.split() for name in (loaded.partition('.')[0], loaded)
    } - set(bare.stdout.split())


def test_a_job_that_ends_well_loads_nothing_heavy(fake_docker: FakeDocker) -> None:
    _, loaded = loaded_by(['dino', 'train', '-e', 'x'])
    assert fake_docker.argv[-4:] == ['dino', 'train', '-e', 'x']
    assert not loaded & (NOT_FOR_A_DRY_RUN | WITH_JSON | {'selectors', 'contextlib', 'warnings'})


def test_neither_does_its_history(fake_docker: FakeDocker, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TAO_HISTORY', str(home / 'history'))
    _, loaded = loaded_by(['dino', 'train', '-e', 'x', 'train.num_gpus=2'])
    assert len((home / 'history').read_text().splitlines()) == 2
    assert not loaded & (NOT_FOR_A_DRY_RUN | WITH_JSON | {'selectors', 'contextlib', 'warnings'})


def all_functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in nodes(tree) if isinstance(node, ast.FunctionDef))


def parameters(function: ast.FunctionDef) -> set[str]:
    return {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}


def takes_the_parts(tree: ast.AST) -> list[str]:
    """The functions that take three or more of what an Invocation holds, one by one."""
    return [each.name for each in all_functions(tree) if len(parameters(each) & {*Invocation._fields}) >= 3]


def test_an_invocation_travels_in_one_piece() -> None:
    assert [(name, each) for name, tree in MODULES.items() for each in takes_the_parts(tree)] == []
    assert takes_the_parts(ast.parse('def f(words, options, environ, *, output): pass')) == ['f']


def positional_booleans(tree: ast.AST) -> list[str]:
    """The functions that take a yes or no by its place."""
    return [
        function.name for function in all_functions(tree)
        if any(getattr(each.annotation, 'id', '') == 'bool' for each in function.args.args)
    ]


def own_names(tree: ast.AST) -> set[str]:
    return {node.name for node in nodes(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


OWN = {name for tree in MODULES.values() for name in own_names(tree)}


def bare_literals(tree: ast.AST) -> list[str]:
    """The functions and records of ours that are called with a True or False that has no name."""
    return [
        dotted(node.func) for node in nodes(tree)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition('.')[2] in OWN
        and any(isinstance(each, ast.Constant) and isinstance(each.value, bool) for each in node.args)
    ]


def test_a_boolean_has_a_name_where_it_is_passed() -> None:
    assert [(name, each) for name, tree in MODULES.items() for each in positional_booleans(tree)] == []
    assert [(name, each) for name, tree in MODULES.items() for each in bare_literals(tree)] == []
    assert positional_booleans(ast.parse('def f(a: str, b: bool = True) -> None: pass')) == ['f']
    assert bare_literals(ast.parse('values.Mount("a", True); Mount(mode=False); getattr(x, "y", True)')) == [
        'values.Mount',
    ]


def class_names(modules: dict[str, ast.Module]) -> list[str]:
    return [node.name for tree in modules.values() for node in nodes(tree) if isinstance(node, ast.ClassDef)]


def repeated(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def test_no_two_classes_share_a_name() -> None:
    assert repeated(class_names(MODULES)) == set()
    assert repeated(class_names({**MODULES, 'x': ast.parse('class Mount: pass')})) == {'Mount'}


def loops_over_one(tree: ast.AST) -> list[int]:
    """The lines of loops over a list that is written out with one element."""
    loops = (node.iter for node in nodes(tree) if isinstance(node, (ast.For, ast.comprehension)))
    return [
        each.lineno for each in loops
        if isinstance(each, (ast.List, ast.Tuple, ast.Set)) and len(each.elts) == 1
        and not isinstance(each.elts[0], ast.Starred)
    ]


def test_no_loop_over_one_element() -> None:
    assert [(name, line) for name, tree in MODULES.items() for line in loops_over_one(tree)] == []
    several = 'for d in (e,): pass\n[b for a in c for b in [f(a)]]\nfor g in [*h]: pass'
    assert sorted(loops_over_one(ast.parse(several))) == [1, 2]


def sliced_texts(tree: ast.AST) -> list[int]:
    """The lines where a written-out text is sliced: "s"[:n > 1]."""
    sliced = (node.value for node in nodes(tree) if isinstance(node, ast.Subscript))
    return [each.lineno for each in sliced if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def test_plurals_are_made_by_the_helper() -> None:
    assert [(name, line) for name, tree in MODULES.items() for line in sliced_texts(tree)] == []
    assert sliced_texts(ast.parse('"s"[:n > 1]')) == [1]
    assert [plural(0, 'job'), plural(1, 'job'), plural(2, 'free GPU')] == ['0 jobs', '1 job', '2 free GPUs']


def test_the_console_script_is_the_one_way_in() -> None:
    assert len(command()) == 2
    assert tao_process('--version', program='tao_pt').out.startswith('tao_pt ')
