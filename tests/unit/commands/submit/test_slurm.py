"""The sbatch script: what it says for which options, and that bash gives every word to docker as it was."""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import NASTY, words
from support import Result, tao, tao_process, write_mounts

from tao_launcher.commands.submit import shell, slurm

# A docker and an srun that stand for a node: srun runs what it is given, docker writes down its words.
FAKES = {
    'srun': 'for word; do shift; case $word in bash) break ;; esac; done\nexec bash "$@"',
    'scontrol': 'case $2 in hostnames) printf "node7\\nnode8\\n" ;; config) echo "KillWait         = 30 sec" ;; esac',
    'docker': 'printf "%s\\0" "$@" >"$CALLS"; env -0 >"$CALLS.env"',
}
NODE = {
    'SLURM_JOB_ID': '12345', 'SLURM_JOB_NUM_NODES': '2', 'SLURM_JOB_NODELIST': 'node[7-8]', 'SLURM_NODEID': '1',
    'SLURM_STEP_ID': '0', 'SLURM_STEP_NUM_NODES': '2', 'SLURMD_NODENAME': 'node8', 'SLURM_STEP_GPUS': '2,5',
}


def submit(*given: str) -> Result:
    return tao('submit', 'slurm', '--dry-run', *given)


def script(*given: str) -> str:
    done = submit(*given)
    assert (done.code, done.err) == (0, '')
    return done.out


def lines(text: str) -> list[str]:
    return re.findall('^#SBATCH (.*)$', text, re.MULTILINE)


def on_a_node(text: str, folder: Path, **variables: str) -> tuple[list[str], dict[str, str]]:
    """docker's words and environment when a node runs a script."""
    for name, body in FAKES.items():
        (folder / name).write_text(f'#!/bin/bash\n{body}\n')
        (folder / name).chmod(0o755)
    env = {'PATH': f'{folder}:/usr/bin:/bin', 'CALLS': str(folder / 'calls'), **NODE, **variables}
    subprocess.run(['bash'], input=os.fsencode(text), env=env, check=True, timeout=30)
    calls, environ = ((folder / name).read_bytes() for name in ('calls', 'calls.env'))
    entries = (os.fsdecode(entry).partition('=') for entry in environ.split(b'\0')[:-1])
    return [os.fsdecode(word) for word in calls.split(b'\0')[:-1]], {name: value for name, _, value in entries}


def test_lines_for_sbatch() -> None:
    assert lines(script('dino', 'train')) == [
        '--job-name=model-dino-train', '--nodes=1', '--ntasks-per-node=1', '--gpus-per-node=1',
        '--output=model-dino-train-%j.log', '--export=PATH,HOME',
    ]
    found = lines(script(
        '--nodes', '4', '--gpus-per-node=a100:8', '--time', '1-12:00', '--partition', 'gpu,big', '--account=lab_1',
        '--name', 'night', '--sbatch-arg', '--qos=low', "--sbatch-arg=--comment=it's late", '--sbatch-arg=--exclusive',
        '--sbatch-arg=--output=/logs/%x-%j', 'dino', 'train',
    ))
    assert found == [
        '--job-name=night', '--nodes=4', '--ntasks-per-node=1', '--gpus-per-node=a100:8', '--time=1-12:00',
        '--partition=gpu,big', '--account=lab_1', '--export=PATH,HOME', '--qos=low',
        "'--comment=it'\"'\"'s late'", '--exclusive', '--output=/logs/%x-%j',
    ]


@pytest.mark.parametrize(('given', 'line'), [
    (['--gpus=none'], None), (['--gpus=count=3'], '--gpus-per-node=3'), (['--gpus_per_node=0'], None),
    (['--sbatch-arg=--gres=gpu:v100:2'], None),
    (['--sbatch-arg=--gres=gpu:2', '--gpus_per_node=2'], '--gpus-per-node=2'),
])
def test_gpus(given: list[str], line: str | None) -> None:
    text = script(*given, 'dino', 'train')
    assert [one for one in lines(text) if 'gpus' in one] == ([line] if line else [])
    assert ('NVIDIA_VISIBLE_DEVICES=void' in text) == (given[0] in ('--gpus=none', '--gpus_per_node=0'))
    assert ('--gpus "\\"device=${ids}\\""' in text) != ('NVIDIA_VISIBLE_DEVICES=void' in text)


