"""What is said of an engine that does not answer, from what engines really say."""
from __future__ import annotations

import re

import pytest
from engine_messages import Message, of

from tao_launcher.engine import failures
from tao_launcher.engine.remedies import Machine

USER = Machine(uid=1000)
SOCKET = 'unix:///tmp/it/none.sock'
# By the trouble: (the address, the variables that are set, what is said as a pattern, what to do).
SAID = {
    'no socket': (SOCKET, {}, f'the (docker|podman) daemon is not running at {SOCKET}', '.* (default|list)'),
    'dead socket': (
        'unix:///tmp/it/dead.sock', {'DOCKER_HOST': 'unix:///tmp/it/dead.sock'},
        'the docker daemon is not running at unix:///tmp/it/dead.sock', 'unset DOCKER_HOST',
    ),
    'no permission': (
        'unix:///tmp/it/closed.sock', {}, 'no permission to talk to the docker daemon at unix:///tmp/it/closed.sock',
        re.escape('sudo usermod -aG docker $(id -un) && newgrp docker'),
    ),
    'no host': (
        'tcp://nosuch.invalid:2375', {'DOCKER_HOST': 'tcp://nosuch.invalid:2375'},
        'no docker daemon answers at tcp://nosuch.invalid:2375', 'unset DOCKER_HOST',
    ),
    'refused': (
        'tcp://127.0.0.1:1', {'DOCKER_HOST': 'tcp://127.0.0.1:1'}, 'no docker daemon answers at tcp://127.0.0.1:1',
        'unset DOCKER_HOST',
    ),
    'no context': (
        '', {'DOCKER_CONTEXT': 'lab'}, r'the docker context does not exist \(.*lab.*\)', 'unset DOCKER_CONTEXT',
    ),
    'no connection': ('connection nosuch', {}, r'the podman connection does not exist \(.*"nosuch".*\)', '.* list'),
    'no address': ('htp://x', {'DOCKER_HOST': 'htp://x'}, r'htp://x is not a valid daemon address \(.*\)',
                   'unset DOCKER_HOST'),
    'tls without certificates': (
        '', {'DOCKER_TLS_VERIFY': '1'},
        r'DOCKER_TLS_VERIFY is set, and the daemon cannot be reached that way \(.*/ca.pem: no such file or directory\)',
        'unset DOCKER_TLS_VERIFY',
    ),
    'tls for a plain daemon': (
        'tcp://127.0.0.1:2375', {'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': '/c'},
        r'DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are set, and the daemon at tcp://127.0.0.1:2375 cannot be reached .*',
        'unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH',
    ),
    'client too old': (
        '', {}, r'this docker client speaks API 1.10 and is too old for the daemon, which wants 1\.\d+',
        re.escape('install a newer client (https://docs.docker.com/engine/install/)'),
    ),
    'client too new': (
        '', {'DOCKER_API_VERSION': '1.99'}, r'DOCKER_API_VERSION is 1.99, and the daemon wants 1\.\d+',
        'unset DOCKER_API_VERSION',
    ),
    'ssh refused': (
        'ssh://ann@gpu1', {}, 'ssh cannot log in to ssh://ann@gpu1', 'ssh ssh://ann@gpu1 docker version',
    ),
    'ssh dropped': (
        'ssh://ann@gpu1', {},
        'ssh://ann@gpu1 drops the connection, as servers do for a while after a refused login; if ssh said "Permission '
        'denied" before, it cannot log in there', 'ssh ssh://ann@gpu1 docker version',
    ),
}


@pytest.mark.parametrize('message', of(*SAID), ids=lambda one: f'{one.engine}-{one.what}')
def test_what_engines_say(message: Message) -> None:
    address, environ, what, fix = SAID[message.what]
    assert message.code != 0
    found = failures.engine_failure((message.client,), message.code, message.text, address, USER, environ)
    assert found, message.text
    assert re.fullmatch(what, found[0]) and re.fullmatch(fix, found[1]), found


@pytest.mark.parametrize('message', of('client too old', 'client too new'), ids=lambda one: f'{one.engine}-{one.what}')
def test_the_command_that_failed_is_no_advice(message: Message) -> None:
    found = failures.engine_failure((message.client,), message.code, message.text)
    assert found and 'version' not in found[1]
