"""The settings themselves: one class for each table of the configuration file, frozen, unknown keys refused."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    model_validator,
)

from monitor.config.checks import (
    IPNetwork,
    absolute_path,
    check_address,
    check_command,
    check_contact,
    check_host,
    check_line,
    check_listen,
    check_ping,
    check_secret,
    check_unsubscribe,
    check_zone,
    is_loopback,
    split_listen,
)
from monitor.model import Recipient, Relation, Rule, Severity

Name = Annotated[str, StringConstraints(max_length=100), AfterValidator(check_line)]
Names = tuple[Name, ...]
FilePath = Annotated[Path, AfterValidator(absolute_path)]
Seconds = Annotated[float, Field(gt=0, le=366 * 86400)]


class Table(BaseModel):
    """What all tables share. Inputs never appear in messages: one of them may be a secret."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False, from_attributes=True
    )


class FetchSettings(Table):
    """How feeds are asked for: manners towards their servers, and limits on what they may send."""

    user_agent_contact: Annotated[str, AfterValidator(check_contact)] | None = None
    per_host: Annotated[int, Field(ge=1, le=32)] = 2
    per_host_delay_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    allow_private: tuple[IPNetwork, ...] = ()
    deadline_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    max_bytes: Annotated[int, Field(ge=1000, le=1_000_000_000)] = 15_000_000
    max_hops: Annotated[int, Field(ge=0, le=50)] = 10
    concurrency: Annotated[int, Field(ge=1, le=200)] = 10
    max_entries: Annotated[int, Field(ge=1, le=100_000)] = 2000
    interval_s: Seconds = 3600.0
    min_interval_s: Seconds = 600.0
    max_interval_s: Seconds = 86400.0
    full_text: Literal["never", "listed", "near"] = "listed"
    pages_at_once: Annotated[int, Field(ge=1, le=1000)] = 20

    @model_validator(mode="after")
    def _intervals_in_order(self) -> "FetchSettings":
        if not self.min_interval_s <= self.interval_s <= self.max_interval_s:
            raise ValueError(
                f"interval_s: {self.interval_s:g} is not between min_interval_s ({self.min_interval_s:g}) "
                f"and max_interval_s ({self.max_interval_s:g}), change one of the three"
            )
        return self


class AlertSettings(Table):
    """What becomes an alert, besides what the rules say."""

    first_sight: Literal["digest", "alert", "ignore"] = "digest"
    more_publishers: Annotated[int, Field(ge=0, le=1000)] = 5
    batch_wait_s: Annotated[float, Field(ge=0, le=86400)] = 0.0
    most_per_hour: Annotated[int, Field(ge=0, le=10_000)] = 60
    most_per_feed_day: Annotated[int, Field(ge=0, le=100_000)] = 50
    coverage: bool = True