def test_gpus_of_a_workstation(home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'gpus': 'all'}})
    assert '--gpus-per-node=1' in lines(script('dino', 'train'))
    path = write_mounts(home, {'DockerOptions': {'gpus': [0, 1]}})
    assert submit('dino', 'train') == Result(2, '', (
        f'tao: error: {path}: DockerOptions.gpus: Slurm chooses the GPUs; say how many: --gpus_per_node 2\n'
        '    try: tao submit slurm --help\n'
    ))
    assert '--gpus-per-node=2' in lines(script('--gpus_per_node', '2', 'dino', 'train'))


def test_the_node_fills_in_its_words(tmp_path: Path, home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'A', 'value': 'x y'}]})
    text = script('--nodes=2', '--gpus_per_node=2', '--volume', f'{tmp_path}:/data:ro', 'dino', 'train', '-e', '/data')
    argv, environ = on_a_node(text, tmp_path)
    digest = argv[argv.index('nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt') - 1]
    contract = [word for name in ('WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'MASTER_PORT')
                for word in ('-e', name)]
    assert argv == [
        'run', '--rm', '--init', '--name', 'tao-slurm-12345-1', '--gpus', '"device=2,5"', '-v', f'{tmp_path}:/data:ro',
        '-e', 'A=x y', *contract, '-e', 'TAO_LAUNCH_ID', '--network', 'host', '--label', 'tao.job=model/dino/train',
        '--label', f'tao.user={os.getuid()}', '--label', digest, 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt',
        'dino', 'train', '-e', '/data',
    ]
    assert {name: environ[name] for name in contract if name != '-e'} == {
        'WORLD_SIZE': '2', 'NODE_RANK': '1', 'NUM_GPU_PER_NODE': '2', 'MASTER_ADDR': 'node7', 'MASTER_PORT': '22345',
    }
    assert environ['TAO_LAUNCH_ID'] == 'tao-slurm-12345-1'
    assert environ['TAO_GRACE'] == '25'


@pytest.mark.parametrize(('variables', 'gpus'), [
    ({'SLURM_STEP_GPUS': '0'}, '"device=0"'),
    ({'SLURM_STEP_GPUS': '', 'CUDA_VISIBLE_DEVICES': 'MIG-1,MIG-2'}, '"device=MIG-1,MIG-2"'),
])
def test_gpus_of_the_node(variables: dict[str, str], gpus: str, tmp_path: Path) -> None:
    argv, _ = on_a_node(script('dino', 'train'), tmp_path, **variables)
    assert argv[argv.index('--gpus') + 1] == gpus


def test_podman_has_a_device_for_each_gpu(tmp_path: Path) -> None:
    text = script('--engine=podman', '--gpus_per_node=2', 'dino', 'train')
    (tmp_path / 'podman').symlink_to('docker')
    argv, _ = on_a_node(text, tmp_path)
    assert [word for word in argv if 'nvidia.com' in word] == ['--device=nvidia.com/gpu=2', '--device=nvidia.com/gpu=5']
    assert '\n         \\' not in text


@given(st.lists(words, max_size=5), st.text(st.characters(blacklist_categories=['Cs'], blacklist_characters='\0')))
@example(NASTY, '\x01\x7f\r\n')
@hypothesis_settings(max_examples=25)
def test_every_word_arrives(arguments: list[str], value: str) -> None:
    hostname = value.replace('\n', '').replace('\r', '')
    options = ['--gpus=none', f'--env=A={value}', f'--docker-arg=--hostname={hostname}']
    text = script(*options, 'dino', 'run', 'x', *arguments)
    assert not re.search('\r', text)
    with tempfile.TemporaryDirectory() as folder:
        argv, _ = on_a_node(text, Path(folder))
    assert argv[-1 - len(arguments):] == ['x', *arguments]
    assert f'A={value}' in argv


def test_secrets_are_exported_by_name(home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'API_KEY', 'value': 's3cr3t'}]})
    done = tao('submit', 'slurm', '--env=LATER', '--dry-run', 'dino', 'train', env={'LATER': 'x'})
    assert '#SBATCH --export=PATH,HOME,API_KEY,LATER\n' in done.out
    assert 's3cr3t' not in done.out + done.err
    assert done.err == 'tao: notice: the script takes API_KEY from the environment of sbatch: export it first\n'


