"""Container, compose stack, Kubernetes manifests and workflows, as far as they can be checked without running them."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import pytest
import requests
import yaml

from Harness.process import CHECKOUT

KUBERNETES = CHECKOUT / "k8s"
CUSTOM = {"PodMonitor", "PrometheusRule", "Kustomization", "HTTPRoute"}
VERSION = re.search(r'current = "(.*)"', (CHECKOUT / "Sources/EmbedStar/Version.swift").read_text())[1]


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def manifests():
    return sorted(path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml")


def workloads(items):
    return [item for item in items if item["kind"] in ("Deployment", "StatefulSet")]


def rendered(overlay):
    if not shutil.which("kubectl"):
        pytest.skip("kubectl renders overlays and is not here")
    text = subprocess.run(["kubectl", "kustomize", str(KUBERNETES / overlay)], capture_output=True, text=True,
                          check=True).stdout
    return list(yaml.safe_load_all(text))


@pytest.mark.parametrize("path", manifests(), ids=lambda path: str(path.relative_to(KUBERNETES)))
def test_a_manifest_is_valid(path):
    for document in documents(path):
        if document["kind"] not in CUSTOM:
            kubernetes_validate.validate(document, "1.32", strict=True)


@pytest.mark.parametrize("overlay", ["base", "overlays/development", "overlays/production"])
def test_an_overlay_renders_to_valid_objects(overlay):
    for document in rendered(overlay):
        if document["kind"] not in CUSTOM:
            kubernetes_validate.validate(document, "1.32", strict=True)


@pytest.mark.parametrize("path", [KUBERNETES / "base", KUBERNETES / "overlays/development",
                                  KUBERNETES / "overlays/production"], ids=lambda path: path.name)
def test_a_kustomization_names_files_that_exist(path):
    kustomization = yaml.safe_load((path / "kustomization.yaml").read_text())
    for resource in kustomization["resources"]:
        assert (path / resource).exists(), resource


@pytest.mark.parametrize("path", manifests(), ids=lambda path: str(path.relative_to(KUBERNETES)))
def test_pods_are_restricted(path):
    """The profile `restricted` of the pod security standards."""
    for workload in workloads(documents(path)):
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_the_pod_outlives_the_shutdown_of_the_service():
    (deployment,) = documents(KUBERNETES / "base/deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    waiting = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= waiting + 25


def test_the_prometheus_rule_is_that_of_the_compose_stack():
    rule = yaml.safe_load((KUBERNETES / "overlays/production/prometheusrule.yaml").read_text())
    groups = []
    for name in ("recording", "alerts"):
        groups += yaml.safe_load((CHECKOUT / f"deploy/prometheus/{name}.yml").read_text())["groups"]
    assert rule["spec"]["groups"] == groups


@pytest.mark.parametrize("overlay", ["overlays/development", "overlays/production"])
def test_an_overlay_deploys_this_version_with_settings_that_roll_the_pods(overlay):
    objects = rendered(overlay)
    (deployment,) = [one for one in objects if one["kind"] == "Deployment"]
    (settings,) = [one for one in objects if one["kind"] == "ConfigMap"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(f":{VERSION}")
    assert "replicas" not in deployment["spec"]
    assert re.fullmatch(r"embed-star-[a-z0-9]{10}", settings["metadata"]["name"])
    assert {"configMapRef": {"name": settings["metadata"]["name"]}} in container["envFrom"]
    ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    assert (settings["data"]["PORT"], settings["data"]["MONITORING_PORT"]) == (ports["http"], ports["monitoring"])


def test_settings_of_the_manifests_are_settings(tmp_path):
    names = set(re.findall(r"^# ?([A-Z][A-Z0-9_]+)=", (CHECKOUT / ".env.example").read_text(), re.M))
    for line in (KUBERNETES / "base/settings.env").read_text().splitlines():
        if not line.startswith("#"):
            assert line.split("=")[0] in names, line


def test_examples_lead_to_the_service():
    (service,) = documents(KUBERNETES / "base/service.yaml")
    (ingress,) = documents(KUBERNETES / "examples/ingress.yaml")
    (route,) = documents(KUBERNETES / "examples/gateway.yaml")
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    (port,) = service["spec"]["ports"]
    assert backend == {"name": service["metadata"]["name"], "port": {"name": port["name"]}}
    assert route["spec"]["rules"][0]["backendRefs"] == [{"name": service["metadata"]["name"], "port": port["port"]}]


def test_the_network_policy_lets_in_only_who_it_names_and_speaks_both_families():
    (policy,) = documents(KUBERNETES / "base/networkpolicy.yaml")
    assert all(rule["from"] for rule in policy["spec"]["ingress"])
    blocks = [to["ipBlock"]["cidr"] for rule in policy["spec"]["egress"] for to in rule.get("to", []) if "ipBlock" in to]
    assert blocks == ["0.0.0.0/0", "::/0"]


def check_schema(schema, path):
    result = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_compose_file_fits_its_schema():
    check_schema("vendor.compose-spec", CHECKOUT / "compose.yaml")


def test_the_images_of_others_are_pinned_in_the_compose_file():
    for name, service in yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"].items():
        if not service["image"].startswith("${EMBED_STAR_IMAGE:-"):
            assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?", service["image"]), name


def test_the_database_is_the_one_that_the_tests_run(engine):
    tested = requests.get(f"http://{engine.address}/version", timeout=10).text.strip().removeprefix("surrealdb-")
    compose = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]["surrealdb"]["image"]
    assert compose == f"surrealdb/surrealdb:v{tested}"
    assert f"image: {compose}\n" in (CHECKOUT / "k8s/overlays/development/surrealdb.yaml").read_text()


def test_the_compose_files_run_this_version_and_hand_the_settings_through():
    compose = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    assert compose["embed-star"]["image"] == f"${{EMBED_STAR_IMAGE:-embed-star:{VERSION}}}"
    assert compose["embed-star"]["env_file"] == [{"path": ".env", "required": False}]
    assert "build" not in compose["embed-star"]
    for service in compose.values():
        for condition in service.get("depends_on", {}).values():
            assert condition["condition"] == "service_healthy"


def test_podman_compose_understands_the_compose_files(tmp_path):
    """Another reader than the schema: it merges both files and fills the variables in."""
    for name in ("compose.yaml", "compose.build.yaml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    (tmp_path / ".env").write_text("OPENAI_BASE_URL=http://models.example.org\n")
    # Asked for its version and no more: nothing is run.
    podman = tmp_path / "bin/podman"
    podman.parent.mkdir()
    podman.write_text("#!/bin/sh\necho podman version 5.0.0\n")
    podman.chmod(0o755)
    done = subprocess.run([sys.executable, "-m", "podman_compose", "-f", "compose.yaml", "-f", "compose.build.yaml",
                           "--profile", "monitoring", "config"], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": f"{podman.parent}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert services["embed-star"]["build"]["context"] in (".", str(tmp_path))
    # Closed unless asked: nobody sees dashboards without a password.
    assert services["grafana"]["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"


def test_the_compose_file_names_what_exists():
    compose = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (CHECKOUT / source).exists(), f"{name}: {source}"
            else:
                assert source in compose["volumes"], f"{name}: {source}"
        for other in service.get("depends_on", {}):
            assert other in compose["services"]


WORKFLOWS = sorted((CHECKOUT / ".github/workflows").glob("*.yml"))


def steps(path):
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_its_schema(path):
    check_schema("vendor.github-workflows", path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_command_of_a_workflow_is_a_script_of_this_repository(path):
    for step in steps(path):
        for line in step.get("run", "").splitlines():
            script = line.split()[0]
            assert re.fullmatch(r"(scripts|\.ci)/[\w-]+", script), line
            assert (CHECKOUT / script).is_file() and os.access(CHECKOUT / script, os.X_OK), script


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path):
    uses = re.findall(r"uses: *(.*)", path.read_text())
    assert len(uses) == sum("uses" in step for step in steps(path))
    for action in uses:
        assert re.fullmatch(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.fixture
def release(tmp_path):
    """A copy of what a release is published from, with an archive of version 1.2.3: release(TAG) publishes nothing."""
    for name in ("publish", "shell.bash"):
        (tmp_path / "scripts").mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / "scripts" / name, tmp_path / "scripts")
    (tmp_path / "dist").mkdir()
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Not yet.\n\n## [1.2.3] - 2026-01-01\n\n"
                                           "- What is new.\n\n## [1.2.2]\n\n- Old.\n")
    name = "embed-star-1.2.3-linux-x86_64"
    for suffix in ("tar.gz", "spdx.json"):
        (tmp_path / f"dist/{name}.{suffix}").write_text(suffix)
    subprocess.run(f"sha256sum {name}.tar.gz {name}.spdx.json > {name}.sha256", shell=True, cwd=tmp_path / "dist",
                   check=True)

    def publish(tag):
        return subprocess.run(["scripts/publish", tag, "--dry-run"], cwd=tmp_path, capture_output=True, text=True,
                              check=False)

    publish.dist = tmp_path / "dist"
    return publish


def test_a_release_has_the_notes_of_its_version(release):
    result = release("v1.2.3")
    assert result.returncode == 0, result.stderr
    assert "What is new." in result.stdout
    assert "Old." not in result.stdout and "Not yet." not in result.stdout


@pytest.mark.parametrize("tag, complaint", [
    ("1.2.3", "usage"), ("v1.2.4", "not of version 1.2.4"), ("v1.2", "usage"),
])
def test_a_release_of_another_tag_is_refused(release, tag, complaint):
    result = release(tag)
    assert result.returncode != 0 and complaint in result.stderr


def test_a_release_of_a_changed_archive_is_refused(release):
    (archive,) = release.dist.glob("*.tar.gz")
    archive.write_text("changed")
    assert release("v1.2.3").returncode == 65


def instructions():
    """Of the Dockerfile: keyword and the rest, continuation lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (CHECKOUT / "Dockerfile").read_text(), flags=re.M)
    text = re.sub(r"\\\n\s*", "", text)
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def ignored(path):
    """Whether .dockerignore keeps a top-level path out of the build."""
    lines = (CHECKOUT / ".dockerignore").read_text().split()
    allowed = {pathlib.PurePath(line[1:]).parts[0] for line in lines if line.startswith("!")}
    return "*" in lines and pathlib.PurePath(path).parts[0] not in allowed


