"""Docker's profile."""
from __future__ import annotations

from .profile import Profile

DOCKER = Profile(
    name='docker',
    title='Docker Engine',
    package='docker.io',
    manual='https://docs.docker.com/engine/install/',
    place=('-c', '--context'),
    address=('-H', '--host'),
    variables=('DOCKER_HOST', 'DOCKER_CONTEXT'),
    default_place='docker context use default',
    service='docker',
    uses_cdi=False,
    own_user=(),
    own_inits=(),
    other_inits=(),
    pull=('missing', 'always', 'never'),
    removal=(('rm', '-f', '-v'),),
    several=(),
    insecure=('--insecure',),
    raw_manifest=(('buildx', 'imagetools', 'inspect', '--raw'), ('manifest', 'inspect')),
    verbose_manifest=('manifest', 'inspect', '--verbose'),
    platform_variable='DOCKER_DEFAULT_PLATFORM',
    digest_file='',
    pull_talks_on_stderr=False,
    attach_tells_code=True,
    unended=tuple(f'--filter=status={state}' for state in ('created', 'running', 'paused', 'restarting')),
    stops_paused=True,
    events={},
    has_plugins=True,
    has_contexts=True,
    logins=('$DOCKER_CONFIG/config.json', '$HOME/.docker/config.json'),
    storage='data-root in /etc/docker/daemon.json',
    job_label='{{json (.Label "tao.job")}}',
)