def test_what_the_engine_is_steered_by_is_passed_on() -> None:
    done = tao('submit', 'slurm', '--dry-run', 'dino', 'train', env={'DOCKER_HOST': 'unix:///run/user/1/docker.sock'})
    assert '#SBATCH --export=PATH,HOME,DOCKER_HOST\n' in done.out
    done = tao('submit', 'slurm', '--dry-run', 'dino', 'train', env={'DOCKER_HOST': 'ssh://gpu.example'})
    assert '#SBATCH --export=PATH,HOME\n' in done.out
    assert done.err == 'tao: notice: every node uses its own engine, not the remote daemon ssh://gpu.example\n'


def test_variables_of_the_contract_are_the_clusters(home: Path) -> None:
    given = {'WORLD_SIZE': '1', 'MASTER_PORT': 29400}
    write_mounts(home, {'Envs': [{'variable': name, 'value': value} for name, value in given.items()]})
    done = submit('--nodes=2', 'dino', 'train')
    assert done.err == 'tao: notice: WORLD_SIZE is left out: the cluster decides it\n'
    assert re.findall(r'-e (\S+)', done.out) == [
        'MASTER_PORT=29400', 'WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'TAO_LAUNCH_ID',
    ]


def test_the_network_of_several_nodes() -> None:
    assert '--network host' in script('--nodes=2', 'dino', 'train')
    assert '--network' not in script('dino', 'train')
    assert '--network ib' in script('--nodes=2', '--network=ib', 'dino', 'train')


def test_options_before_and_behind() -> None:
    before = tao('--dry-run', '--volume=/:/a', '--gpus', 'none', 'submit', 'slurm', '--volume=/:/b', 'dino', 'train')
    assert before.code == 0
    assert re.findall(r'-v (/\S+)', before.out) == ['/:/a', '/:/b']
    assert submit('--gpus=none', '--volume=/:/a', '--volume=/:/b', 'dino', 'train').out == before.out
    late = tao('submit', 'slurm', '--gpus=none', '--volume=/:/a', 'dino', 'train', '--volume=/:/b', '--dry-run')
    assert late.out == before.out


ERRORS = {
    '--nodes 0 --time soon --container=lxc --gpus_per_node=many --sbatch-arg=qos dino train': (
        '--sbatch-arg: "qos": expected one option with its value joined by "=", such as --qos=low',
        '--nodes: "0": expected a whole number from 1 to 99999',
        '--time: "soon": expected minutes, H:M:S, D-H or D-H:M:S',
        '--container: "lxc": expected docker or pyxis',
        '--gpus_per_node: "many": expected a number up to 999 or TYPE:NUMBER',
    ),
    '--gpus 0,1 dino train': ('--gpus 0,1: Slurm chooses the GPUs; say how many: --gpus_per_node 2',),
    '--gpus all dino train': ('--gpus all: Slurm chooses the GPUs; say how many: --gpus_per_node 8',),
    '--gpus count=2 --gpus_per_node 2 dino train': ('--gpus and --gpus_per_node exclude each other',),
    '--sbatch-arg=--nodes=3 dino train': ('--sbatch-arg: "--nodes=3": expected --nodes instead',),
    '--sbatch-arg=--wrap=id dino train': ('--sbatch-arg: "--wrap=id": the launcher decides this itself',),
    '--sbatch-arg=--array=1-3 dino train': (
        '--sbatch-arg: "--array=1-3": a submission is one job; submit each of several by itself',
    ),
    '--detach --tty dino train': (
        '--detach: a submitted job has no terminal here, and runs on by itself',
        '--tty: a submitted job has no terminal here, and runs on by itself',
    ),
}


