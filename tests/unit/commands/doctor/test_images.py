"""The checks of where images come from."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from doctor_answers import facts

from tao_launcher.commands.doctor import images
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.images import CatalogueFiles, Login


@pytest.mark.parametrize(('known', 'found', 'finding'), [
    ({}, Login(is_stored=True), ('ok', 'stored for nvcr.io')),
    ({}, Login(), ('ok', 'left to a credential helper')),
    ({}, Login(is_stored=False), (
        'info', 'none stored for nvcr.io; not needed for public images or those already here',
        "docker login nvcr.io -u '$oauthtoken'",
    )),
    ({'engine': ('sudo', 'docker')}, Login('reg.lab:5000', is_stored=False), (
        'info', 'none stored for reg.lab:5000; not needed for public images or those already here',
        'sudo docker login reg.lab:5000',
    )),
])
def test_login(known: dict[str, Any], found: Login, finding: tuple[str, ...]) -> None:
    assert images.login(facts(**known), found) == Finding('login', *finding)


def test_look_up(home: Path) -> None:
    (home / '.docker').mkdir()
    (home / '.docker/config.json').write_text('{"auths": {"https://reg.lab:5000/v2/": {"auth": "eA=="}}}')
    known = facts(environ={'HOME': str(home)})
    assert images.look_up('reg.lab:5000', known) == Login('reg.lab:5000', is_stored=True)
    assert images.look_up('nvcr.io', known) == Login('nvcr.io', is_stored=False)


def test_a_credential_helper_that_is_not_there(home: Path) -> None:
    (home / '.docker').mkdir()
    path = home / '.docker/config.json'
    path.write_text('{"credsStore": "desktop"}')
    known = facts(environ={'HOME': str(home), 'PATH': str(home)})
    assert images.login(known, images.look_up('nvcr.io', known)) == Finding(
        'login', 'warn',
        f'docker-credential-desktop, which credsStore of {path} names to keep logins, is not on PATH: no image can be '
        'pulled', 'install it, or remove it from that file and log in again',
    )


@pytest.mark.parametrize(('found', 'finding'), [
    (CatalogueFiles(), None),
    (CatalogueFiles('/c'), ('info', '/c replaces the built-in releases')),
    (CatalogueFiles('/c', ('/d/a', '/d/b')), ('info', '/c replaces the built-in releases; /d/a, /d/b not read')),
    (CatalogueFiles('', ('/d/a', '/d/b')), ('info', 'releases beside the built-in ones: /d/a, /d/b')),
    (CatalogueFiles('/c', (), '/c: not JSON', 'rm /c'), ('fail', '/c: not JSON', 'rm /c')),
])
def test_catalogue(found: CatalogueFiles, finding: tuple[str, ...] | None) -> None:
    assert images.catalogue(facts(), found) == (Finding('catalogue', *finding) if finding else None)
