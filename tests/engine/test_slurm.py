"""Jobs that a real Slurm runs on two nodes, each with a container of its own."""
from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterator

import pytest
from cluster import MISSING, NAMES, Cluster, started
from jobs import IGNORES, TAO, gone, launched
from test_readme import mounts_file, transcript

if TYPE_CHECKING:
    from conftest import Docker

TWO = ['--nodes', '2', '--gpus_per_node', '1', *NAMES]
# Each rank tells its place; the first listens, the second calls it, and both say what they hear.
MEET = '''
echo "place: $WORLD_SIZE $NODE_RANK $NUM_GPU_PER_NODE $MASTER_ADDR $MASTER_PORT"
if [ "$NODE_RANK" = 0 ]; then
    { echo "from rank 0"; sleep 4; } | timeout 20 nc -l -p "$MASTER_PORT"
else
    for i in 1 2 3 4 5 6 7 8 9; do
        { echo "from rank $NODE_RANK"; sleep 4; } | nc -w 10 "$MASTER_ADDR" "$MASTER_PORT" 2>/dev/null && exit
        sleep 0.5
    done
fi
'''
WORDS = [
    '', ' ', 'a b', "'echo a b'", '"', '$HOME', '${X}', '$(id)', '`id`', ';id', '&& id', '*', '~', '\\', '\\\\', '!',
    '#SBATCH --nodes=9', 'a\nb\n', '\r\n', '\t', '\x01\x7f', 'ünï', '日本', '%s %j', "$'\\n'",
    'query=["a woman", "people"]',
]


@pytest.fixture(scope='module')
def folder() -> Iterator[str]:
    if MISSING:
        pytest.skip(f'no {", ".join(MISSING)} (tests/run installs slurmctld, slurmd, slurm-client and munge)')
    with started() as found:
        yield found


@pytest.fixture
def slurm(folder: str, docker: Docker) -> Iterator[Cluster]:
    cluster = Cluster(folder, docker)
    yield cluster
    cluster.run('scancel', '--user=root', check=False)
    deadline = time.monotonic() + 60
    while cluster.run('squeue', '--noheader').out and time.monotonic() < deadline:
        time.sleep(0.1)


def test_two_ranks_meet(slurm: Cluster) -> None:
    job = slurm.submit(*TWO, 'dino', 'run', 'sh', '-c', MEET)
    assert slurm.ended(job) == '0:0', slurm.log(job)
    port = 20000 + int(job) % 10000
    assert sorted(slurm.log(job).splitlines()) == [
        '0: from rank 1', f'0: place: 2 0 1 node0 {port}', '1: from rank 0', f'1: place: 2 1 1 node0 {port}',
    ]


SPEC = 'train:\n  num_nodes: 1  # of the workstation\n  num_gpus: 2\n'


def test_what_two_nodes_train_with(slurm: Cluster) -> None:
    """With TAO's own way with the spec file, of which the image's stand-in has as much as concerns several nodes."""
    jobs = {}
    for mode in ('rw', 'ro'):
        folder = slurm.home / mode
        folder.mkdir()
        (folder / 'a.yaml').write_text(SPEC)
        words = [*TWO, f'--volume={folder}:/specs:{mode}', 'dino', 'train', '-e', '/specs/a.yaml']
        done = slurm.tao('submit', 'slurm', *words)
        jobs[mode] = done.out.strip()
        assert ('/specs/a.yaml is on a read-only mount (--volume): ' in done.err) == (mode == 'ro')
    assert [slurm.ended(job) for job in jobs.values()] == ['0:0', '0:0']
    port = 20000 + int(jobs['rw']) % 10000
    trains = {mode: sorted(re.findall('.: trains .*|.: Using .*', slurm.log(job))) for mode, job in jobs.items()}
    alone = ('Using default configs', 'trains on 1 nodes as 0, 1 GPUs each')
    assert trains == {
        'rw': [f'{i}: trains on 2 nodes as {i}, 1 GPUs each, first node0:{port}' for i in (0, 1)],
        'ro': [f'{i}: {what}' for i in (0, 1) for what in alone],
    }
    assert (slurm.home / 'rw/a.yaml').read_text() == 'train:\n  num_nodes: 2\n  num_gpus: 1\n'


def test_one_node_keeps_its_spec_file(slurm: Cluster) -> None:
    (slurm.home / 'a.yaml').write_text(SPEC)
    words = ['--gpus_per_node=2', f'--volume={slurm.home}:/specs', 'dino', 'train', '-e', '/specs/a.yaml']
    job = slurm.submit(*words)
    assert slurm.ended(job) == '0:0', slurm.log(job)
    assert 'trains' not in slurm.log(job)
    assert (slurm.home / 'a.yaml').read_text() == SPEC


