"""Whether docker's configuration names a login for a registry: a hint, never a gate."""
from __future__ import annotations


def is_logged_in(registry: str, configuration: object) -> bool | None:
    """What a config.json (None: there is none) says of the registry; None where it can not tell.

    A credential store keeps its logins to itself, and is not asked.
    """
    if configuration is None:
        return False
    if not isinstance(configuration, dict) or configuration.get('credsStore'):
        return None
    sections = [configuration.get('auths'), configuration.get('credHelpers')]
    return any(isinstance(section, dict) and registry in section for section in sections)
