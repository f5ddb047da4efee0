"""`deploy/`: nginx in front of two replicas of the page, as on a school's own server, and the files that start them."""

import contextlib
import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import httpx
import pytest
import yaml
from gradio_client import Client, handle_file

from harness import ROOT
from harness.browser import Visitor
from harness.drawings import EXAMPLES, draw, encoded
from harness.programs import find
from harness.servers import free_port
from harness.services import DEPLOY, ROOT_PATH, Replica, check, configure, nginx, replicas
from lenet.page.gate import JSON_LIMIT, UPLOAD_LIMIT
from lenet.page.payload import MAX_BYTES
from lenet.weights.model import bundled
from tests.processes import Forked, serve

PEOPLE = 60  # in a classroom behind one address
NGINX, DOCKERFILE = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Dockerfile").read_text()
COMPOSE, UNIT = yaml.safe_load((DEPLOY / "compose.yaml").read_text()), (DEPLOY / "lenet-page@.service").read_text()
STROKE = encoded(draw(EXAMPLES[7]["strokes"]))
PNG = {"Content-Type": "image/png"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("deploy")


class ForkedReplica(Replica):
    """A replica forked from a process that has imported Gradio and PyTorch already."""

    def __init__(self, port: int, folder: Path, fork: Callable[..., Forked]):
        super().__init__(port, folder)
        self._fork = fork

    def start(self, *options: str) -> None:
        arguments = ("--host", "127.0.0.1", "--port", self.port, *options)
        self._process = self._fork(serve, arguments, **self.environment)
        self.log = self._process.files[1]


@pytest.fixture(scope="module")
def pair(folder, fork):
    """Two replicas that log their requests."""
    with replicas(folder, "--log-json", kind=partial(ForkedReplica, fork=fork)) as found:
        yield found


@pytest.fixture(scope="module")
def ports(pair) -> tuple[int, ...]:
    return tuple(replica.port for replica in pair)


@pytest.fixture(scope="module")
def site(folder, ports):
    """The URL of the page behind nginx, as shipped."""
    with nginx(folder / "nginx", ports) as port:
        yield f"http://127.0.0.1:{port}{ROOT_PATH}"


PREFIX = ROOT_PATH.encode()


def read(client: httpx.Client) -> int:
    """The status of a reading; the digit must be right. Raises httpx.HTTPError."""
    response = client.post("/read", content=STROKE, headers=PNG)
    assert response.status_code != 200 or response.json()["digit"] == 7
    return response.status_code


def client_of(url: str, address: str = "127.0.0.1") -> httpx.Client:
    """A visitor with this address."""
    return httpx.Client(base_url=url, timeout=30, transport=httpx.HTTPTransport(local_address=address))


def bursts() -> dict[str, int]:
    """How many requests at once one address may send to each location."""
    return {path: int(burst) for path, burst in re.findall(r"location (?:= )?(\S+) \{[^}]*?burst=(\d+)", NGINX)}


def test_a_drawing_is_checked_below_the_path_and_a_class_may_load_the_page(site, chromium):
    """In the browser; sixty times the requests of the first load are within the limits of one address."""
    page = chromium.new_page()
    asked, failed = [], []
    page.on("request", lambda request: asked.append(httpx.URL(request.url).path))
    page.on("response", lambda response: response.status >= 400 and failed.append(response.url))
    visitor = Visitor(page, f"{site}/")
    api = [path for path in asked if path.startswith(f"{ROOT_PATH}/gradio_api/")]
    limits = bursts()
    assert len(asked) > 10
    assert PEOPLE * len(api) <= limits["/lenet/gradio_api/"]
    assert PEOPLE * (len(asked) - len(api)) <= limits["/lenet/"]
    assert limits["/lenet/read"] >= 2 * PEOPLE
    visitor.draw([stroke[::5] for stroke in EXAMPLES[3]["strokes"]])
    assert visitor.digit() == "3"
    page.locator(".check", has_text="Checked with PyTorch on the server.").wait_for()
    assert failed == []
    page.close()


def test_predict_stays_with_one_replica(site, tmp_path):
    """The upload, the call and its result reach the same process each time."""
    draw(EXAMPLES[5]["strokes"]).save(tmp_path / "digit.png")
    client = Client(f"{site}/", verbose=False)
    for _ in range(4):
        assert client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")["digit"] == 5


def test_readings_are_divided_and_text_is_compressed(site, pair):
    """Both replicas read; the HTML is compressed by nginx; no version is shown; the path without its slash leads on."""
    before = [replica.log.read_text().count('"/read"') for replica in pair]
    with client_of(site) as client:
        assert [read(client) for _ in range(10)] == [200] * 10
        html = client.get("/")
        assert html.headers["Content-Encoding"] == "gzip"
        assert html.headers["Server"] == "nginx"
        moved = client.get(site)
    counts = [replica.log.read_text().count('"/read"') for replica in pair]
    assert all(count > start for count, start in zip(counts, before, strict=True))
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{ROOT_PATH}/")


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/read", MAX_BYTES), ("/gradio_api/upload", UPLOAD_LIMIT), ("/gradio_api/queue/join", JSON_LIMIT)],
)
def test_a_long_body_is_refused_before_it_is_sent(site, path, limit):
    """With the limits of the page itself: one byte less is its own business."""
    url = httpx.URL(site + path)
    for length, refused in ((limit, False), (limit + 1, True)):
        connection = http.client.HTTPConnection(url.host, url.port, timeout=30 if refused else 0.3)
        connection.putrequest("POST", url.path)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        if refused:
            assert connection.getresponse().status == 413
        else:
            with pytest.raises(TimeoutError):  # it waits for the body
                connection.getresponse()
        connection.close()


