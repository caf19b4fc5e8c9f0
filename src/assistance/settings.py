"""Every setting in one typed place: from the environment (``ASSISTANCE_…``, ``DATABASE_URL``); secrets are files."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things are and how they are served."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANCE_", extra="ignore", populate_by_name=True)

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """Any PostgreSQL 15 or later; the embedded one when not set."""
    data: Path = Path("var")
    """Folder of the embedded database, keys and files."""
    schema_name: str = Field(
        default="division", validation_alias="ASSISTANCE_SCHEMA", pattern=r"^[a-z_][a-z0-9_]{0,40}$"
    )
    """The division's PostgreSQL schema; one server may hold many divisions."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    origin: str = "assistance.example/division"
    """The log's name in its checkpoints."""
    issuer: str = "assistance-ledger"
    audience: str = "assistance-graphql"
    token_hours: int = Field(default=12, ge=1)

    @property
    def postgres_folder(self) -> Path:
        return self.data / "postgres"

    @property
    def division_key_file(self) -> Path:
        """Wraps every data key; lose it and every name is lost."""
        return self.data / "keys" / "division.key"

    @property
    def erasures_file(self) -> Path:
        """Who was erased for good: beside the keys, since a backup from before would bring them back."""
        return self.data / "keys" / "erased.txt"

    @property
    def log_key_file(self) -> Path:
        """Signs checkpoints."""
        return self.data / "keys" / "log.key"

    @property
    def token_key_file(self) -> Path:
        """Signs access tokens."""
        return self.data / "keys" / "token.key"

    @property
    def files_folder(self) -> Path:
        """Bank files that were written."""
        return self.data / "files"

    @property
    def readings_schema(self) -> str:
        """The schema of the sealed log of readings."""
        return f"{self.schema_name}_readings"
