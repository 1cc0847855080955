"""One tab of a Chromium that is spoken to over its own pipe.

Playwright watches the network of every page, and a page that is watched keeps a hundred megabytes of what came in: its memory says nothing
about the product. Here nobody watches. The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from itertools import count
from types import TracebackType
from typing import Any, Self

_KEYS = {"Enter": (13, "\r"), "Escape": (27, "")}
_CONTROL = 2


def _become(here: int, there: int) -> None:
    """In the new process: the browser reads its commands at 3 and answers at 4."""
    here, there = fcntl.fcntl(here, fcntl.F_DUPFD, 10), fcntl.fcntl(there, fcntl.F_DUPFD, 10)
    os.dup2(here, 3)
    os.dup2(there, 4)


class Tab:
    """A browser with one page. A context manager."""

    def __init__(self, chromium: str, width: int = 1440, height: int = 900) -> None:
        self._profile = tempfile.mkdtemp(prefix="ascolto-tab-")
        here, to_browser = os.pipe()
        from_browser, there = os.pipe()
        wanted = (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-pipe",
            f"--window-size={width},{height}",
            f"--user-data-dir={self._profile}",
            "about:blank",
        )
        self._process = subprocess.Popen(
            [chromium, *wanted],
            stderr=subprocess.DEVNULL,
            pass_fds=(3, 4),
            preexec_fn=lambda: _become(here, there),
        )
        os.close(here)
        os.close(there)
        self._to, self._from = os.fdopen(to_browser, "wb", 0), os.fdopen(from_browser, "rb")
        self._numbers, self._rest = count(1), b""
        target = self.browser("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.browser("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.say("Performance.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._to.close()
        self._from.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def browser(self, method: str, **params: Any) -> dict[str, Any]:
        """A command to the browser; its result. Raises RuntimeError when it is refused."""
        return self._ask({"method": method, "params": params})

    def say(self, method: str, **params: Any) -> dict[str, Any]:
        """A command to the page; its result."""
        return self._ask({"method": method, "params": params, "sessionId": self._session})

    def evaluate(self, expression: str) -> Any:
        """What an expression is in the page, once it is settled."""
        told = self.say("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']}")
        return told["result"].get("value")

    def wait(self, expression: str, within: float = 60.0) -> None:
        """Until an expression is true in the page. Raises TimeoutError."""
        end = time.monotonic() + within
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.02)

    def press(self, key: str, *, control: bool = False) -> None:
        """A key down and up again."""
        code, text = _KEYS.get(key, (ord(key.upper()[0]), key))
        said: dict[str, Any] = {
            "key": key,
            "windowsVirtualKeyCode": code,
            "modifiers": _CONTROL if control else 0,
        }
        written = {} if control or not text else {"text": text}
        self.say("Input.dispatchKeyEvent", type="keyDown", **said, **written)
        self.say("Input.dispatchKeyEvent", type="keyUp", **said)

    def write(self, text: str) -> None:
        """Text into the field that has the focus."""
        self.say("Input.insertText", text=text)

    def open(self, address: str, cookie: tuple[str, str] | None = None) -> None:
        """Go there and wait until everything has come."""
        if cookie:
            self.browser(
                "Storage.setCookies", cookies=[{"name": cookie[0], "value": cookie[1], "url": address}]
            )
        self.say("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def renderers(self) -> list[int]:
        """The processes that draw pages."""
        found = self.browser("SystemInfo.getProcessInfo")["processInfo"]
        return [one["id"] for one in found if one["type"] == "renderer"]

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._to.write(json.dumps({"id": number, **asked}).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                more = os.read(self._from.fileno(), 1 << 16)
                if not more:
                    raise RuntimeError("the browser is gone")
                self._rest += more
            frame, _, self._rest = self._rest.partition(b"\0")
            told = json.loads(frame)
            if told.get("id") == number:
                if "error" in told:
                    raise RuntimeError(f"{asked['method']}: {told['error']}")
                return dict(told["result"])
