"""Jobs of a real Slurm in containers of a real Apptainer, and images as files: pulled, carried, run."""
from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import pytest
from air_gap import NETNS
from cluster import MISSING, Cluster, started
from conftest import SCRIPTS
from test_apptainer import ENTER, ROOT, sandbox
from waiting import until

if TYPE_CHECKING:
    from air_gap import Registry
    from conftest import Docker

__all__ = ('sandbox',)
pytestmark = pytest.mark.skipif(not ROOT, reason="Debian's apptainer is not here: start these with tests/run")
# Its folder for containers, and no capability for root that this machine may not have itself.
SETTINGS = '''
mkdir -p "$0/lib/apptainer/mnt/session"
mount -t overlay -o lowerdir="$0/lib:/var/lib" overlay /var/lib
sed 's/^root default capabilities = .*/root default capabilities = no/' /etc/apptainer/apptainer.conf >"$0/conf"
mount --bind "$0/conf" /etc/apptainer/apptainer.conf
exec "$@"
'''
RANK = '''
echo "<$WORLD_SIZE $NODE_RANK $NUM_GPU_PER_NODE $MASTER_ADDR ${#CUDA_VISIBLE_DEVICES} $A_TOKEN ${SLURM_JOB_ID-none}>"
touch "/data/$NODE_RANK"; ! touch /ro/x 2>/dev/null || exit 9
[ "$NODE_RANK" = 1 ] || exec sleep 61
while ! [ -e /data/0 ]; do sleep 0.05; done
exit 3
'''
STOPPED = 'trap "echo told; exit 5" TERM; echo ready; while :; do sleep 0.1; done'


@pytest.fixture(scope='module')
def enter() -> Iterator[list[str]]:
    """The words before a command that is to see Apptainer, as root."""
    with tempfile.TemporaryDirectory(prefix='a-') as folder:
        words = [*ENTER, 'sh', '-euc', SETTINGS, folder]
        yield words


@pytest.fixture(scope='module')
def folder(enter: list[str], sandbox: Path) -> Iterator[str]:
    if MISSING:
        pytest.skip(f'no {", ".join(MISSING)} (tests/run installs slurmctld, slurmd, slurm-client and munge)')
    tried = [*enter, 'unshare', '--mount', 'apptainer', 'exec', str(sandbox), 'true']
    done = subprocess.run(tried, capture_output=True, encoding='utf-8', timeout=60)
    if done.returncode:
        pytest.skip(f'no containers of Apptainer here: {done.stderr.strip().splitlines()[-1]}')
    with started(*enter) as found:
        yield found


@pytest.fixture
def slurm(folder: str, docker: Docker) -> Iterator[Cluster]:
    cluster = Cluster(folder, docker)
    yield cluster
    cluster.run('scancel', '--user=root', check=False)


def test_two_nodes(slurm: Cluster, sandbox: Path, tmp_path: Path) -> None:
    """The code is that of the rank that fails, and the other one ends; the secret is in no script."""
    mounts = [f'--volume={tmp_path}:/data', f'--volume={tmp_path}:/ro:ro']
    words = ['--nodes=2', '--gpus_per_node=1', f'--image={sandbox}', *mounts, '--env=A_TOKEN', 'dino', 'run', 'sh']
    submit = ('--quiet', 'submit', 'slurm', '--container=apptainer', '--wait', *words, '-c', RANK)
    done = slurm.tao(*submit, env={'A_TOKEN': 's3cr3t'}, check=False)
    log = slurm.log(done.out.strip())
    assert (done.code, done.err) == (3, ''), log
    for rank in (0, 1):
        assert f'{rank}: <2 {rank} 1 node0 1 s3cr3t none>\n' in log
    written = slurm.run('scontrol', 'write', 'batch_script', done.out.strip(), '-').out
    assert 'APPTAINERENV_A_TOKEN' in written and 's3cr3t' not in written


def test_scancel(slurm: Cluster, sandbox: Path) -> None:
    words = ['--container=apptainer', '--gpus=none', f'--image={sandbox}', 'dino', 'run', 'sh', '-c', STOPPED]
    job = slurm.submit(*words)
    slurm.says(job, 'ready\n')
    slurm.run('scancel', job)
    slurm.says(job, 'told\n')
    # Slurm signals Apptainer's init as well, which has a code of its own if the job has just ended
    until(lambda: slurm.ended(job) in ('5:0', '143:0'), 'the code of the cancelled job')
    assert slurm.job(job)['JobState'] == 'CANCELLED'


def test_an_image_from_the_registry_to_the_nodes(
    slurm: Cluster, enter: list[str], docker: Docker, registry: Registry, tmp_path: Path,
) -> None:
    """Pulled into a file, carried to another host in a bundle, and there what a job of Slurm's runs in."""
    air_gap.publish(docker, 'nvidia/tao/tao-toolkit:7.1.0-pyt', registry)
    env = {**docker.env, 'TAO_ENGINE': 'apptainer', 'TAO_SIF_DIR': f'{tmp_path}/a', 'OVERRIDE_REGISTRY': registry.host}
    tao = ['ip', 'netns', 'exec', NETNS, *enter, f'{SCRIPTS}/tao', '--quiet']
    name = f'{registry.host}+nvidia+tao+tao-toolkit=7.1.0-pyt.sif'.replace(':', '=')
    printed = air_gap.run([*tao, 'pull', '--dry-run', 'model/dino'], env).stdout
    assert printed.startswith(f'apptainer pull --no-https {tmp_path}/a/{name} docker://{registry.host}/')
    for words in (['pull', 'model/dino'], ['bundle', 'save', f'{tmp_path}/b', 'model/dino']):
        done = air_gap.run([*tao, *words], env)
        assert done.returncode == 0, done.stderr
    assert ' yes ' in air_gap.run([*tao, 'images', 'model/dino'], env).stdout
    assert [path.name for path in (tmp_path / 'a').iterdir()] == [name]
    registry.cut()
    other = {**env, 'TAO_SIF_DIR': f'{tmp_path}/c'}
    assert air_gap.run([*tao, 'bundle', 'load', f'{tmp_path}/b'], other).returncode == 0
    job = slurm.submit('--gpus=none', 'dino', 'run', 'sh', '-c', 'echo "<$FROM_IMAGE>"; exit 4', env=other)
    assert slurm.ended(job) == '4:0', slurm.log(job)
    assert '<yes>\n' in slurm.log(job)
