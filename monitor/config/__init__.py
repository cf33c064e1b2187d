"""Settings from TOML and environment: validated, with secrets masked. The only home of pydantic."""

from monitor.config.load import ENVIRONMENT_CONFIG, check_settings, find_settings, load_settings
from monitor.config.settings import (
    AlertSettings,
    BackupSettings,
    DaemonSettings,
    DigestSettings,
    FetchSettings,
    HealthSettings,
    Settings,
    SmtpSettings,
)

__all__ = [
    "ENVIRONMENT_CONFIG",
    "AlertSettings",
    "BackupSettings",
    "DaemonSettings",
    "DigestSettings",
    "FetchSettings",
    "HealthSettings",
    "Settings",
    "SmtpSettings",
    "check_settings",
    "find_settings",
    "load_settings",
]
