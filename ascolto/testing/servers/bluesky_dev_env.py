"""Bluesky's own development servers, for an optional run: docs/howto/bluesky-dev-env.md says how to install them.

They need Node 20, a folder with @atproto/dev-env (named by ASCOLTO_TEST_BLUESKY), PostgreSQL and redis-server. The chat is not
among them: its server is not free.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ascolto.testing.postgres import Cluster, NoPostgres, create_database, die_with_parent
from ascolto.testing.servers import RunningServer, ServerMissing, free_port


class BlueskyDevEnv(RunningServer):
    """A network with the accounts telvia.test, giulia.test and paolo.test."""

    name = "bluesky-dev-env"

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, dict[str, str]] = {}
        self.service = ""
        self._cluster: Cluster | None = None
        self._redis: subprocess.Popen[bytes] | None = None

    def prepare(self) -> Sequence[str | Path]:
        place = os.environ.get("ASCOLTO_TEST_BLUESKY", "")
        if not (Path(place) / "node_modules" / "@atproto" / "dev-env").is_dir() or not place:
            raise ServerMissing("ASCOLTO_TEST_BLUESKY names no folder in which @atproto/dev-env is installed")
        node, redis = shutil.which("node"), shutil.which("redis-server")
        if node is None or redis is None:
            raise ServerMissing(f"{'node' if node is None else 'redis-server'} is not installed")
        try:
            self._cluster = Cluster()
        except NoPostgres as reason:
            raise ServerMissing(str(reason)) from reason
        create_database(self._cluster.url(), "bluesky")
        redis_port = free_port()
        self._redis = subprocess.Popen(
            [
                redis,
                "--port",
                str(redis_port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(self.folder),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
            process_group=0,
        )
        database = f"postgresql://ascolto@localhost/bluesky?host={self._cluster.folder}"
        variables = {
            "BLUESKY_DEV_ENV": place,
            "DB_POSTGRES_URL": database,
            "REDIS_HOST": f"127.0.0.1:{redis_port}",
            "LOG_ENABLED": "false",
        }
        said = [f"{name}={value}" for name, value in variables.items()]
        return ["env", *said, node, Path(__file__).with_suffix(".mjs")]

    def is_ready(self) -> bool:
        for line in self.output().splitlines():
            if line.startswith('{"service"'):
                told: dict[str, Any] = json.loads(line)
                self.service, self.accounts = told["service"], told["accounts"]
                return True
        return False

    def stop(self) -> None:
        super().stop()
        if self._redis is not None:
            self._redis.terminate()
            self._redis.wait()
            self._redis = None
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox for Telvia's account, without direct messages."""
        us = self.accounts["telvia"]
        known = {"identifier": us["handle"], "app_password": us["password"], "service": self.service}
        return {**known, "direct_messages": "no"}