def test_each_address_has_its_own_limits(folder, ports):
    """Of requests and of connections, here with small figures; another address is not affected."""
    changes = {
        "zone=read:4m rate=60r/s": "zone=read:4m rate=1r/m",
        "burst=240": "burst=4",
        "connections 480": "connections 2",
    }
    with nginx(folder / "limited", ports, changes) as port, contextlib.ExitStack() as stack:
        one, other = (client_of(f"http://127.0.0.1:{port}{ROOT_PATH}", f"127.0.0.{n}") for n in (2, 3))
        for client in (one, other):
            stack.enter_context(client)
        assert [read(one) for _ in range(6)] == [200] * 5 + [429]
        assert read(other) == 200
        for _ in range(4):  # requests under way: half a drawing each; the last one above may still count as one
            waiting = socket.create_connection(("127.0.0.1", port), 10, ("127.0.0.2", 0))
            stack.enter_context(contextlib.closing(waiting))
            waiting.sendall(b"POST %s/gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf" % PREFIX)
            time.sleep(0.1)
        assert one.get("/healthz").status_code == 429
        assert other.get("/healthz").status_code == 200


def test_at_the_root_of_the_server(folder, ports):
    """With "/" for "/lenet/" in nginx.conf."""
    with nginx(folder / "root", ports, {"/lenet/": "/"}) as port, client_of(f"http://127.0.0.1:{port}") as client:
        assert read(client) == 200
        assert client.get("/healthz").json()["status"] == "ok"


def test_a_replica_that_does_not_respond_is_replaced(site, pair):
    """A stopped process still accepts connections; the other one reads its drawings, within the page's five seconds."""
    pair[0].process.send_signal(signal.SIGSTOP)
    try:
        with client_of(site) as client:
            assert [read(client) for _ in range(2)] == [200, 200]
    finally:
        pair[0].process.send_signal(signal.SIGCONT)


def test_an_update_is_not_noticed(site, pair):
    """A replica ends and starts with other weights: each drawing is read, and the files of both are found."""

    def update() -> int:
        code = pair[0].stop()
        pair[0].start("--model", str(bundled("original")))
        pair[0].wait()
        return code

    old = pair[0].network()
    statuses = []
    with client_of(site) as client, ThreadPoolExecutor(1) as pool:
        updated = pool.submit(update)
        while not updated.done() and len(statuses) < 2000:
            statuses.append(read(client))
            time.sleep(0.05)
        assert updated.result() == 0
        new = pair[0].network()
        assert new != old
        files, end = [], time.monotonic() + 20
        while files != [200] * 12 and time.monotonic() < end:  # until nginx, after its fail_timeout, tries it again
            files = [client.get(f"{network}/model.safetensors").status_code for network in [old] * 6 + [new] * 6]
            time.sleep(0.1)
    assert len(statuses) > 5
    assert set(statuses) == {200}
    assert files == [200] * 12


def test_a_replica_is_killed_and_no_drawing_is_lost(site, pair):
    """SIGKILL after 30 of 100 readings by four visitors: all of them are answered.

    A response that is cut off in the middle, which nginx cannot repeat, is asked for again, as the page does.
    """

    def read_as_the_page_does(client: httpx.Client) -> int:
        try:
            return read(client)
        except httpx.RemoteProtocolError:
            return read(client)

    with client_of(site) as client, ThreadPoolExecutor(4) as pool:
        readings = [pool.submit(read_as_the_page_does, client) for _ in range(100)]
        statuses = []
        for reading in as_completed(readings):
            statuses.append(reading.result())
            if len(statuses) == 30:
                pair[1].kill()
    assert statuses == [200] * 100


def test_nginx_accepts_both_lists_of_replicas(tmp_path):
    """That of systemd's, and that of compose.yaml, whose addresses are those of the containers."""
    contained = COMPOSE["configs"]["replicas"]["content"]
    given = [COMPOSE["services"][name]["networks"]["inner"]["ipv4_address"] for name in ("one", "two")]
    assert re.findall(r"server ([\d.]+):7860 ", contained) == given
    for text in ((DEPLOY / "replicas.conf").read_text(), contained):
        done = check(configure(tmp_path, free_port(), text))
        assert done.returncode == 0, done.stderr
    assert check(configure(tmp_path, free_port(), "server nowhere.invalid;")).returncode == 1


def test_systemd_accepts_the_unit(tmp_path):
    """With the project's folder for /opt/lenet; `systemd-analyze verify` prints nothing."""
    unit = tmp_path / "lenet-page@.service"
    unit.write_text(UNIT.replace("/opt/lenet/.venv/bin/python", sys.executable).replace("/opt/lenet", str(ROOT)))
    command = [find("systemd-analyze") or "systemd-analyze", "verify", unit]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_linters_accept_the_dockerfile_and_the_compose_file():
    """hadolint without exceptions, and the schema of the Compose specification."""
    hadolint = [Path(sys.executable).parent / "hadolint", DEPLOY / "Dockerfile"]
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    for command in (hadolint, [*schema, DEPLOY / "compose.yaml"]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
