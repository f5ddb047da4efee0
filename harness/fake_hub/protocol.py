"""The fake Hub's endpoints: those that the source of huggingface_hub requests, and what it expects of them."""

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from harness.fake_hub.http import BaseRequest
from harness.fake_hub.repository import HttpError, Repository, errors_in_card, is_lfs, oid, sha256

if TYPE_CHECKING:
    from harness.fake_hub.server import Hub

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
READS = {"info", "tree", "file"}  # the endpoints that `hub.fault` applies to


class Request(BaseRequest):
    """One request; ROUTES names the method that responds to it."""

    hub: "Hub"  # set by the Hub, in a class of its own

    def respond(self) -> None:
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        self.hub.requests.append((self.command, unquote(url.path)))
        expected = "GET" if self.command == "HEAD" else self.command
        for method, pattern, name in ROUTES:
            if method == expected and (match := pattern.fullmatch(url.path)):
                self.parts = {key: unquote(value) if value else value for key, value in match.groupdict().items()}
                try:
                    if name in READS and self.hub.fault and self.hub.fault(self, name):
                        return
                    getattr(self, name)()
                except HttpError as error:
                    self.send_http_error(error)
                return
        self.send_http_error(HttpError(404, "no such page"))

    def given_token(self) -> str | None:
        """The token of the request, or None if it has none. Raises HttpError if the token is unknown."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        if token not in (None, self.hub.token, self.hub.read_only_token):
            raise HttpError(401, "Invalid credentials in Authorization header")
        return token

    def check_may_write(self, repo_id: str) -> None:
        token = self.given_token()
        if token is None:
            raise HttpError(401, "Invalid username or password.")
        if token == self.hub.read_only_token:
            raise HttpError(403, "This token has no write permission: it is read-only")
        if repo_id.split("/")[0] != self.hub.user:
            raise HttpError(403, f"You don't have the rights to write under the namespace {repo_id.split('/')[0]}")

    def repository(self, write: bool = False) -> Repository:
        token = self.given_token()
        repository = self.hub.repositories.get((self.parts.get("kind") or "model", self.parts["id"]))
        public = repository is not None and not repository.private
        if repository is None or not (public or token or self.parts.get("cdn")):
            # Like the real Hub, which does not reveal whether a repository is private or missing.
            raise HttpError(404 if token else 401, "Repository not found", "RepoNotFound")
        if write:
            self.check_may_write(self.parts["id"])
        return repository

    def commit_of(self, repository: Repository) -> dict:
        return repository.commit_at(self.parts.get("rev") or "main")

    def whoami(self) -> None:
        token = self.given_token()
        if token is None:
            raise HttpError(401, "Invalid username or password.")
        role = "write" if token == self.hub.token else "read"
        access = {"type": "access_token", "accessToken": {"displayName": "test", "role": role}}
        self.send_json({"type": "user", "name": self.hub.user, "fullname": self.hub.user, "orgs": [], "auth": access})

    def create(self) -> None:
        options = json.loads(self.body)
        repo_id = f"{options.get('organization') or self.hub.user}/{options['name']}"
        self.check_may_write(repo_id)
        kind = options.get("type") or "model"
        url = f"{self.hub.url}/{'spaces/' if kind == 'space' else ''}{repo_id}"
        if (kind, repo_id) in self.hub.repositories:
            raise HttpError(409, f"You already created this {kind} repo", url=url)
        if kind == "space" and options.get("sdk") not in ("gradio", "docker", "static"):
            raise HttpError(400, "a Space needs an sdk")
        private = options.get("visibility") == "private"
        repository = self.hub.repositories[kind, repo_id] = Repository(kind, repo_id, private, options.get("sdk"))
        repository.hardware = options.get("hardware")
        repository.commit(
            {".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"}, [], "initial commit"
        )
        self.send_json({"url": url, "name": repo_id, "id": repo_id})

    def validate(self) -> None:
        options = json.loads(self.body)
        errors, warnings = errors_in_card(options["content"], options["repoType"])
        response = {
            kind: [{"message": text} for text in texts] for kind, texts in (("errors", errors), ("warnings", warnings))
        }
        self.send_json(response, 400 if errors else 200)

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
            raise HttpError(409, f"Tag reference {name} already exists")
        repository.tags[name] = self.commit_of(repository)["sha"]
        self.send_json({})

    def preupload(self) -> None:
        files = self.commit_of(self.repository(write=True))["files"]
        described = []
        for file in json.loads(self.body)["files"]:
            path = file["path"]
            mode = "lfs" if is_lfs(path, file["size"]) else "regular"
            # The oid of the current file, by which the client skips files that have not changed.
            current = {"oid": oid(path, files[path])} if path in files else {}
            described.append({"path": path, "uploadMode": mode, "shouldIgnore": False, **current})
        self.send_json({"files": described})

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
        for item in json.loads(self.body)["objects"]:
            if item["oid"] not in self.hub.objects:
                upload = {"href": f"{self.hub.url}/lfs/{item['oid']}", "header": {}}
                verify = {"href": f"{self.hub.url}/lfs/verify", "header": {}}
                item = {**item, "authenticated": True, "actions": {"upload": upload, "verify": verify}}
            objects.append(item)
        self.send_json({"transfer": "basic", "objects": objects})

    def put_object(self) -> None:  # needs no token: the URL is the permission, as on S3
        if sha256(self.body) != self.parts["oid"]:
            raise HttpError(400, "the content does not have the hash in the URL")
        self.hub.objects[self.parts["oid"]] = self.body
        self.send(b"")

    def verify(self) -> None:
        options = json.loads(self.body)
        if len(self.hub.objects.get(options["oid"], b"")) != options["size"]:
            raise HttpError(404, "no such object")
        self.send_json({})

    def file(self) -> None:
        repository = self.repository()
        commit = self.commit_of(repository)
        if self.parts["path"] not in commit["files"]:
            raise HttpError(404, "Entry not found", "EntryNotFound")
        path, content = self.parts["path"], commit["files"][self.parts["path"]]
        if self.parts["cdn"] or not is_lfs(path, len(content)):
            return self.send_file(path, content, commit["sha"])
        # The real Hub serves LFS files from another host, without a token: the URL is the permission.
        headers = {
            "X_Linked_Etag": f'"{sha256(content)}"',
            "X_Linked_Size": len(content),
            "X_Repo_Commit": commit["sha"],
        }
        location = f"http://localhost:{self.hub.server.server_port}/cdn{self.path}"
        return self.send(b"", 302, Location=location, ETag='W/"2d-eZbc/+x"', **headers)

    def send_file(
        self, path: str, content: bytes, sha: str, claim: bytes | None = None, size: int | None = None
    ) -> None:
        """Send a file with the headers that the client expects: the hash of `claim`, and `size` as its length."""
        claim, size = content if claim is None else claim, len(content) if size is None else size
        headers = {"ETag": f'"{oid(path, claim)}"', "X_Repo_Commit": sha, "Accept_Ranges": "bytes"}
        if is_lfs(path, size):
            headers |= {"X_Linked_Etag": f'"{oid(path, claim)}"', "X_Linked_Size": size}
        if requested := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or ""):
            start = int(requested[1])
            headers["Content_Range"] = f"bytes {start}-{size - 1}/{size}"
            return self.send(content[start:], 206, **{**headers, "Content_Length": size - start})
        return self.send(content, **{**headers, "Content_Length": size})
