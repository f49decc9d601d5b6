"""What `docker run` calls its options, for someone who writes one of them to the launcher. Only errors need it."""
from __future__ import annotations

from ..base.masking import masked_words
from ..base.shell import quote
from .docker_args import OWN, SHORT, WITHOUT_VALUE
from .options import BY_KEY

# Those of docker 28 that take a value, but for Windows'.
VALUED = frozenset((
    '--add-host', '--annotation', '--attach', '--blkio-weight', '--blkio-weight-device', '--cap-add', '--cap-drop',
    '--cgroup-parent', '--cgroupns', '--cidfile', '--cpu-period', '--cpu-quota', '--cpu-rt-period', '--cpu-rt-runtime',
    '--cpu-shares', '--cpus', '--cpuset-cpus', '--cpuset-mems', '--detach-keys', '--device', '--device-cgroup-rule',
    '--device-read-bps', '--device-read-iops', '--device-write-bps', '--device-write-iops', '--dns', '--dns-opt',
    '--dns-option', '--dns-search', '--domainname', '--entrypoint', '--env', '--env-file', '--expose', '--gpus',
    '--group-add', '--health-cmd', '--health-interval', '--health-retries', '--health-start-interval',
    '--health-start-period', '--health-timeout', '--hostname', '--ip', '--ip6', '--ipc', '--isolation',
    '--kernel-memory', '--label', '--label-file', '--link', '--link-local-ip', '--log-driver', '--log-opt',
    '--mac-address', '--memory', '--memory-reservation', '--memory-swap', '--memory-swappiness', '--mount', '--name',
    '--network', '--network-alias', '--oom-score-adj', '--pid', '--pids-limit', '--platform', '--publish', '--pull',
    '--restart', '--runtime', '--security-opt', '--shm-size', '--stop-signal', '--stop-timeout', '--storage-opt',
    '--sysctl', '--tmpfs', '--ulimit', '--user', '--userns', '--uts', '--volume', '--volume-driver', '--volumes-from',
    '--workdir',
))
RENAMED = {'--publish': '--port'}
DECIDED = {
    '--rm': 'always, except with --detach', '--cidfile': 'never', '--sig-proxy': 'always',
    '--init': 'always, except with "init": false in DockerOptions',
}


def advice(name: str, value: str | None, following: str, caller: str) -> tuple[str, str] | None:
    """(what docker run's option is to the launcher, what to write) for an option that only docker knows; else None.

    `value` is what was joined to it by "=", or None; `following` the next word; `caller` the words that the options
    follow: tao. What is to be written is '' where that is nothing.
    """
    option, value = _long(name, value)
    shown = name if name.startswith('--') or name in OWN else name[:2]
    if option in DECIDED:
        return f"docker run's {option} is passed {DECIDED[option]}", ''
    own = OWN.get(option) or RENAMED.get(option, option)
    ours = BY_KEY.get(own[2:].replace('-', '_'))
    if ours and ours.name not in ('', name) and option in VALUED | OWN.keys():
        return f"docker run's {shown} is {ours.name} here", f'{caller} {ours.example} …'
    if option in VALUED:
        given = following if value is None and not following.startswith('-') else value
        return _PASSED, f'{caller} --docker-arg={_shown(option, given or "VALUE")} …'
    return (_PASSED, f'{caller} --docker-arg={option} …') if option in WITHOUT_VALUE else None


def takes_value(name: str) -> bool | None:
    """Whether docker run's option of that name takes one; None where it has none of that name."""
    option, _ = _long(name, None)
    return True if option in VALUED else False if option in WITHOUT_VALUE else None


_PASSED = '--docker-arg passes an option on to docker run'


def _long(name: str, value: str | None) -> tuple[str, str | None]:
    """(the option by its long name, its value): -v is --volume, and so is -v/data:/data."""
    letter = SHORT.get(name[:2])
    if name.startswith('--') or name in OWN and name not in SHORT or letter not in VALUED | {name}:
        return SHORT.get(name, name.replace('_', '-')), value
    joined = name[2:] if value is None or not name[2:] else f'{name[2:]}={value}'
    return letter or name, joined or value


def _shown(option: str, value: str) -> str:
    """A word for --docker-arg without secrets, as a shell takes it."""
    return quote(masked_words([f'{option}={value}'])[0])
