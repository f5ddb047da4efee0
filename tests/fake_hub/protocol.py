"""The pages of the test's Hub, as huggingface_hub's own source asks for them: who answers which, and what."""

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fake_hub.http import Talk
from tests.fake_hub.repository import Repository, Wrong, errors_in_card, is_lfs, oid, sha256

if TYPE_CHECKING:
    from tests.fake_hub.server import Hub

NAME = r"(?P<id>[\w.-]+/[\w.-]+)"
KIND = r"(?P<kind>model|space)s"
ROUTES: list[tuple[str, re.Pattern, str]] = [
    (method, re.compile(pattern), name)
    for method, pattern, name in [
        ("GET", r"/api/whoami-v2", "whoami"),
        ("POST", r"/api/repos/create", "create"),
        ("POST", r"/api/validate-yaml", "validate"),
        ("GET", rf"/api/{KIND}/{NAME}(/revision/(?P<rev>[^/]+))?", "info"),
        ("GET", rf"/api/{KIND}/{NAME}/tree/(?P<rev>[^/]+)", "tree"),
        ("GET", rf"/api/{KIND}/{NAME}/refs", "refs"),
        ("POST", rf"/api/{KIND}/{NAME}/tag/(?P<rev>[^/]+)", "tag"),
        ("POST", rf"/api/{KIND}/{NAME}/preupload/(?P<rev>[^/]+)", "preupload"),
        ("POST", rf"/api/{KIND}/{NAME}/commit/(?P<rev>[^/]+)", "commit"),
        ("POST", rf"/((?P<kind>space)s/)?{NAME}\.git/info/lfs/objects/batch", "batch"),
        ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", "put_object"),
        ("POST", r"/lfs/verify", "verify"),
        ("GET", rf"(?P<cdn>/cdn)?/((?P<kind>space)s/)?{NAME}/resolve/(?P<rev>[^/]+)/(?P<path>.+)", "file"),
    ]
]
FETCHES = {"info", "tree", "file"}  # what a fault spoils