def test_each_node_gives_its_own_gpus(slurm: Cluster, docker: Docker) -> None:
    slurm.run('sbatch', '--nodelist=node0', '--gpus-per-node=1', '--wrap', 'sleep 600')
    job = slurm.submit(*TWO, 'dino', 'run', 'sh', '-c', 'echo ready; sleep 600')
    slurm.says(job, 'ready', times=2)
    found = [docker.inspect(container) for container in docker.wait_for('label=tao.job', count=2)]
    devices = {one['Name']: one['HostConfig']['DeviceRequests'][0]['DeviceIDs'] for one in found}
    assert devices == {f'/tao-slurm-{job}-0': ['1'], f'/tao-slurm-{job}-1': ['0']}
    slurm.run('scancel', job)
    slurm.ended(job)


def test_several_gpus_and_one_node(slurm: Cluster, docker: Docker) -> None:
    job = slurm.submit('--gpus_per_node=2', 'dino', 'run', 'sh', '-c', 'echo "<$WORLD_SIZE$NODE_RANK>"; sleep 600')
    slurm.says(job, '<>\n')
    (container,) = docker.wait_for('label=tao.job')
    (request,) = docker.inspect(container)['HostConfig']['DeviceRequests']
    assert request['DeviceIDs'] == ['0', '1']
    slurm.run('scancel', job)
    slurm.ended(job)


def test_arguments_arrive_unchanged(slurm: Cluster, printed_argv: Callable[[str], list[str]]) -> None:
    job = slurm.submit('--gpus', 'none', 'dino', 'train', *WORDS)
    assert slurm.ended(job) == '0:0', slurm.log(job)
    assert printed_argv(slurm.log(job)) == ['dino', 'train', *WORDS]


def test_the_code_of_the_rank_that_fails(slurm: Cluster, docker: Docker) -> None:
    begun = time.monotonic()
    script = '[ "$NODE_RANK" = 0 ] && exec sleep 600; sleep 1; exit 3'
    done = slurm.tao('--quiet', 'submit', 'slurm', '--wait', *TWO, 'dino', 'run', 'sh', '-c', script, check=False)
    assert (done.code, done.err) == (3, '')
    assert time.monotonic() - begun < 60
    gone(docker)


def test_the_code_of_the_rank_that_fails_in_pyxis(slurm: Cluster, tmp_path: Path) -> None:
    """With a real srun that has no plugin: the ranks are processes of the nodes."""
    (tmp_path / 'srun').write_text(
        '#!/bin/bash\nfor word; do case $word in --*container-*) ;; *) words+=("$word") ;; esac; done\n'
        'exec /usr/bin/srun "${words[@]}"\n'
    )
    (tmp_path / 'srun').chmod(0o755)
    script = (
        f'here={tmp_path}/there; [ "$NODE_RANK" = 1 ] || {{ : >"$here"; exec sleep 600; }}; '
        'while [ ! -e "$here" ]; do sleep 0.1; done; echo "<$SLURM_JOB_NAME $SLURM_NTASKS $LOGNAME>"; exit 3'
    )
    words = ['--quiet', 'submit', 'slurm', '--wait', '--container=pyxis', *TWO[:-len(NAMES)], 'dino', 'run', 'sh', '-c']
    env = {'PATH': f'{tmp_path}:{slurm.env["PATH"]}'}
    done = slurm.tao(*words, script, check=False, env=env)
    assert done.code == 3
    assert '1: <bash  >\n' in slurm.log(done.out.strip())


def test_a_preempted_job_has_its_grace(slurm: Cluster, docker: Docker) -> None:
    """It saves longer than a cancelled one may, which three seconds after its signal is removed here."""
    script = 'trap "echo saving; sleep 5; echo saved; exit 0" TERM; echo ready; sleep 600 & wait'
    job = slurm.submit('--partition=low', '--sbatch-arg=--exclusive', '--gpus=none', 'dino', 'run', 'sh', '-c', script)
    slurm.says(job, 'ready')
    (node,) = re.findall('node[01]', slurm.job(job)['NodeList'])
    words = ['--partition=high', '--exclusive', f'--nodelist={node}']
    slurm.run('sbatch', *words, '--wrap', 'true')
    slurm.says(job, 'saving')
    assert slurm.ended(job) == '0:0', slurm.log(job)
    assert slurm.log(job).splitlines()[-1] == 'saved'
    docker.wait_for('label=tao.job', count=0, all=True)


