"""Daemons with settings of their own: restarted under running jobs, without a program for --init, with users mapped."""
from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jobs import IMAGE as TOOLKIT
from jobs import TAO, launched
from test_diagnosis import PRIVATE, engine_of_its_own
from test_jobs_trouble import is_gapless
from waiting import until

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('jobs')
PATIENT = 'i=0; until [ -e /tmp/end ]; do echo line $i; i=$((i+1)); sleep 0.2; done; echo the end; exit 4'


@pytest.mark.engine_dependent
@pytest.mark.needs_root('a rootless daemon takes its namespaces along when it ends, and with them its jobs')
def test_a_daemon_that_is_restarted(docker: Docker, tao: Program) -> None:
    """With live-restore the job runs on, and so does what looks after it."""
    with engine_of_its_own(docker, TAO_TEST_DAEMON_JSON='{"live-restore": true}') as env:
        words = ['--gpus', 'none', '--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', PATIENT]
        assert tao(*words, env=env).returncode == 0
        with ExitStack() as stack:
            verbs = [['wait', 'night'], ['attach', 'night'], ['logs', '-f', 'night']]
            wait, attach, logs = (stack.enter_context(launched([TAO, *verb], env)) for verb in verbs)
            for running in (attach, logs):
                running.wait_for('line 5')
            subprocess.run([PRIVATE, 'restart', env['DOCKER_HOST'][len('unix://'):-len('/docker.sock')]], check=True)
            until(lambda: tao('exec', 'night', 'touch', '/tmp/end', env=env).returncode == 0, 'the new daemon answers')
            assert [running.code() for running in (wait, attach, logs)] == [4, 4, 0]
            for running in (attach, logs):
                assert running.out.endswith(b'\nthe end\n') and is_gapless(running.out)
        assert tao('clean', env=env).returncode == 0


@pytest.mark.engine_dependent
def test_no_program_for_init(docker: Docker, tao: Program) -> None:
    with engine_of_its_own(docker, TAO_TEST_DAEMON_JSON='{"init-path": "docker-init-not-here"}') as env:
        done = tao('--gpus', 'none', 'dino', 'run', 'true', env=env)
        assert done.returncode == 127
        assert (
            'tao: error: docker has no program for --init here (without one: "init": false in DockerOptions)\n'
            '    try: ' in done.stderr
        )
        found = {one['name']: one for one in json.loads(tao('doctor', '--format', 'json', env=env).stdout)}
        assert found['init']['status'] == 'fail' and '"init": false' in found['init']['found']
        Path(env['HOME'], '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
        assert tao('--gpus', 'none', 'dino', 'run', 'true', env=env).returncode == 0


def test_mapped_users_have_no_host_network(docker: Docker, tmp_path: Path) -> None:
    """As its configuration says, which stands here in a mount namespace of the test's own."""
    manifest = tmp_path / 'checkout/docker/manifest.json'
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"registry": "nvcr.io", "repository": "nvstaging/tao/tao_pytorch_base_image", "tag": "test"}')
    env = {**docker.env, 'NV_TAO_PYTORCH_TOP': str(tmp_path / 'checkout')}
    tao_pt = str(Path(TAO).with_name('tao_pt'))
    inside = (
        'mkdir -p /etc/docker; mount -t tmpfs tmpfs /etc/docker; printf %s "$0" >/etc/docker/daemon.json; exec "$@"'
    )

    def dry(configuration: str, *words: str) -> tuple[str, str]:
        start = ['unshare', '--mount', 'sh', '-c', inside, configuration]
        done = subprocess.run(
            [*start, tao_pt, '--dry-run', *words, '--', 'true'], env=env, stdin=subprocess.DEVNULL,
            capture_output=True, encoding='utf-8', timeout=60, check=True,
        )
        return done.stdout, done.stderr

    notice = 'docker remaps container users (userns-remap), so the job gets a bridge, not the host\'s network'
    for configuration, words, has_network, is_said in (
        ('{}', [], True, False), ('{"userns-remap": "default"}', [], False, True),
        ('{"userns-remap": ""}', [], True, False), ('{"userns-remap": "default"}', ['--port', '1:1'], False, False),
        ('{"userns-remap": "default"}', ['--network', 'host'], True, False),
    ):
        out, err = dry(configuration, *words)
        assert (' --network host ' in out, notice in err) == (has_network, is_said), (configuration, words)


REMAPPED = """
set -e
folder=$1 private=$2 checkout=$3 bin=$4
user=$(awk -F : '$3 == 1 { print $1; exit }' /etc/passwd)
echo "$user:300000:65536" >"$folder/ids"
for file in /etc/subuid /etc/subgid; do touch "$file"; mount --bind "$folder/ids" "$file"; done
mkdir -p /etc/docker
mount -t tmpfs tmpfs /etc/docker
printf '{"userns-remap": "%s"}' "$user:$(id -gn "$user")" | tee "$folder/json" >/etc/docker/daemon.json
TAO_TEST_DAEMON_JSON=$(cat "$folder/json") "$private" start "$folder/d" $$ >&2
trap '"$private" stop "$folder/d" >&2' EXIT
export DOCKER_HOST=unix://$folder/d/docker.sock
cd "$checkout"
set +e
"$bin/tao_ds" release --tag 1; echo "build $?"
"$bin/tao_ds" --tag 1 --gpus none -- true; echo "run $?"
"$bin/tao_ds" --tag 1 --gpus none --run_as_service; echo "service $?"
"""


@pytest.mark.engine_dependent
@pytest.mark.needs_root('a rootless daemon maps all users')
def test_where_docker_maps_users(docker: Docker, tmp_path: Path) -> None:
    """It refuses the host's network to what is built and run, which are given another; for the service that is said."""
    root = tmp_path / 'checkout'
    for name in ('docker', 'release/docker'):
        (root / name).mkdir(parents=True)
    (root / 'docker/manifest.json').write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    (root / 'release/docker/Dockerfile').write_text(f'FROM {TOOLKIT}\nRUN echo built\n')
    tmp_path.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix='tao', dir='/tmp') as folder:
        Path(folder).chmod(0o755)
        done = subprocess.run(
            ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', REMAPPED, 'bash', folder, PRIVATE, root,
             Path(TAO).parent],
            env={**docker.env, 'USER': 'root', 'DOCKER_BUILDKIT': '0', 'PATH': f'{docker.env["PATH"]}:/usr/sbin:/sbin'},
            stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=180, check=False,
        )
    codes = [line for line in done.stdout.splitlines() if ' ' in line]
    assert codes == ['build 0', 'run 0', 'service 125'], (done.stdout, done.stderr)
    said = 'tao_ds: notice: docker remaps container users (userns-remap), so '
    assert f'{said}the build has no host network\n' in done.stderr
    assert f"{said}the job gets a bridge, not the host's network\n" in done.stderr
    assert done.stderr.rstrip().partition('tao_ds: error: ')[2].startswith(
        "docker remaps container users (userns-remap), which rules out the host's network\n"
        '    try: --port_mapping PORT, which publishes the service instead'
    )
