"""Container, compose stack, Kubernetes manifests and workflows, as far as they can be checked without running them."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import pytest
import yaml

from Harness.process import CHECKOUT

KUBERNETES = CHECKOUT / "k8s"
CUSTOM = {"ServiceMonitor", "PrometheusRule", "Kustomization"}


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


def check_schema(schema, path):
    result = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_compose_file_fits_its_schema():
    check_schema("vendor.compose-spec", CHECKOUT / "compose.yaml")


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


@pytest.mark.parametrize("path", sorted((CHECKOUT / ".github/workflows").glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_fits_its_schema_and_runs_scripts_that_exist(path):
    check_schema("vendor.github-workflows", path)
    for script in re.findall(r"run: *((?:scripts|\.ci)/[\w/-]+)", path.read_text()):
        assert (CHECKOUT / script).is_file(), script


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
