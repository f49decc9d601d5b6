"""A Slurm cluster of two nodes, both on this machine, whose containers run on the private engine."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Optional, Union

from jobs import TAO

if TYPE_CHECKING:
    from conftest import Docker

PRIVATE_SLURM = Path(__file__).parents[1] / 'private_slurm'
NETNS = os.environ.get('TAO_TEST_NETNS', '')
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
MISSING = [name for name in ('slurmctld', 'slurmd', 'sbatch', 'munged') if not shutil.which(name, path=PATH)]
# the plugin of Slurm, where it is and can do something
PYXIS = [
    plugin for where in ('usr/lib/*/slurm*', 'usr/lib*/slurm', 'usr/local/lib*/slurm')
    for plugin in Path('/').glob(f'{where}/spank_pyxis.so') if shutil.which('enroot', path=f'{PATH}:/usr/local/bin')
]
# as in a cluster whose nodes know each other's names
NAMES = ['--docker-arg=--add-host=node0:127.0.0.1']
ENDED = ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'NODE_FAIL')


class Submitted(NamedTuple):
    """How a submission ended and what it said."""

    code: int
    out: str
    err: str


class Cluster:
    """The cluster, as its user `docker.env` sees it."""

    def __init__(self, folder: str, docker: Docker) -> None:
        self.env = {**docker.env, 'SLURM_CONF': f'{folder}/slurm.conf'}
        self.home = Path(docker.env['HOME'])
        self.enter = ['nsenter', f'--net=/run/netns/{NETNS}'] if NETNS else []

    def run(
        self, *argv: Union[str, bytes], env: Optional[Mapping[str, str]] = None, check: bool = True, stdin: str = '',
    ) -> Submitted:
        """Run a command where the cluster is; with `check` it must succeed."""
        done = subprocess.run(
            [*self.enter, *argv], env={**self.env, **(env or {})}, cwd=self.home, input=os.fsencode(stdin),
            capture_output=True, timeout=60,
        )
        found = Submitted(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))
        assert not check or found.code == 0, found
        return found

    def tao(self, *words: Union[str, bytes], env: Optional[Mapping[str, str]] = None, check: bool = True) -> Submitted:
        """Run the launcher."""
        return self.run(TAO, *words, env=env, check=check)

    def submit(self, *words: Union[str, bytes], env: Optional[Mapping[str, str]] = None) -> str:
        """The id of the job that `tao -q submit slurm WORDS` submits."""
        return self.tao('--quiet', 'submit', 'slurm', *words, env=env).out.strip()

    def job(self, job: str) -> dict[str, str]:
        """What scontrol shows of a job."""
        return dict(re.findall(r'(\w+)=(\S*)', self.run('scontrol', '-o', 'show', 'job', job).out))

    def wait_for(self, job: str, *states: str, timeout: float = 60) -> dict[str, str]:
        """What scontrol shows of a job once it is in one of `states`."""
        deadline = time.monotonic() + timeout
        while (found := self.job(job))['JobState'] not in states:
            assert time.monotonic() < deadline, (found, self.log(job))
            time.sleep(0.1)
        return found

    def ended(self, job: str, timeout: float = 60) -> str:
        """A job's exit code as Slurm writes it, once it has ended: CODE:SIGNAL."""
        found = self.wait_for(job, *ENDED, timeout=timeout)
        return found['ExitCode']

    def log(self, job: str) -> str:
        """What a job has written so far."""
        found = list(self.home.glob(f'*-{job}.log'))
        return os.fsdecode(found[0].read_bytes()) if found else ''

    def says(self, job: str, text: str, times: int = 1, timeout: float = 60) -> None:
        """Wait until a job has said `text` so many times."""
        deadline = time.monotonic() + timeout
        while self.log(job).count(text) < times:
            assert time.monotonic() < deadline, self.log(job)
            time.sleep(0.05)


@contextmanager
def started(*within: str) -> Iterator[str]:
    """The folder of a running cluster, which the words `within` start: its nodes see what that command does."""
    folder = tempfile.mkdtemp(prefix='s-')  # short: a socket's path has 108 bytes
    try:
        subprocess.run([*within, PRIVATE_SLURM, 'start', folder, str(os.getpid()), NETNS], check=True)
        yield folder
    finally:
        subprocess.run([PRIVATE_SLURM, 'stop', folder], check=True)