def test_a_suspended_job_pauses_its_container(slurm: Cluster, docker: Docker) -> None:
    (slurm.home / 'go').mkdir()
    script = 'echo ready; while [ ! -e /go/on ]; do sleep 0.1; done; exit 4'
    job = slurm.submit('--gpus=none', f'--volume={slurm.home}/go:/go', 'dino', 'run', 'sh', '-c', script)
    slurm.says(job, 'ready')
    slurm.run('scontrol', 'suspend', job)
    docker.wait_for('label=tao.job', 'status=paused')
    slurm.run('scontrol', 'resume', job)
    docker.wait_for('label=tao.job', 'status=running')
    (slurm.home / 'go/on').touch()
    assert slurm.ended(job) == '4:0', slurm.log(job)


def test_in_the_shell_of_salloc(slurm: Cluster) -> None:
    words = ['salloc', '--quiet', '--ntasks=1', '--gpus-per-node=1']
    outside = slurm.run(*words, TAO, '--dry-run', 'dino', 'train', check=False)
    assert outside.code == 2
    assert '    try: srun tao …, or say which: --gpus 0,1 (or --gpus none)\n' in outside.err
    inside = slurm.run(*words, 'srun', TAO, '--quiet', '--dry-run', 'dino', 'train')
    assert "--gpus '\"device=0\"'" in inside.out


def test_cancelled_jobs_leave_no_container(slurm: Cluster, docker: Docker) -> None:
    stubborn = slurm.submit(*TWO, 'dino', 'run', 'sh', '-c', IGNORES)
    script = 'trap "echo saved; exit" TERM; echo ready; sleep 600 & wait'
    polite = slurm.submit('--gpus=none', 'dino', 'run', 'sh', '-c', script)
    slurm.says(stubborn, 'ready', times=2)
    slurm.says(polite, 'ready')
    docker.wait_for('label=tao.job', count=3)
    slurm.run('scancel', stubborn, polite)
    assert slurm.wait_for(polite, 'CANCELLED')
    docker.wait_for('label=tao.job', count=0, all=True)  # Slurm kills what is left after 8 s
    slurm.ended(stubborn)
    assert 'saved' in slurm.log(polite)


def test_cancelled_at_once(slurm: Cluster, docker: Docker) -> None:
    job = slurm.submit(*TWO, 'dino', 'run', 'sh', '-c', IGNORES)
    slurm.wait_for(job, 'RUNNING')
    slurm.run('scancel', job)
    slurm.ended(job)
    docker.wait_for('label=tao.job', count=0, all=True)


def test_another_signal_is_passed_on(slurm: Cluster) -> None:
    script = 'trap "echo checkpoint" USR1; echo ready; for i in $(seq 30); do sleep 0.1; done; exit 5'
    job = slurm.submit('--gpus=none', 'dino', 'run', 'sh', '-c', script)
    slurm.says(job, 'ready')
    slurm.run('scancel', '--signal=USR1', job)
    slurm.says(job, 'checkpoint')
    assert slurm.ended(job) == '5:0'


def test_a_secret_is_nowhere_but_in_the_container(slurm: Cluster) -> None:
    script = 'echo "<$WANDB_API_KEY>"; sleep 2'
    words = ['--gpus=none', '--env=WANDB_API_KEY=s3cr3t, "word"', 'dino', 'run', 'sh', '-c', script]
    job = slurm.submit(*words)
    slurm.says(job, '<s3cr3t, "word">')
    shown = slurm.run('scontrol', 'show', 'job', '-dd', job).out
    shown += slurm.run('scontrol', 'write', 'batch_script', job, '-').out
    assert 'WANDB_API_KEY' in shown and 's3cr3t' not in shown
    dry = slurm.tao('submit', 'slurm', '--dry-run', *words)
    assert 's3cr3t' not in dry.out + dry.err
    assert dry.err == (
        'tao: notice: --env WANDB_API_KEY=… can be seen in ps as long as the launcher runs; '
        'this cannot: export WANDB_API_KEY, then --env WANDB_API_KEY\n'
        'tao: notice: the script takes WANDB_API_KEY from the environment of sbatch: export it first\n'
    )
    assert slurm.ended(job) == '0:0'


def test_the_dry_run_is_what_slurm_gets(slurm: Cluster) -> None:
    options = ['--gpus=none', '--time=0:10', '--sbatch-arg=--hold', "--sbatch-arg=--comment=it's $HOME"]
    words = ['submit', 'slurm', *options, 'dino', 'train', 'a b', '$x']
    dry = slurm.tao('--dry-run', *words).out
    job = slurm.tao('--quiet', *words).out.strip()
    assert slurm.run('scontrol', 'write', 'batch_script', job, '-').out.rstrip() == dry.rstrip()
    assert slurm.job(job)['TimeLimit'] == '00:01:00'  # Slurm counts in minutes
    assert "Comment=it's $HOME " in slurm.run('scontrol', 'show', 'job', job).out
    slurm.run('scancel', job)
    pasted = slurm.run('sbatch', '--parsable', '--hold', stdin=dry).out.strip()
    slurm.run('scancel', pasted)