def test_every_file_that_the_dockerfile_copies_exists():
    for keyword, rest in instructions():
        if keyword == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (CHECKOUT / source).exists(), source
                assert not ignored(source), f"{source} is in .dockerignore"


def test_the_image_runs_without_privilege_and_without_a_shell():
    found = dict(instructions())
    assert found["USER"].split(":")[0].isdigit() and int(found["USER"].split(":")[0]) > 0
    assert json.loads(found["ENTRYPOINT"])
    assert json.loads(re.sub(r".*?CMD ", "", found["HEALTHCHECK"]))
    assert found["STOPSIGNAL"] == "SIGTERM"


def test_images_are_pinned_to_a_version():
    for keyword, rest in instructions():
        if keyword == "FROM":
            assert re.match(r"[\w./-]+:[\w.-]+", rest) and ":latest" not in rest


def lines(keyword):
    return [rest for found, rest in instructions() if found == keyword]


@pytest.mark.parametrize("rule, holds", [
    ("DL3000: WORKDIR is absolute", lambda: all(path.startswith("/") for path in lines("WORKDIR"))),
    ("DL3002: the last user is not root", lambda: lines("USER")[-1].split(":")[0] not in ("0", "root")),
    ("DL3004: no sudo", lambda: not any("sudo" in line for line in lines("RUN"))),
    ("DL3008/DL3015: nothing that is only recommended", lambda: all(
        "--no-install-recommends" in line for line in lines("RUN") if "apt-get install" in line)),
    ("DL3009: package lists are deleted in the layer that fetched them", lambda: all(
        "/var/lib/apt/lists" in line.split("apt-get update")[1] for line in lines("RUN") if "apt-get update" in line)),
    ("DL3020: COPY, not ADD", lambda: not lines("ADD")),
    ("DL3025: ENTRYPOINT and CMD in their JSON form", lambda: all(
        isinstance(json.loads(line), list) for line in lines("ENTRYPOINT") + lines("CMD"))),
    ("DL3059: RUNs that follow one another are one", lambda: not any(
        one[0] == other[0] == "RUN" for one, other in zip(instructions(), instructions()[1:]))),
    ("DL4000: no MAINTAINER", lambda: not lines("MAINTAINER")),
    ("DL4006: no pipe whose failure would not be seen", lambda: not any(" | " in line for line in lines("RUN"))),
    ("one ENTRYPOINT, CMD, HEALTHCHECK", lambda: [len(lines(keyword)) for keyword in
                                                  ("ENTRYPOINT", "CMD", "HEALTHCHECK")] == [1, 1, 1]),
    ("no secret is built in", lambda: not any(re.search(r"KEY|TOKEN|PASS|SECRET", line)
                                              for line in lines("ENV") + lines("ARG"))),
    ("title, description and license are labelled", lambda: all(
        f"org.opencontainers.image.{name}=" in "".join(lines("LABEL")) for name in
        ("title", "description", "licenses"))),
], ids=lambda item: item if isinstance(item, str) else "")
def test_the_dockerfile_follows_the_rules_of_linters(rule, holds):
    assert holds(), rule
