"""What users copy is run as it is written: the first run, and the recipes for make, notebooks, CI and systemd."""
from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import air_gap
import nbclient
import nbformat
import pexpect
import pytest
import yaml
from documents import DOCUMENTS, blocks
from jobs import TAO, launched, on_terminal, stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from air_gap import Registry
    from conftest import Docker, Program

SPEC = '/workspace/tao-experiments/specs/dino.yaml'
RESULTS = 'results_dir=/workspace/tao-experiments/results'


@pytest.fixture
def home(docker: Docker) -> Path:
    """A home folder with what the recipes name."""
    folder = Path(docker.env['HOME'])
    for name in ('data', 'results', 'specs', 'ci'):
        (folder / name).mkdir()
    (folder / 'specs' / 'dino.yaml').touch()
    return folder


def test_first_run(docker: Docker, registry: Registry, printed_argv: Callable[[str], list[str]]) -> None:
    """A newcomer's: an empty home, an image that only the registry has, and nothing typed but what is written."""
    image = 'nvidia/tao/tao-toolkit:7.1.0-pyt'
    air_gap.publish(docker, image, registry)
    env = {**docker.env, 'OVERRIDE_REGISTRY': registry.host}
    lines = [line.split('  #')[0].rstrip() for block in blocks('sh', DOCUMENTS['README'])[1:]
             for line in block.splitlines()]
    activate, doctor, init, pull, dry_run, run, train, watch = lines
    assert activate == 'source .venv/tao/bin/activate'  # here they are on PATH already

    def typed(line: str) -> list[str]:
        return [*map(str, air_gap.near_registry('bash', '-c', line))]

    def does(line: str) -> str:
        done = air_gap.run(typed(line), env)
        assert done.returncode == 0, done
        return done.stdout

    found = air_gap.run(typed(doctor), env)
    assert re.search('^[0-9]+ checks are fine', found.stdout, re.MULTILINE) and 'Traceback' not in found.stderr
    with on_terminal(typed(init), env) as child:
        child.send('\r' * 12)
        child.expect(pexpect.EOF)
    folder = Path(env['HOME'], 'tao-experiments')
    assert sorted(each.name for each in folder.iterdir()) == ['data', 'results', 'specs']
    file = Path(env['HOME'], '.tao_mounts.json')  # not every machine that tests may raise memlock
    file.write_text(file.read_text('utf-8').replace('"memlock": -1, ', ''), 'utf-8')
    does(pull)
    assert does(dry_run).startswith('docker run --rm \\\n')
    assert printed_argv(does(run)) == ['dino', 'default_specs', 'results_dir=/workspace/tao-experiments/specs']
    (folder / 'specs/experiment.yaml').touch()
    stand_in(folder / 'results', 'while [ ! -e "${0%/*}/go" ]; do sleep 0.1; done\n')
    try:
        does(train)
        with launched(typed(watch), env) as progress:
            progress.wait_for('37/80')
            (folder / 'results/go').touch()
            assert progress.code() == 0
    finally:
        docker.run('rm', '-f', *docker.containers('label=tao.plan'), check=False)
        docker.run('rmi', f'{registry.host}/{image}', check=False)


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


def test_unit(docker: Docker, tao: Program, home: Path, tmp_path: Path) -> None:
    """Its command, and what systemd does with its KillMode: a SIGTERM to the launcher alone, and time to obey."""
    (text,) = blocks('ini')
    unit = configparser.ConfigParser()
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    service = unit['Service']
    program, *words = shlex.split(service['ExecStart'])
    assert program.endswith('/bin/tao')
    (home / '.tao_mounts.json').write_text(json.dumps({'Mounts': [
        {'source': '~/specs', 'destination': '/workspace/tao-experiments/specs'},
    ]}))
    assert tao('--dry-run', *words).stdout.endswith(f' dino train -e {SPEC}\n')
    assert service['KillMode'] == 'mixed'
    assert int(service['TimeoutStopSec']) > int(words[words.index('--stop-timeout') + 1])
    obeys = 'trap "exit 143" TERM; echo ready; while :; do sleep 0.1; done'
    with launched([TAO, *words[:words.index('dino')], 'dino', 'run', 'sh', '-c', obeys], docker.env) as job:
        job.wait_for('ready')
        job.send(signal.SIGTERM)
        assert job.code() == int(service['SuccessExitStatus'])
    assert docker.containers('label=tao.plan') == []
    if shutil.which('systemd-analyze'):
        (tmp_path / 'train.service').write_text(text.replace(program, TAO).replace('User=jo', 'User=root'))
        done = subprocess.run(
            ['systemd-analyze', 'verify', tmp_path / 'train.service'], stderr=subprocess.PIPE, encoding='utf-8',
        )
        assert [line for line in done.stderr.splitlines() if 'train.service' in line] == []