@pytest.mark.parametrize('line', ERRORS)
def test_errors(line: str) -> None:
    first, *others = ERRORS[line]
    assert submit(*line.split()) == Result(2, '', '\n'.join((
        f'tao: error: {first}', *(f'    {other}' for other in others), '    try: tao submit slurm --help', '',
    )))


@pytest.mark.parametrize(('line', 'said'), [
    ('dino', 'tao: error: submit slurm dino: which subtask?\n    try: tao dino --help\n'),
    ('', 'tao: error: which task?\n    try: tao --help\n'),
    ('dino train --nodes 2 x=1', 'tao: error: --nodes: the options of submit stand before the task name\n'
     '    try: tao submit slurm --nodes … dino train …\n'),
    ('--pvc a:/b dino train', 'tao: error: unknown option --pvc\n'
     '    it is an option of tao submit kubernetes, and stands behind that\n    try: tao submit slurm --help\n'),
    ('dino train --wait', 'tao: error: --wait: the options of submit stand before the task name\n'
     '    try: tao submit slurm --wait … dino train …\n'),
    ('--dry-run=json dino train', 'tao: error: submit slurm: what is submitted is a script, which has no form as json\n'
     '    try: --dry-run\n'),
    ('--env a-b dino train', 'tao: error: a-b: can not be passed to a node by name\n'
     '    try: a name of letters, digits and _\n'),
])
def test_lines_that_are_wrong(line: str, said: str) -> None:
    done = tao('submit', 'slurm', '--dry-run', *line.split(), env={'a-b': 'x'})
    assert (done.code, done.out) == (2, '')
    assert done.err == said


def test_options_of_submit_before_it() -> None:
    assert tao('--gpus-per-node=2', 'submit', 'slurm', 'dino', 'train') == Result(2, '', (
        'tao: error: unknown option --gpus-per-node\n'
        '    it is an option of tao submit slurm and submit kubernetes, and stands behind that\n'
        '    try: tao --help options\n'
    ))


@pytest.mark.parametrize('words', [['dinno', 'train'], ['list']])
def test_a_task_that_is_none(words: list[str]) -> None:
    done = submit(*words)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith(f'tao: error: no task {words[0]}\n')


def test_ports_of_several_nodes() -> None:
    done = submit('--nodes=2', '--port=8888:8888', 'dino', 'train')
    assert done.err == (
        "tao: notice: published ports keep docker's own network, in which the nodes do not meet: --network host\n"
    )


def test_nobody_reads_the_id(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\ncat >/dev/null; echo 7\n')
    (tmp_path / 'sbatch').chmod(0o755)
    words = ['--quiet', 'submit', 'slurm', 'dino', 'train']
    done = tao_process(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}, closed=1)
    assert done == Result(0, '', 'tao: the job is submitted: 7\n')


def test_behind_a_bare_dash_dash_options_are_the_tasks() -> None:
    assert '        dino train --nodes 2\n' in script('dino', 'train', '--', '--nodes', '2')


def test_too_long() -> None:
    done = submit('dino', 'train', 'x' * 130000)
    assert (done.code, done.out) == (2, '')
    assert re.fullmatch(
        'tao: error: the command is longer than a step of Slurm takes: 13[0-9]{4} bytes of at most 120000\n'
        '    try: put long values into a file under a mount\n', done.err,
    )


def test_no_sbatch() -> None:
    done = tao('submit', 'slurm', 'dino', 'train', env={'PATH': '/nowhere'})
    assert done == Result(125, '', (
        'tao: error: sbatch: no such program\n    tao submit slurm hands its script to Slurm\n'
        '    try: run it where sbatch is, or write the script with --dry-run\n'
    ))