def test_what_is_said(slurm: Cluster) -> None:
    done = slurm.tao('submit', 'slurm', '--gpus=none', '--name=night', 'dino', 'run', 'echo', 'hello')
    job = done.out.rstrip('\n')
    log = f'{slurm.home}/night-{job}.log'
    assert job.isdigit()
    assert done.err == (
        f'tao: notice: Slurm has it now; tao list does not show it: squeue -j {job}\n'
        f'tao: notice: what it writes: tail -F {log}\n'
        f'tao: notice: to end it: scancel {job}\n'
    )
    assert slurm.ended(job) == '0:0'
    assert Path(log).read_text() == 'hello\n'


def test_a_source_that_a_node_has_not(slurm: Cluster) -> None:
    source = slurm.home / 'only here'
    source.mkdir()
    job = slurm.submit('--sbatch-arg=--hold', '--gpus=none', '--volume', f'{source}:/data', 'dino', 'run', 'true')
    source.rmdir()
    slurm.run('scontrol', 'release', job)
    assert slurm.ended(job) == '2:0'
    assert f'tao: error: node0: mount source {source} is not here\n' in slurm.log(job)
    assert not source.exists()


def test_no_engine_and_no_gpus_on_the_node(slurm: Cluster) -> None:
    job = slurm.submit('--gpus=none', '--engine=docker:no-such-docker', 'dino', 'run', 'true')
    # asked for on the command line only, so that the job has none
    script = slurm.tao('--quiet', 'submit', 'slurm', '--dry-run', 'dino', 'run', 'true').out
    without = slurm.run('sbatch', '--parsable', '--gpus-per-node=0', stdin=script).out.strip()
    assert slurm.ended(job) == '125:0'
    assert 'tao: error: node0: no-such-docker is not here\n' in slurm.log(job)
    assert slurm.ended(without) == '2:0'
    assert 'tao: error: node0: Slurm gave no GPUs to this step\n' in slurm.log(without)


def test_slurm_refuses(slurm: Cluster) -> None:
    done = slurm.tao('submit', 'slurm', '--partition=nosuch', 'dino', 'run', 'true', check=False)
    assert (done.code, done.out) == (125, '')
    assert done.err == (
        'tao: error: sbatch did not accept the job\n'
        '    sbatch: error: invalid partition specified: nosuch\n'
        '    sbatch: error: Batch job submission failed: Invalid partition name specified\n'
    )


def test_submitted_from_within_a_job(slurm: Cluster) -> None:
    """The outer job's variables, and the user's for sbatch, do not reach the new one."""
    env = {
        'SLURM_JOB_ID': '99', 'SLURM_STEP_GPUS': '7', 'SLURM_JOB_GPUS': '7', 'SLURM_NNODES': '9', 'SLURM_NODEID': '5',
        'SBATCH_PARTITION': 'nosuch', 'SBATCH_EXPORT': 'NONE', 'SBATCH_OUTPUT': '/dev/null', 'SBATCH_WAIT': '1',
        'WORLD_SIZE': '9', 'WANDB_MODE': 'offline',
    }
    script = 'echo "$WORLD_SIZE $NODE_RANK $WANDB_MODE"'
    job = slurm.submit('--partition=all', '--gpus=none', '--env=WANDB_MODE', 'dino', 'run', 'sh', '-c', script, env=env)
    assert slurm.ended(job) == '0:0'
    assert slurm.log(job) == '  offline\n'


def test_leaving_the_wait_leaves_the_job(slurm: Cluster, docker: Docker) -> None:
    words = ['submit', 'slurm', '--wait', '--gpus=none', 'dino', 'run', 'sh', '-c', 'echo ready; sleep 600']
    with launched([*slurm.enter, TAO, *words], slurm.env, cwd=slurm.home) as running:
        running.wait_for('\n')
        job = running.out.decode().strip()
        slurm.says(job, 'ready')
        running.send(signal.SIGINT)
        assert running.code() == 130
    assert running.err.endswith(f'tao: notice: no longer waiting; job {job} goes on\n')
    assert slurm.job(job)['JobState'] == 'RUNNING'
    slurm.run('scancel', job)
    slurm.ended(job)
    docker.wait_for('label=tao.job', count=0, all=True)


