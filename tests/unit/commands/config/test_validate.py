"""tao config validate: every fault of every file, on stdout, with exit code 1."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import strategies
from hypothesis import given, settings
from support import command, tao, tao_process, write_mounts

VALID: dict[str, Any] = {'Mounts': [{'source': '/', 'destination': '/d'}]}


def written(path: Path, document: object) -> str:
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding='utf-8')
    return str(path)


def test_what_a_launch_reads(home: Path) -> None:
    path = home / '.tao_mounts.json'
    done = tao('config', 'validate')
    assert done == (0, f'{path}: not found; a launch does not need one\n', '')
    assert tao('config', 'validate', '--strict').code == 0
    write_mounts(home, VALID)
    assert tao('config', 'validate') == (0, f'{path}: valid\n', '')
    write_mounts(home, {'Mounts': 1, 'Nvs': []})
    assert tao('config', 'validate') == (
        1, f'{path}: 2 problems\n    Nvs: unknown key; did you mean Envs?\n'
           '    Mounts: a number: expected a list [...]\n', '')


def test_named_files_are_read_instead(home: Path, tmp_path: Path) -> None:
    write_mounts(home, 'x')
    named = written(tmp_path / 'named.json', VALID)
    assert tao('--mounts_file', named, 'config', 'validate').out == f'{named}: valid\n'
    assert tao('config', 'validate', env={'LAUNCHER_MOUNTS': named}).out == f'{named}: valid\n'
    missing = f'{tmp_path}/missing.json'
    done = tao('--mounts_file', missing, 'config', 'validate')
    assert done == (1, f'{missing}: no such file\n    it is the mounts file to check\n'
                       f'    nearest existing folder: {tmp_path}\n', '')


def test_older_file_of_a_launch(home: Path) -> None:
    path = written(home / '.tlt_mounts.json', VALID)
    assert tao('config', 'validate') == (0, f'{path}: valid\n', '')


def test_catalogue_of_a_launch(home: Path) -> None:
    write_mounts(home, VALID)
    folder = home / '.tao'
    folder.mkdir()
    path = written(folder / 'config.json', {'format_version': 3, 'task_group': []})
    done = tao('config', 'validate')
    assert (done.code, done.err) == (1, '')
    assert done.out.splitlines()[1].startswith(f'{path}: 1 problem')
    written(folder / 'config.json', {'format_version': '3.0', 'toolkit_version': '9.9.9', 'task_group': {'model': {
        'dockers': {'a/b': {'c': {'docker_registry': 'd.e', 'tasks': ['dino']}}}}}})
    assert tao('config', 'validate').out == f'{home}/.tao_mounts.json: valid\n{path}: valid\n'


def test_all_faults_of_all_files(tmp_path: Path) -> None:
    one = written(tmp_path / 'one.json', {'Mounts': [{'source': f'/{i}'} for i in range(200)]})
    two = written(tmp_path / 'two.json', '{"Envs": [\n  {"variable": "A"},\n]}')
    three = written(tmp_path / 'three.json', VALID)
    done = tao('config', 'validate', one, two, three, f'{tmp_path}')
    expected = [f'{one}: 200 problems']
    expected += [
        f'    Mounts[{i}].destination: null: expected a container path such as "/data"' for i in range(200)
    ]
    expected += [
        f'{two}:2:20: not JSON: trailing comma', '      {"variable": "A"},', '                       ^',
        '    try: remove the comma', f'{three}: valid', f'{tmp_path}: is a folder, expected the mounts file to check',
    ]
    assert (done.code, done.err) == (1, '')
    assert done.out.splitlines() == expected


NOTICES = {
    'Mounts': [
        {'source': '/', 'destination': '/d', 'type': 'bind'}, {'source': '/no/such', 'destination': '/d'},
    ],
    'Envs': [{'variable': 'A', 'value': '1'}, {'variable': 'A', 'value': '2'}],
}


def test_notices_are_faults_when_strict(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', NOTICES)
    notices = [
        'Mounts[0].type: unknown key, not used', '/d is mounted twice; /no/such is used, / is not',
        'A is set twice; the later value is used', 'Mounts[1].source: /no/such not found (nearest existing folder: /)',
    ]
    done = tao('config', 'validate', path)
    assert (done.code, done.err) == (0, '')
    assert done.out.splitlines() == [f'{path}: valid', *(f'    notice: {notice}' for notice in notices)]
    done = tao('config', 'validate', '--strict', path)
    assert (done.code, done.err) == (1, '')
    assert done.out.splitlines() == [f'{path}: 4 notices (--strict)', *(f'    {notice}' for notice in notices)]


def test_what_every_launch_refuses(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', {
        'Mounts': [
            {'source': '/', 'destination': '/a:b'}, {'source': '/', 'destination': '/a:c', 'mode': 'ro,z'},
            {'source': '/', 'destination': '/a:d', 'mode': 'Z'},
        ],
        'DockerOptions': {'shm_size': '1G', 'extra_args': ['--shm-size=2G', '--cpus=8', '--runtime=nvidia']},
    })
    assert tao('config', 'validate', path).out.splitlines() == [
        f'{path}: 3 problems',
        '    Mounts[1]: mode ro,z cannot be combined with ":" in a path; / → /a:c',
        '      try: rename the folder, or mount its parent',
        '    Mounts[2]: mode Z cannot be combined with ":" in a path; / → /a:d',
        '      try: rename the folder, or mount its parent',
        '    DockerOptions.extra_args: --shm-size: set by the launcher already; use --shm_size',
    ]
    path = written(tmp_path / 'm.json', {'Envs': [{'variable': 'TAO_LAUNCH_ID', 'value': 'x'}]})
    assert tao('config', 'validate', path, env={'SLURM_JOB_ID': '7'}) == (
        1, f'{path}: 1 problem\n    TAO_LAUNCH_ID is the launcher\'s own variable; set by Envs[0]\n', '')


def test_all_that_every_launch_refuses_at_once(tmp_path: Path) -> None:
    proxy = {'value': 'http://me:s3cr3t@proxy:8080'}
    path = written(tmp_path / 'm.json', {
        'Mounts': [{'source': '/usr', 'destination': '/d'}],
        'Envs': [
            {'variable': 'TAO_LAUNCH_ID', 'value': 'x'}, {'variable': 'HTTPS_PROXY', **proxy},
            {'variable': 'http_proxy', **proxy}, {'variable': 'DOCKER_AUTH_CONFIG', 'value': 's3cr3t'},
        ],
        'DockerOptions': {'same_paths': True, 'extra_args': ['--gpus=all', '--name=x=y', '--init']},
    })
    done = tao('config', 'validate', path)
    assert (done.code, done.err) == (1, '')
    assert [line.partition(';')[0] for line in done.out.splitlines()] == [f'{path}: 1 problem', (
        '    DockerOptions.extra_args[1]: "--name": expected --name instead')]
    written(tmp_path / 'm.json', json.loads(Path(path).read_text().replace('"--name=x=y", ', '')))
    refused = ': a secret for the container, which cannot be handed over'
    done = tao('config', 'validate', path)
    assert (done.code, done.err) == (1, '')
    remedies = [line for line in done.out.splitlines() if 'try: ' in line]
    assert [line.partition(';')[0] for line in done.out.splitlines() if line not in remedies] == [
        f'{path}: 7 problems',
        '    DockerOptions.same_paths: 1 mount source cannot be at the same path in the container',
        '    TAO_LAUNCH_ID is the launcher\'s own variable', f'    HTTPS_PROXY{refused} (Envs[1])',
        f'    http_proxy{refused} (Envs[2])', f'    DOCKER_AUTH_CONFIG{refused} (Envs[3])',
        '    DockerOptions.extra_args: --gpus: set by the launcher already',
        '    DockerOptions.extra_args: --init: set by the launcher already',
    ]
    assert 's3cr3t' not in done.out
    launched = tao('--mounts_file', path, '--dry-run', 'dino', 'train')
    assert (launched.code, launched.out) == (2, '') and 's3cr3t' not in launched.err
    assert launched.err.startswith('tao: error: 7 problems\n    DockerOptions.same_paths of ')
    assert remedies and remedies == [line for line in launched.err.splitlines() if 'try: ' in line]


def test_what_some_launches_refuse_is_a_notice(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', {'DockerOptions': {'extra_args': ['--restart=always']}})
    notice = 'DockerOptions.extra_args: --restart: only with --detach; any other job is removed when it ends'
    assert tao('config', 'validate', path) == (0, f'{path}: valid\n    notice: {notice}\n', '')
    assert tao('config', 'validate', '--strict', path).code == 1
    assert tao('--mounts_file', path, '--dry-run', 'dino', 'train').code == 2
    assert tao('--mounts_file', path, '--dry-run', '--detach', 'dino', 'train').code == 0


def test_what_no_command_line_can_hold(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', {'Envs': [{'variable': 'A', 'value': 'x' * 140000}]})
    done = tao('config', 'validate', path)
    assert done.out.startswith(f'{path}: 1 problem\n    the command is longer than the kernel allows; ')
    assert tao('--mounts_file', path, '--dry-run', 'dino', 'train').code == 2


def test_notices_beside_faults(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', {'Mounts': [{'Source': '/tmp', 'destination': '/d'}]})
    lines = [
        'Mounts[0].source: null: expected a host path such as "/data"',
        'notice: Mounts[0].Source: unknown key, not used; did you mean source?',
    ]
    assert tao('config', 'validate', path).out.splitlines() == [f'{path}: 1 problem', *(f'    {x}' for x in lines)]
    launched = tao('--mounts_file', path, '--dry-run', 'dino', 'train')
    assert launched.err.splitlines() == [f'tao: error: {path}: 1 problem', *(f'    {x}' for x in lines)]


def test_quiet_says_only_what_is_wrong(tmp_path: Path) -> None:
    path, faulty = written(tmp_path / 'm.json', NOTICES), written(tmp_path / 'f.json', '[]')
    assert tao('-q', 'config', 'validate', path) == (0, '', '')
    assert tao('-q', 'config', 'validate', path, faulty) == (
        1, f'{faulty}: 1 problem\n    a list: expected an object {{...}}, with the list in its "Mounts"\n', '')


@pytest.mark.parametrize(('text', 'code', 'out'), [
    (json.dumps(VALID), 0, 'standard input: valid\n'),
    ('', 1, 'standard input: the file is empty\n    expected a JSON object, at least {}\n'),
    ('{"x": 1}', 1, 'standard input: 1 problem\n    x: unknown key; expected one of Mounts, Envs, DockerOptions\n'),
])
def test_standard_input(text: str, code: int, out: str) -> None:
    words = [*command(), 'config', 'validate', '-']
    done = subprocess.run(words, input=text.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (code, out, b'')


def test_closed_standard_input() -> None:
    done = tao_process('config', 'validate', '-', closed=0)
    assert (done.code, done.out.partition('\n')[0], done.err) == (1, 'standard input: the file is empty', '')


def test_standard_input_that_can_not_be_read() -> None:
    with open(os.devnull, 'wb') as nothing:
        done = subprocess.run([*command(), 'config', 'validate', '-'], stdin=nothing, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        1, b'standard input: cannot be read (Bad file descriptor)\n', b'',
    )


def test_secret_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path / 'm.json', {'Envs': [
        {'variable': 'A=s3cr3t'}, {'variable': 'B', 'value': ['s3cr3t']}, 's3cr3t',
        {'variable': 'C', 'value': 's3cr3t'},
    ]})
    done = tao('config', 'validate', path)
    assert done.code == 1
    assert 's3cr3t' not in done.out + done.err


def test_second_opinion_is_asked(tmp_path: Path) -> None:
    """Where jsonschema is installed it is loaded; its words are never shown, and not needed."""
    pytest.importorskip('jsonschema')
    path = written(tmp_path / 'm.json', VALID)
    code = 'import sys; from tao_launcher.main import main; main(sys.argv[1:]); print("jsonschema" in sys.modules)'
    root = Path(str(sys.modules['tao_launcher'].__file__)).parents[1]
    done = subprocess.run([sys.executable, '-c', code, 'config', 'validate', path], env={**os.environ,
        'PYTHONPATH': str(root)}, capture_output=True, encoding='utf-8', check=True)
    assert (done.stdout, done.stderr) == (f'{path}: valid\nTrue\n', '')
    without = f'import sys; sys.modules["jsonschema"] = None; {code}'
    done = subprocess.run([sys.executable, '-c', without, 'config', 'validate', path], env={**os.environ,
        'PYTHONPATH': str(root)}, capture_output=True, encoding='utf-8', check=True)
    assert (done.stdout, done.stderr) == (f'{path}: valid\nTrue\n', '')


def test_second_opinion_counts() -> None:
    pytest.importorskip('jsonschema')
    from tao_launcher.commands.config.validate import second_opinion

    assert second_opinion(VALID) == ()
    assert second_opinion({'Mounts': [{'source': '/'}], 'x': 1, 'Envs': [{'variable': 'A', 'value': []}]}) == (
        'Envs[0].value: does not match the schema (type)',
        'Mounts[0]: does not match the schema (required)',
        'the file: does not match the schema (additionalProperties)',
    )


@settings(max_examples=100)
@given(document=strategies.mounts_files)
def test_valid_is_what_launches(document: Any, home: Path) -> None:
    write_mounts(home, document)
    launched = tao('--no-check', '--dry-run', 'dino', 'run', 'x', env={'X': 'x'})
    done = tao('config', 'validate', env={'X': 'x'})
    assert bool(done.code) == bool(launched.code), (done, launched)