def test_clusters_of_a_federation(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\ncat >/dev/null; echo "7;far"\n')
    (tmp_path / 'sbatch').chmod(0o755)
    env = {'PATH': f'{tmp_path}:/usr/bin:/bin'}
    done = tao('submit', 'slurm', '--sbatch-arg=--chdir=/far away', 'dino', 'train', env=env)
    assert done == Result(0, '7\n', (
        'tao: notice: Slurm has it now, tao list has not: squeue -M far -j 7\n'
        "tao: notice: what it writes: tail -F '/far away/model-dino-train-7.log'\n"
        'tao: notice: to end it: scancel -M far 7\n'
    ))


def test_an_sbatch_that_takes_its_time(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nsleep 0.6; cat >"${0%/*}/script"; echo 7\n')
    (tmp_path / 'sbatch').chmod(0o755)
    words = ['--quiet', 'submit', 'slurm', 'dino', 'train', 'x' * 100000]  # more than a pipe holds
    assert tao(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(0, '7\n', '')
    assert (tmp_path / 'script').read_text() == tao('--dry-run', *words).out


def test_an_sbatch_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nexec sleep 60\n')
    (tmp_path / 'sbatch').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.PATIENCE', 1.0)
    done = tao('submit', 'slurm', '--name=night', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '', (
        'tao: error: sbatch did not end, and may have submitted the job\n    no answer within 1 s\n'
        '    try: squeue --name night\n'
    ))


def test_ctrl_c_while_it_is_submitted(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nkill -INT "$PPID"\nexec sleep 60\n')
    (tmp_path / 'sbatch').chmod(0o755)
    done = tao_process('submit', 'slurm', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(-2, '', (
        'tao: notice: sbatch was interrupted, and may have submitted the job: squeue --name model-dino-train\n'
    ))


@pytest.mark.parametrize(('answer', 'state'), [
    ('JobId=1 JobState=FAILED Reason=NonZeroExitCode ExitCode=3:0 RunTime=1', ('FAILED', 3)),
    ('JobId=1 JobState=CANCELLED Reason=None ExitCode=0:15', ('CANCELLED', 143)),
    ('JobId=1 JobState=COMPLETED ExitCode=0:0', ('COMPLETED', 0)), ('', ('', 0)),
])
def test_states(answer: str, state: tuple[str, int]) -> None:
    assert slurm.state(answer) == state


def test_pyxis_says_all_that_it_can_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'a,b').mkdir()
    path = write_mounts(home, {
        'Mounts': [{'source': str(tmp_path / 'a,b'), 'destination': '/a'},
                   {'source': str(tmp_path), 'destination': '/b', 'mode': 'z'}],
        'DockerOptions': {'privileged': True, 'network': 'ib', 'user': '4321:1', 'extra_args': ['--cpus=8']},
    })
    done = submit('--container=pyxis', '--quiet', '--image=sha256:' + 'a' * 64, 'dino', 'train')
    assert done == Result(2, '', (
        'tao: error: 7 things that pyxis can not be told\n'
        '    --cpus: an option of docker run\n'
        '    privileged: an option of docker run\n'
        '    network ib: an option of docker run\n'
        '    user 4321:1: a container of pyxis runs as you (--run_as_user) or as its own root\n'
        '    an image by its id: pyxis pulls it by its name (--image REF)\n'
        f'    Mounts[0] of {path}: {tmp_path}/a,b: a path with ":" or "," can not be mounted\n'
        f'    Mounts[1] of {path}: mode z: pyxis does not relabel\n'
    ))


@pytest.mark.parametrize(('word', 'quoted'), [
    ('', "''"), ('a', 'a'), ("it's", "'it'\"'\"'s'"), ("a\n'b\\", "$'a\\n\\'b\\\\'"), ('\x01', "$'\\001'"),
])
def test_quoting(word: str, quoted: str) -> None:
    assert shell.quote(word) == quoted
