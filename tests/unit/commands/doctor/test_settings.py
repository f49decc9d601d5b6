"""The checks of the settings that variables give."""
from __future__ import annotations

from doctor_answers import facts

from tao_launcher.commands.doctor import settings
from tao_launcher.commands.doctor.findings import Finding


def test_settings() -> None:
    assert settings.settings(facts()) is None
    assert settings.settings(facts(settings_error='TAO_GPUS: "x"')) == Finding(
        'settings', 'fail', 'TAO_GPUS: "x"', 'unset the variable, or see tao --help environment',
    )


def test_variables() -> None:
    environ = {'TAO_GPUS': 'd', 'HOME': '/root', 'TAO_PULL': '', 'DOCKER_HOST': 'b'}
    assert settings.variables(facts(environ=environ)) == Finding('variables', 'info', 'DOCKER_HOST=b, TAO_GPUS=d')
    assert settings.variables(facts(environ={'HOME': '/root'})) is None