class Request(Talk):
    """One request: found in ROUTES, answered by the method of that name."""

    @property
    def hub(self) -> "Hub":
        return self.server.hub

    def answer(self) -> None:
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        self.hub.requests.append((self.command, unquote(url.path)))
        wanted = "GET" if self.command == "HEAD" else self.command
        for method, pattern, name in ROUTES:
            if method == wanted and (match := pattern.fullmatch(url.path)):
                self.parts = {key: unquote(value) if value else value for key, value in match.groupdict().items()}
                try:
                    if name in FETCHES and self.spoilt(name):
                        return
                    getattr(self, name)()
                except Wrong as wrong:
                    self.refuse(wrong)
                return
        self.refuse(Wrong(404, "no such page"))

    def spoilt(self, name: str) -> bool:
        """Whether the fault, where there is one, has answered instead."""
        fault = self.hub.fault
        if isinstance(fault, str):
            from tests.fake_hub.faults import FAULTS  # here: that module builds on this one

            fault = FAULTS[fault].act
        return fault is not None and bool(fault(self, name))

    def given_token(self) -> str | None:
        """The token of the request, None where it has none; a token that nobody has is refused."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        if token not in (None, self.hub.token, self.hub.read_only_token):
            raise Wrong(401, "Invalid credentials in Authorization header")
        return token

    def check_may_write(self, repo_id: str) -> None:
        token = self.given_token()
        if token is None:
            raise Wrong(401, "Invalid username or password.")
        if token == self.hub.read_only_token:
            raise Wrong(403, "This token has no write permission: it is read-only")
        if repo_id.split("/")[0] != self.hub.user:
            raise Wrong(403, f"You don't have the rights to write under the namespace {repo_id.split('/')[0]}")

    def repository(self, write: bool = False) -> Repository:
        token = self.given_token()
        repository = self.hub.repositories.get((self.parts.get("kind") or "model", self.parts["id"]))
        open_to_all = repository is not None and not repository.private
        if repository is None or not (open_to_all or token or self.parts.get("cdn")):
            # The real one does not tell a stranger whether a repository is private or missing.
            raise Wrong(404 if token else 401, "Repository not found", "RepoNotFound")
        if write:
            self.check_may_write(self.parts["id"])
        return repository

    def commit_of(self, repository: Repository) -> dict:
        return repository.at(self.parts.get("rev") or "main")

    def whoami(self) -> None:
        token = self.given_token()
        if token is None:
            raise Wrong(401, "Invalid username or password.")
        role = "write" if token == self.hub.token else "read"
        access = {"type": "access_token", "accessToken": {"displayName": "test", "role": role}}
        self.send_json({"type": "user", "name": self.hub.user, "fullname": self.hub.user, "orgs": [], "auth": access})

    def create(self) -> None:
        asked = json.loads(self.body)
        repo_id = f"{asked.get('organization') or self.hub.user}/{asked['name']}"
        self.check_may_write(repo_id)
        kind = asked.get("type") or "model"
        url = f"{self.hub.url}/{'spaces/' if kind == 'space' else ''}{repo_id}"
        if (kind, repo_id) in self.hub.repositories:
            raise Wrong(409, f"You already created this {kind} repo", url=url)
        if kind == "space" and asked.get("sdk") not in ("gradio", "docker", "static"):
            raise Wrong(400, "a Space needs an sdk")
        private = asked.get("visibility") == "private"
        repository = self.hub.repositories[kind, repo_id] = Repository(kind, repo_id, private, asked.get("sdk"))
        repository.commit(
            {".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"}, [], "initial commit"
        )
        self.send_json({"url": url, "name": repo_id, "id": repo_id})

    def validate(self) -> None:
        asked = json.loads(self.body)
        errors, warnings = errors_in_card(asked["content"], asked["repoType"])
        answer = {
            kind: [{"message": text} for text in texts] for kind, texts in (("errors", errors), ("warnings", warnings))
        }
        self.send_json(answer, 400 if errors else 200)

    def info(self) -> None:
        repository = self.repository()
        self.send_json(repository.info(self.commit_of(repository), blobs="blobs" in self.query))

    def tree(self) -> None:
        repository = self.repository()
        self.send_json(repository.tree(self.commit_of(repository), recursive=self.query.get("recursive") == ["true"]))

    def refs(self) -> None:
        repository = self.repository()
        self.send_json(
            {
                "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head["sha"]}],
                "converts": [],
                "tags": [
                    {"name": name, "ref": f"refs/tags/{name}", "targetCommit": sha}
                    for name, sha in repository.tags.items()
                ],
            }
        )

    def tag(self) -> None:
        repository = self.repository(write=True)
        name = json.loads(self.body)["tag"]
        if name in repository.tags:
            raise Wrong(409, f"Tag reference {name} already exists")
        repository.tags[name] = self.commit_of(repository)["sha"]
        self.send_json({})

    def preupload(self) -> None:
        files = self.commit_of(self.repository(write=True))["files"]
        answer = []
        for file in json.loads(self.body)["files"]:
            path = file["path"]
            mode = "lfs" if is_lfs(path, file["size"]) else "regular"
            # The oid of what is there already: by it the client leaves out what has not changed.
            there = {"oid": oid(path, files[path])} if path in files else {}
            answer.append({"path": path, "uploadMode": mode, "shouldIgnore": False, **there})
        self.send_json({"files": answer})

    def commit(self) -> None:
        repository = self.repository(write=True)
        lines = [json.loads(line) for line in self.body.splitlines()]
        sha = repository.commit_lines(lines, self.hub.objects)
        prefix = "spaces/" if repository.kind == "space" else ""
        url = f"{self.hub.url}/{prefix}{repository.repo_id}/commit/{sha}"
        self.send_json({"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})

    def batch(self) -> None:
        self.repository(write=True)
        objects = []
        for wanted in json.loads(self.body)["objects"]:
            if wanted["oid"] not in self.hub.objects:
                upload = {"href": f"{self.hub.url}/lfs/{wanted['oid']}", "header": {}}
                verify = {"href": f"{self.hub.url}/lfs/verify", "header": {}}
                wanted = {**wanted, "authenticated": True, "actions": {"upload": upload, "verify": verify}}
            objects.append(wanted)
        self.send_json({"transfer": "basic", "objects": objects})

    def put_object(self) -> None:  # the address is its own permission, as on S3
        if sha256(self.body) != self.parts["oid"]:
            raise Wrong(400, "the content is not what the address says")
        self.hub.objects[self.parts["oid"]] = self.body
        self.send(b"")

    def verify(self) -> None:
        asked = json.loads(self.body)
        if len(self.hub.objects.get(asked["oid"], b"")) != asked["size"]:
            raise Wrong(404, "no such object")
        self.send_json({})

    def file(self) -> None:
        repository = self.repository()
        commit = self.commit_of(repository)
        if self.parts["path"] not in commit["files"]:
            raise Wrong(404, "Entry not found", "EntryNotFound")
        path, content = self.parts["path"], commit["files"][self.parts["path"]]
        if self.parts["cdn"] or not is_lfs(path, len(content)):
            return self.send_file(path, content, commit["sha"])
        # What lies in LFS the real one serves from another host, which sees no token: the address is the permission.
        headers = {
            "X_Linked_Etag": f'"{sha256(content)}"',
            "X_Linked_Size": len(content),
            "X_Repo_Commit": commit["sha"],
        }
        there = f"http://localhost:{self.server.server_address[1]}/cdn{self.path}"
        return self.send(b"", 302, Location=there, ETag='W/"2d-eZbc/+x"', **headers)

    def send_file(
        self, path: str, content: bytes, sha: str, claim: bytes | None = None, size: int | None = None
    ) -> None:
        """A file with the headers that the client wants: the hash of `claim`, and `size` as its length."""
        claim, size = content if claim is None else claim, len(content) if size is None else size
        headers = {"ETag": f'"{oid(path, claim)}"', "X_Repo_Commit": sha, "Accept_Ranges": "bytes"}
        if is_lfs(path, size):
            headers |= {"X_Linked_Etag": f'"{oid(path, claim)}"', "X_Linked_Size": size}
        if asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or ""):
            start = int(asked[1])
            headers["Content_Range"] = f"bytes {start}-{size - 1}/{size}"
            return self.send(content[start:], 206, **{**headers, "Content_Length": size - start})
        return self.send(content, **{**headers, "Content_Length": size})
