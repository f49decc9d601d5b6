"""Podman's profile."""
from __future__ import annotations

from .profile import Profile

PODMAN = Profile(
    name='podman',
    title='Podman',
    package='podman',
    manual='https://podman.io/docs/installation',
    place=('-c', '--connection'),
    address=('--url', '--url'),
    variables=('CONTAINER_HOST', 'CONTAINER_CONNECTION'),
    default_place='podman system connection list',
    service='',
    uses_cdi=True,
    own_user=('--userns=keep-id',),
    own_inits=tuple(
        f'{folder}/catatonit' for folder in
        ('/usr/libexec/podman', '/usr/lib/podman', '/usr/local/libexec/podman', '/usr/local/lib/podman')
    ),
    other_inits=(
        '/usr/bin/catatonit', '/usr/bin/tini-static', '/usr/bin/docker-init', '/usr/libexec/docker/docker-init',
    ),
    pull=('missing', 'always', 'never', 'newer'),
    # its `rm -f` alone gives a job ten seconds, and older releases know no option against it
    removal=(('kill',), ('rm', '-f', '-v')),
    several=('--multi-image-archive',),  # without it the names after the first are further tags of that one
    insecure=(),  # registries.conf says so, and its pull knows nothing else
    raw_manifest=(('manifest', 'inspect'),),
    verbose_manifest=(),
    platform_variable='',
    digest_file='--digestfile',  # its RepoDigests has what the image would have uncompressed, which no registry knows
    pull_talks_on_stderr=True,
    attach_tells_code=False,
    unended=('-a',),  # it can be asked for no job that is just being stopped
    stops_paused=False,
    events={'died': 'die', 'stop': 'kill'},
    has_plugins=False,
    has_contexts=False,
    logins=(
        '$REGISTRY_AUTH_FILE', '$XDG_RUNTIME_DIR/containers/auth.json', '$HOME/.config/containers/auth.json',
        '$HOME/.docker/config.json',
    ),
    storage='graphroot in storage.conf',
    job_label='{{json (index .Labels "tao.job")}}',
    remote=('-r', '--remote', '--remote=true'),
    unqualified='in the registries of its registries.conf',
)
