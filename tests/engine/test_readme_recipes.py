"""The README's recipes for make, notebooks and CI are run as they stand there."""
from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Docker, Program

README = (Path(__file__).parents[2] / 'README.md').read_text('utf-8')
SPEC = '/workspace/tao-experiments/specs/dino.yaml'
RESULTS = 'results_dir=/workspace/tao-experiments/results'


def blocks(language: str) -> list[str]:
    return re.findall(rf'^```{language}\n(.*?)^```', README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def home(docker: Docker) -> Path:
    """A home folder with what the recipes name."""
    folder = Path(docker.env['HOME'])
    for name in ('data', 'results', 'specs', 'ci'):
        (folder / name).mkdir()
    (folder / 'specs' / 'dino.yaml').touch()
    return folder


def test_every_block_is_run_by_a_test() -> None:
    """Transcripts and the mounts file by test_readme, installation by the packaging tests, the rest here."""
    kinds = re.findall(r'^```(\w.*)$', README, re.MULTILINE)
    elsewhere = {'console podman', 'console remote', 'console slurm'}  # by the tests of those
    assert set(kinds) == {'console', 'json', 'sh', 'make', 'python', 'yaml'} | elsewhere
    assert {kind: kinds.count(kind) for kind in (*elsewhere, 'sh')} == {**dict.fromkeys(elsewhere, 1), 'sh': 3}
    _, completion, tests = blocks('sh')
    assert completion.split('  #')[0] == 'tao completion --install' and tests == 'tests/run\n'


def test_makefile(docker: Docker, home: Path, printed_argv: Callable[[str], list[str]]) -> None:
    (recipe,) = blocks('make')
    (home / 'Makefile').write_text(recipe, 'utf-8')
    (home / '.tao_mounts.json').write_text(json.dumps({'Mounts': [
        {'source': str(home / 'specs'), 'destination': '/workspace/tao-experiments/specs'},
        {'source': str(home / 'results'), 'destination': '/workspace/tao-experiments/results'},
    ]}))

    def make(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ['make', '-s'], env={**docker.env, **more}, cwd=home, stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=60, check=True,
        )

    words = printed_argv(make().stdout)
    assert words == [*expected('train'), *expected('export')]
    printed = make(TAO_DRY_RUN='1').stdout.splitlines()
    assert [line.partition('-pyt ')[2] for line in printed] == [
        f'dino {subtask} -e {SPEC} {RESULTS}' for subtask in ('train', 'export')
    ]


def expected(subtask: str) -> list[str]:
    return ['dino', subtask, '-e', SPEC, RESULTS]


@pytest.fixture
def execute(docker: Docker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], str]:
    """Runs cells in a real kernel; gives the text of the last one."""
    for name, value in docker.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv('IPYTHONDIR', str(home / 'ipython'))

    def run(cells: list[str]) -> str:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbclient.NotebookClient(notebook, timeout=60, resources={'metadata': {'path': str(home)}}).execute()
        return ''.join(output['text'] for output in notebook.cells[-1]['outputs'])

    return run


def test_notebook(execute: Callable[[list[str]], str], printed_argv: Callable[[str], list[str]]) -> None:
    assert printed_argv(execute(blocks('python'))) == expected('train')


def test_notebook_of_a_failing_job(execute: Callable[[list[str]], str]) -> None:
    cells = [cell.replace('dino train', 'dino run sh -c "exit 3"') for cell in blocks('python')]
    with pytest.raises(nbclient.exceptions.CellExecutionError, match='the training failed with exit code 3'):
        execute(cells)


def test_workflow(docker: Docker, tao: Program, home: Path) -> None:
    """Its steps one after the other; the last one as after a `cancel`, with the job still running."""
    (text,) = blocks('yaml')
    job: dict[str, Any] = yaml.safe_load(text)['jobs']['train']
    env = {**docker.env, **job['env'], 'GITHUB_RUN_ID': '7'}
    (home / 'ci' / 'mounts.json').write_text(json.dumps(
        {'Mounts': [{'source': '../specs', 'destination': '/workspace/specs'}]},
    ))
    steps = [step for step in job['steps'] if 'run' in step]
    assert [step.get('if', '') for step in steps] == ['', '', 'cancelled()']
    for step in steps:
        if 'if' in step:
            assert tao('--name', 'train-7', '--detach', 'dino', 'run', 'sleep', '600', env=env).returncode == 0
        done = subprocess.run(
            ['bash', '-e', '-o', 'pipefail', '-c', step['run']], env=env, cwd=home, stdin=subprocess.DEVNULL,
            capture_output=True, encoding='utf-8', timeout=60,
        )
        assert done.returncode == 0, done.stderr
    assert docker.containers('status=running') == []
    assert tao('--quiet', 'clean').returncode == 0
