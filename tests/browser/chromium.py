"""A real headless Chromium, driven through its DevTools port; names are blocked, so a page that asks the network is caught."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websocket

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--remote-allow-origins=*", "--remote-debugging-port=0",
]  # fmt: skip


@dataclass
class Tab:
    """One tab: commands out, what the page asked for and complained about in."""

    socket: websocket.WebSocket
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    opened: tuple[Any, ...] = ()
    _count: int = 0

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        self.socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self._note(message)
            if message.get("id") == self._count:
                assert "error" not in message, message
                return message["result"]

    def _note(self, message: dict[str, Any]) -> None:
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent" and not parameters["request"]["url"].startswith(("data:", "blob:", "file:")):
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"])[:500])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(parameters["args"])[:500])

    def run(self, expression: str) -> Any:
        """Value of a JavaScript expression; promises are awaited."""
        result = self.command("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, expression: str, seconds: float = 90.0) -> Any:
        """The value of the expression once it is true."""
        end = time.monotonic() + seconds
        while not (value := self.run(expression)):
            assert time.monotonic() < end, f"{expression} did not come true in {seconds} s; complaints: {self.complaints}"
            time.sleep(0.05)
        return value

    def open(self, path: Path, *, width: int = 900, height: int = 600, dark: bool = False, anew: bool = True) -> None:
        """Load a page and wait for its player; unless `anew`, a page that is there already stays as it is."""
        wanted = (path, width, height, dark)
        if self.opened == wanted and not anew:
            return
        self.opened = wanted
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self.command("Page.navigate", url=path.resolve().as_uri())
        self.wait("document.readyState === 'complete' && window.twinPlayer && window.twinPlayer.drawn > 0")

    def key(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key)

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def click_on(self, selector: str) -> None:
        """A real click in the middle of the first element that matches."""
        place = "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]"
        self.click(*self.run(f"(e => {{ {place} }})(document.querySelector({json.dumps(selector)}))"))

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        more: dict[str, Any] = {}
        if whole:
            size = self.command("Page.getLayoutMetrics")["cssContentSize"]
            more = {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot", **more)["data"]))


@contextmanager
def chromium() -> Iterator[Tab]:
    """A browser with an empty profile on a free loopback port; gone, profile included, at the end."""
    assert PROGRAM, "no Chromium on this machine"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield _connect(Path(profile))
        finally:
            process.terminate()
            process.wait(timeout=20)


def _connect(profile: Path) -> Tab:
    """The browser writes its port into its profile when it listens."""
    from urllib.request import urlopen

    end = time.monotonic() + 30
    while True:
        try:
            port = (profile / "DevToolsActivePort").read_text().split()[0]
            pages = json.load(urlopen(f"http://127.0.0.1:{port}/json", timeout=5))
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            break
        except (OSError, IndexError, StopIteration):
            assert time.monotonic() < end, "Chromium did not come up in 30 s"
            time.sleep(0.1)
    tab = Tab(websocket.create_connection(address, timeout=120, max_size=None))
    for domain in ("Page", "Network", "Runtime", "Log"):
        tab.command(f"{domain}.enable")
    return tab
