"""Submissions to a real cluster: that of the kubeconfig TAO_TEST_KUBECONFIG, whose nodes can pull busybox.

TAO_TEST_KUBERNETES_IMAGE is another image with a shell.
"""
from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, Callable, Iterator

import pytest
from conftest import SCRIPTS

if TYPE_CHECKING:
    from conftest import Docker

KUBECONFIG = os.environ.get('TAO_TEST_KUBECONFIG', '')
IMAGE = os.environ.get('TAO_TEST_KUBERNETES_IMAGE', 'busybox')
NAMESPACE = f'tao-test-{os.getpid()}'
VALUE = 'two\n"lines"'
pytestmark = pytest.mark.skipif(not KUBECONFIG, reason='TAO_TEST_KUBECONFIG names no cluster')


class Cluster:
    """A namespace of the cluster, as its user sees it."""

    def __init__(self, docker: Docker) -> None:
        self.env = {**docker.env, 'KUBECONFIG': KUBECONFIG, 'API_KEY': VALUE}

    def run(self, *argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            argv, env=self.env, cwd=self.env['HOME'], stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=300, check=False,
        )
        assert not check or done.returncode == 0, done
        return done

    def kubectl(self, *words: str) -> str:
        return self.run('kubectl', '-n', NAMESPACE, *words).stdout

    def submit(self, name: str, *options: str, script: str = 'true') -> subprocess.CompletedProcess[str]:
        return self.run(
            f'{SCRIPTS}/tao', 'submit', 'kubernetes', f'--namespace={NAMESPACE}', f'--name={name}', '--gpus=none',
            f'--image={IMAGE}', *options, 'dino', 'run', 'sh', '-c', script, check=False,
        )

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def until_gone(self, what: str) -> None:
        self.until(lambda: not self.kubectl('get', what, '--ignore-not-found', '-o', 'name'))

    def quota(self, name: str, hard: str) -> None:
        """Make a quota, which is in force once it has a status."""
        self.kubectl('create', 'quota', name, f'--hard={hard}')
        self.until(lambda: bool(self.kubectl('get', 'quota', name, '-o', 'jsonpath={.status.hard}')))


@pytest.fixture
def cluster(docker: Docker) -> Iterator[Cluster]:
    found = Cluster(docker)
    found.run('kubectl', 'create', 'namespace', NAMESPACE)
    yield found
    found.run('kubectl', 'delete', 'namespace', NAMESPACE)


def test_the_code_the_log_and_a_secret(cluster: Cluster) -> None:
    done = cluster.submit('one', '--env=API_KEY', '--follow', script='echo "$API_KEY"; echo "<$WORLD_SIZE>"; exit 3')
    assert (done.returncode, done.stdout) == (3, f'job.batch/one\n{VALUE}\n<>\n'), done
    assert cluster.kubectl('get', 'services', '-o', 'name') == ''
    cluster.kubectl('delete', 'job/one')
    cluster.until_gone('secret/one')


def test_two_nodes_know_each_other(cluster: Cluster) -> None:
    script = 'echo "rank $NODE_RANK of $WORLD_SIZE"; ping -c 1 "$MASTER_ADDR" 2>&1 | grep -c "bad address"'
    done = cluster.submit('two', '--nodes=2', '--wait', script=f'{script}; true')
    assert (done.returncode, done.stdout) == (0, 'job.batch/two\n'), done
    logs = cluster.kubectl('logs', '--tail=-1', '-l', 'job-name=two').split('\n')
    assert sorted(filter(None, logs)) == ['0', '0', 'rank 0 of 2', 'rank 1 of 2']
    cluster.kubectl('delete', 'job/two')
    cluster.until_gone('service/two')


def test_the_rank_that_failed_gives_the_code(cluster: Cluster) -> None:
    script = '[ "$NODE_RANK" = 0 ] || exit 7; trap "exit 0" TERM; while :; do sleep 1; done'
    assert cluster.submit('fails', '--nodes=2', '--wait', script=script).returncode == 7


def test_quotas(cluster: Cluster) -> None:
    cluster.quota('pods', 'pods=0')
    done = cluster.submit('nopods')
    assert (done.returncode, done.stdout) == (0, 'job.batch/nopods\n')
    assert 'tao: notice: job nopods: FailedCreate: ' in done.stderr and 'exceeded quota: pods' in done.stderr
    cluster.quota('jobs', 'count/jobs.batch=1')
    done = cluster.submit('nojob', '--nodes=2', '--env=API_KEY')
    assert (done.returncode, done.stdout) == (125, '')
    assert 'tao: error: kubectl did not create the job\n' in done.stderr and 'exceeded quota: jobs' in done.stderr
    assert cluster.kubectl('get', 'service/nojob', 'secret/nojob', '--ignore-not-found', '-o', 'name') == ''


def test_the_script_of_a_dry_run(cluster: Cluster) -> None:
    script = cluster.submit('later', '--dry-run', '--nodes=2', '--env=API_KEY').stdout
    cluster.run('sh', '-c', script)
    owners = 'jsonpath={.items[*].metadata.ownerReferences[*].name}'
    assert cluster.kubectl('get', 'service/later', 'secret/later', '-o', owners) == 'later later'