class SmtpSettings(Table):
    """The mail server. The password comes from the environment or from a file of its own, never from this one."""

    host: Annotated[str, AfterValidator(check_host)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Name | None = None
    password_file: FilePath | None = None
    from_address: Annotated[str, AfterValidator(check_address)]
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 20.0
    list_unsubscribe: Annotated[str, AfterValidator(check_unsubscribe)] | None = None
    password: SecretStr | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> "SmtpSettings":
        if self.username and self.security == "none" and not is_loopback(self.host):
            raise ValueError('security: "none" would send the password in clear, use "starttls" or "tls"')
        return self


class DigestSettings(Table):
    """When the digest goes out, in the reader's own local time."""

    at: time = time(7, 0)
    timezone: Annotated[str, AfterValidator(check_zone)] = "UTC"
    when_empty: Literal["skip", "send", "monthly"] = "skip"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


class HealthSettings(Table):
    """When the monitor counts as ill: for `doctor`, the container's health check and the digest's list of feeds."""

    stale_after_s: Seconds = 10800.0
    heartbeat_s: Seconds = 180.0
    feed_failures: Annotated[int, Field(ge=1, le=1000)] = 3
    min_free_mb: Annotated[int, Field(ge=0)] = 200
    listen: Annotated[str, AfterValidator(check_listen)] | None = None
    listen_openly: bool = False
    ping: Annotated[str, AfterValidator(check_ping)] | None = None
    ping_every_s: Annotated[float, Field(ge=1, le=86400)] = 300.0
    alarm: Annotated[tuple[str, ...], AfterValidator(check_command)] = ()

    @model_validator(mode="after")
    def _closed_unless_said_so(self) -> "HealthSettings":
        if self.listen and not self.listen_openly and not is_loopback(split_listen(self.listen)[0]):
            raise ValueError(
                f"listen: {self.listen} can be reached from other machines and asks for no password, "
                "use 127.0.0.1, or add listen_openly = true"
            )
        return self


class RetentionSettings(Table):
    """How long reports are kept after they left their feed. What an alert or a person's mark hangs on stays."""

    reports_days: Annotated[int, Field(ge=0, le=36500)] = 180
    matched_days: Annotated[int, Field(ge=0, le=36500)] = 0
    messages_days: Annotated[int, Field(ge=0, le=36500)] = 180


class BackupSettings(Table):
    """The daemon's own backups, in `backups/` beside the database."""

    every_s: Annotated[float, Field(ge=60, le=366 * 86400)] = 86400.0
    keep: Annotated[int, Field(ge=0, le=1000)] = 7


class DaemonSettings(Table):
    """The daemon's rhythm and how it logs."""

    poll_tick_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    deliver_tick_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    digest_tick_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    maintenance_tick_s: Annotated[float, Field(gt=0, le=7 * 86400)] = 3600.0
    log_format: Literal["text", "json"] = "text"


class RecipientTable(Table):
    """One `[[recipients]]` table: somebody to be told, over one channel."""

    name: Name
    channel: Literal["smtp", "file", "feed", "apprise", "webhook"] = "smtp"
    address: Annotated[str, StringConstraints(max_length=1000), AfterValidator(check_line)]
    alerts: bool = True
    digest: bool = True
    min_severity: Severity = Severity.LOW
    timezone: Annotated[str, AfterValidator(check_zone)] | None = None
    digest_at: time | None = None
    quiet: tuple[time, time] | None = None
    quiet_lets_through: Severity | None = None
    secret: Annotated[str, AfterValidator(check_secret)] | None = None

    @model_validator(mode="after")
    def _quiet_has_an_end(self) -> "RecipientTable":
        if self.quiet and self.quiet[0] == self.quiet[1]:
            raise ValueError("quiet: begins and ends at the same time, write two different times")
        if self.quiet_lets_through and not self.quiet:
            raise ValueError("quiet_lets_through: there is no quiet time, add quiet or leave this out")
        return self


class RuleTable(Table):
    """One `[[rules]]` table: when a match is worth telling, to whom and how loudly. An empty list means all."""

    name: Name
    baselines: Names = ()
    claims: Names = ()
    relations: tuple[Relation, ...] = ()
    entities: Names = ()
    outlets: Names = ()
    feed_tags: Names = ()
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    min_publishers: Annotated[int, Field(ge=1, le=1000)] = 1
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    severity: Severity = Severity.NORMAL
    recipients: Names = ()
    muted_until: AwareDatetime | None = None


# Without a rule of one's own: tell whatever bears on a claim; what is merely related waits for the digest.
DEFAULT_RULE = RuleTable(name="default", relations=(Relation.SUPPORTS, Relation.CONTRADICTS, Relation.UPDATES))


class Settings(Table):
    """The whole configuration. Paths are absolute once loaded from a file."""

    model_config = ConfigDict(populate_by_name=True)

    database: FilePath = Path("monitor.db")
    feeds: FilePath = Path("feeds.toml")
    baselines: tuple[FilePath, ...] = ()
    fetch: FetchSettings = FetchSettings()
    alerts: AlertSettings = AlertSettings()
    smtp: SmtpSettings | None = None
    digest: DigestSettings = DigestSettings()
    health: HealthSettings = HealthSettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    daemon: DaemonSettings = DaemonSettings()
    recipient_tables: tuple[RecipientTable, ...] = Field(default=(), alias="recipients")
    rule_tables: tuple[RuleTable, ...] = Field(default=(DEFAULT_RULE,), alias="rules")
    _source: Path | None = PrivateAttr(default=None)
    _secrets: dict[str, SecretStr] = PrivateAttr(default_factory=dict)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Whom to tell, as the records that the stages use; zone and hour are the digest's where they have no own."""
        return tuple(
            Recipient(
                **table.model_dump(exclude={"secret"})
                | {
                    "timezone": table.timezone or self.digest.timezone,
                    "digest_at": table.digest_at or self.digest.at,
                }
            )
            for table in self.recipient_tables
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What is worth telling, as the records that the stages use."""
        return tuple(Rule(**dict(table)) for table in self.rule_tables)

    @property
    def source(self) -> Path | None:
        """The file these settings came from."""
        return self._source

    def secret(self, reference: str) -> str | None:
        """What `env:NAME` or `file:PATH` stands for; None if it was not there when the configuration was read."""
        found = self._secrets.get(reference)
        return None if found is None else found.get_secret_value()

    def secret_of(self, recipient: str) -> str | None:
        """The key with which messages to this recipient are signed."""
        named = next((table.secret for table in self.recipient_tables if table.name == recipient), None)
        return None if named is None else self.secret(named)
