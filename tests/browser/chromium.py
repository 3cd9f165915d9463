"""A Chromium without a window, asked by its DevTools protocol through a pipe: https://chromedevtools.github.io/devtools-protocol/"""

import base64
import json
import os
import pathlib
import subprocess
import tempfile


class Chromium:
    """Shows one page at a time; remembers what the page asked for and complained of."""

    def __init__(self, program="chromium"):
        self._profile = tempfile.TemporaryDirectory(prefix="vfioscope-chromium-")
        to_read, self._to = os.pipe()
        self._from, from_write = os.pipe()
        # The protocol's descriptors are 3 and 4, whatever the numbers here.
        script = f'exec "$@" 3<&{to_read} 4>&{from_write}'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "chromium", program, "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={self._profile.name}", "about:blank"],
            pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self._buffer, self._id, self._session = b"", 0, None
        self.complaints, self.requests = [], []
        target = next(t for t in self._call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()

    def open(self, path, width=1280, height=900, scheme="light", media="screen"):
        """Shows a file, and waits until it is there."""
        self.complaints, self.requests = [], []
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        while self.ask("document.readyState") != "complete":
            pass

    def ask(self, script):
        """The value of an expression on the page."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press_tab(self):
        for kind in ("rawKeyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)

    def picture(self, path):
        """The whole page as PNG."""
        picture = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))

    def pdf(self):
        """The page as it is printed."""
        return base64.b64decode(self._call("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"])

    def _call(self, method, **parameters):
        self._id += 1
        message = {"id": self._id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._id:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._happened(answer)

    def _happened(self, event):
        what, of = event.get("method"), event.get("params", {})
        if what == "Network.requestWillBeSent":
            self.requests.append(of["request"]["url"])
        elif what == "Log.entryAdded":
            self.complaints.append(of["entry"]["text"])
        elif what in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(of))

    def _read(self):
        while b"\0" not in self._buffer:
            data = os.read(self._from, 1 << 16)
            if not data:
                raise AssertionError("Chromium has ended: is it installed? (./setup.sh browser)")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)