@pytest.mark.parametrize('options', [
    [], ['--nodes=2', '--gpus_per_node=tesla:4'], ['--gpus=none', '--volume=/:/all of it'], ['--container=pyxis'],
    ['--container=pyxis', '--nodes=2'], ['--stop-timeout=300', '--srun-arg=--cpu-bind=none'],
    ['--engine=podman', '--gpus_per_node=2', '--nodes=3'], ['--engine=sudo -n docker', '--env=API_KEY=x'],
], ids=' '.join)
def test_shellcheck_has_nothing_to_say(slurm: Cluster, options: list[str]) -> None:
    script = slurm.tao('-q', 'submit', 'slurm', '--dry-run', *options, 'dino', 'train', *WORDS).out
    path = slurm.home / 'script'
    path.write_text(script)
    assert slurm.run('bash', '-n', str(path)) == (0, '', '')
    done = subprocess.run(['shellcheck', path], stdout=subprocess.PIPE, encoding='utf-8')
    assert (done.returncode, done.stdout) == (0, '')


def test_the_transcript_of_the_readme(slurm: Cluster, tmp_path: Path) -> None:
    for name in ('data', 'results', 'specs'):
        (slurm.home / name).mkdir()
    (slurm.home / '.tao_mounts.json').write_text(mounts_file(), 'utf-8')
    (tmp_path / 'tao').write_text(f'#!/bin/sh\nexec {" ".join([*slurm.enter, TAO])} "$@"\n')
    (tmp_path / 'tao').chmod(0o755)
    done, shown = transcript('slurm', {**slurm.env, 'PATH': f'{tmp_path}:{slurm.env["PATH"]}'}, slurm.home)
    assert done == shown


def test_pyxis_gets_its_options(slurm: Cluster, tmp_path: Path) -> None:
    """With an srun that tells how it is called: no plugin is here to start the container."""
    (tmp_path / 'srun').write_text('#!/bin/sh\nfor word; do echo "<$word>"; done\nprintf "rank %s\\n" "$NODE_RANK"\n')
    (tmp_path / 'srun').chmod(0o755)
    script = slurm.tao(
        '-q', 'submit', 'slurm', '--dry-run', '--container=pyxis', '--nodes=2', '--srun-arg=--cpu-bind=none',
        '--volume=/tmp:/data:ro', '--env=A=$b c', '--env=API_KEY=s3cr3t', 'dino', 'train', 'x y',
    ).out
    env = {'PATH': f'{tmp_path}:{slurm.env["PATH"]}', 'SLURM_JOB_NODELIST': 'node[0-1]', 'SLURM_JOB_ID': '7',
           'SLURM_JOB_NUM_NODES': '2'}
    shown = re.findall('<(.*)>', slurm.run('bash', stdin=script, env=env).out)
    assert shown[:4] == [
        '--export=PATH,HOME,API_KEY,WORLD_SIZE,MASTER_ADDR,MASTER_PORT', '--ntasks-per-node=1', '--wait=0',
        '--kill-on-bad-exit=1',
    ]
    assert shown[4:13] == [
        '--label', '--cpu-bind=none', '--container-image=docker://nvcr.io#nvidia/tao/tao-toolkit:7.1.0-pyt',
        '--container-writable', '--no-container-mount-home', '--container-remap-root', '--container-entrypoint',
        '--container-mounts=/tmp:/data:ro', '--container-env=API_KEY,WORLD_SIZE,MASTER_ADDR,MASTER_PORT',
    ]
    assert shown[13:15] + shown[16:] == ['sh', '-c', 'sh', 'A=$b c', 'dino', 'train', 'x y']
    assert 's3cr3t' not in script


def test_time_limit(slurm: Cluster, docker: Docker) -> None:
    """Slurm looks at it every half minute."""
    polite = 'trap "echo saved; exit 9" TERM; echo ready; sleep 100 & wait'
    jobs = [
        slurm.submit('--time=1', '--gpus=none', 'dino', 'run', 'sh', '-c', polite),
        slurm.submit('--time=1', *TWO, 'dino', 'run', 'sh', '-c', IGNORES),
    ]
    slurm.says(jobs[0], 'ready')
    slurm.says(jobs[1], 'ready', times=2)
    for job in jobs:
        slurm.run('scontrol', 'update', f'JobId={job}', 'EndTime=now')
    for job in jobs:
        slurm.wait_for(job, 'TIMEOUT', timeout=60)
    docker.wait_for('label=tao.job', count=0, all=True)
    assert 'saved' in slurm.log(jobs[0])
