"""A repository on the fake Hub: its commits, tags and files, and the JSON that describes them."""

import base64
import hashlib
import time

import yaml

LFS = (".safetensors", ".onnx", ".png", ".jpg", ".bin", ".pt", ".pkl", ".zip", ".gz")
LFS_THRESHOLD = 10_000_000  # bytes; the real Hub stores larger text files in LFS, too
COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
REQUIRED = {"space": ("sdk",), "model": ()}


class HttpError(Exception):
    """An error response; `code` is the Hub's X-Error-Code, `details` are further fields of the JSON."""

    def __init__(self, status: int, message: str, code: str | None = None, **details):
        super().__init__(message)
        self.status, self.message, self.code, self.details = status, message, code, details


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def blob_id(content: bytes) -> str:
    """The hash by which Git names the content of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_lfs(path: str, size: int) -> bool:
    return size > 0 and (path.endswith(LFS) or size > LFS_THRESHOLD)


def oid(path: str, content: bytes) -> str:
    """The hash by which the Hub names a file: SHA-256 if it is stored in LFS, else Git's."""
    return sha256(content) if is_lfs(path, len(content)) else blob_id(content)


class Repository:
    """`commits`, oldest first: {"sha", "files": {path: bytes}, "message"}; `tags`: from name to commit hash."""

    def __init__(self, kind: str, repo_id: str, private: bool = False, sdk: str | None = None):
        self.kind, self.repo_id, self.private, self.sdk = kind, repo_id, private, sdk
        self.hardware: str | None = None
        self.commits: list[dict] = []
        self.tags: dict[str, str] = {}

    @property
    def head(self) -> dict:
        return self.commits[-1]

    @property
    def refs(self) -> dict[str, str]:
        """The commit hash of the branch and of each tag, by name."""
        return {"main": self.head["sha"], **self.tags}

    @property
    def files(self) -> dict[str, bytes]:
        """The files in the newest commit."""
        return self.head["files"]

    def commit_at(self, revision: str) -> dict:
        sha = self.refs.get(revision, revision)
        for commit in self.commits:
            if commit["sha"] == sha:
                return commit
        raise HttpError(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def commit(self, files: dict[str, bytes], deleted: list[str], message: str) -> str:
        """Add a commit and return its hash. As on the real Hub, one that changes nothing is a commit, too."""
        kept = {} if not self.commits else {p: c for p, c in self.files.items() if p not in deleted}
        content = {**kept, **files}
        name = f"{self.repo_id} {len(self.commits)} {time.time_ns()}"
        self.commits.append({"sha": hashlib.sha1(name.encode()).hexdigest(), "files": content, "message": message})
        return self.head["sha"]

    def commit_lines(self, lines: list[dict], objects: dict[str, bytes]) -> str:
        """Add the commit that the client sends as lines of JSON, and return its hash."""
        header = lines[0]["value"]
        parent = header.get("parentCommit")
        if parent and self.head["sha"] != parent:
            raise HttpError(412, "A commit has happened since. Please refresh and try again.")
        files, deleted = {}, []
        for line in lines[1:]:
            value = line["value"]
            match line["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    if value["oid"] not in objects:
                        raise HttpError(400, f"LFS object {value['oid']} was not uploaded")
                    files[value["path"]] = objects[value["oid"]]
                case "deletedFile":
                    deleted.append(value["path"])
                case "deletedFolder":
                    deleted += [path for path in self.files if path.startswith(value["path"].rstrip("/") + "/")]
                case other:
                    raise HttpError(400, f"unknown operation {other}")
        if missing := [path for path in deleted if path not in self.files]:
            raise HttpError(404, f"A file with this name doesn't exist: {missing[0]}", "EntryNotFound")
        return self.commit(files, deleted, header["summary"])

    def info(self, commit: dict, blobs: bool) -> dict:
        siblings = []
        for path, content in commit["files"].items():
            sibling = {"rfilename": path}
            if blobs:
                sibling |= {"size": len(content), "blobId": blob_id(content)}
                if is_lfs(path, len(content)):
                    sibling["lfs"] = {"size": len(content), "sha256": sha256(content), "pointerSize": 130}
            siblings.append(sibling)
        description = {
            "id": self.repo_id,
            "sha": commit["sha"],
            "private": self.private,
            "siblings": siblings,
            "tags": [],
        }
        card = front_matter(commit["files"].get("README.md", b"").decode())
        return {**description, "author": self.repo_id.split("/")[0], "sdk": self.sdk, "cardData": card}

    def tree(self, commit: dict, recursive: bool) -> list[dict]:
        entries = []
        for path, content in commit["files"].items():
            entry = {"type": "file", "path": path, "size": len(content), "oid": blob_id(content)}
            if is_lfs(path, len(content)):
                entry["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 130}
            if recursive or "/" not in path:
                entries.append(entry)
        folders = {path.rsplit("/", 1)[0] for path in commit["files"] if "/" in path}
        folders = {
            "/".join(f.split("/")[: n + 1]) for f in folders for n in range(f.count("/") + 1 if recursive else 1)
        }
        return [
            {"type": "directory", "path": f, "size": 0, "oid": blob_id(f.encode())} for f in sorted(folders)
        ] + entries


def front_matter(card: str) -> dict | None:
    """The YAML between the first two lines of ---, or None if there is none. Raises yaml.YAMLError."""
    if not card.startswith("---\n") or "\n---" not in card[3:]:
        return None
    return yaml.safe_load(card[4:].split("\n---", 1)[0])


def errors_in_card(card: str, kind: str) -> tuple[list[str], list[str]]:
    """Errors and warnings that /api/validate-yaml reports, by some of the real Hub's rules."""
    try:
        data = front_matter(card)
    except yaml.YAMLError as error:
        return [f"the front matter is not YAML: {error}"], []
    if data is None:
        return [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(data, dict):
        return ["the front matter is not a mapping"], []
    errors = [f'"{key}" is required' for key in REQUIRED.get(kind, ()) if key not in data]
    for key in ("colorFrom", "colorTo"):
        if key in data and data[key] not in COLORS:
            errors.append(f'"{key}" must be one of {", ".join(sorted(COLORS))}')
    if len(data.get("short_description") or "") > 60:
        errors.append('"short_description" length must be less than or equal to 60 characters long')
    for key in ("tags", "datasets", "models"):
        if key in data and not (isinstance(data[key], list) and all(isinstance(item, str) for item in data[key])):
            errors.append(f'"{key}" must be an array of strings')
    for number, model in enumerate(data.get("model-index") or []):
        for result in model.get("results") or [{}]:
            if not {"task", "dataset", "metrics"} <= set(result):
                errors.append(f'"model-index[{number}].results" needs task, dataset and metrics')
            elif not all({"type", "value"} <= set(metric) for metric in result["metrics"]):
                errors.append(f'"model-index[{number}].results.metrics" need type and value')
    return errors, []
