"""Builds take what was tested: exact versions, hashes of what is downloaded, and no token in the hands of others' code."""

import os
import re
import subprocess

import pytest
import yaml

from Harness.process import CHECKOUT

REQUIREMENTS = CHECKOUT / "scripts/requirements"
WORKFLOWS = sorted((CHECKOUT / ".github/workflows").glob("*.yml"))
LOCKED = sorted(path.stem for path in REQUIREMENTS.glob("*.in"))


def jobs(workflow):
    return yaml.safe_load(workflow.read_text())["jobs"].items()


def steps(job):
    return [step for step in job["steps"] if "uses" in step]


def pins(path):
    """Name (normalised, PEP 503) and version of every package that the file asks for."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", path.read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_swift_packages_have_exact_versions():
    dependencies = re.findall(r"\.package\(url: [^)]*\)", (CHECKOUT / "Package.swift").read_text())
    assert dependencies
    for dependency in dependencies:
        assert re.search(r'exact: "\d+\.\d+\.\d+"', dependency), dependency


@pytest.mark.parametrize("name", LOCKED)
def test_python_packages_are_pinned_with_what_they_need(name):
    locked = pins(REQUIREMENTS / f"{name}.txt")
    for package, version in pins(REQUIREMENTS / f"{name}.in").items():
        assert locked.get(package) == version, f"{package}: run scripts/lock {name}"


@pytest.mark.parametrize("name", [*LOCKED, "model"])
def test_every_python_package_has_a_hash(name):
    text = (REQUIREMENTS / f"{name}.txt").read_text().replace("\\\n", " ")
    wanted = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert wanted
    for line in wanted:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line.split()[0]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_have_no_rights_but_those_that_a_job_names(workflow):
    assert yaml.safe_load(workflow.read_text())["permissions"] == {}
    for name, job in jobs(workflow):
        assert job.get("permissions"), name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_checkouts_keep_no_token(workflow):
    for name, job in jobs(workflow):
        for step in steps(job):
            if step["uses"].startswith("actions/checkout@"):
                assert step.get("with", {}).get("persist-credentials") is False, name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_no_code_of_others_runs_where_a_token_may_write(workflow):
    for name, job in jobs(workflow):
        if "write" not in job["permissions"].values():
            continue
        owners = {step["uses"].split("/")[0] for step in steps(job)}
        assert owners <= {"actions", "github"}, name
        commands = " ".join(step.get("run", "") for step in job["steps"])
        assert not re.search(r"scripts/(?!publish\b|publish-image\b)\w|swift |pip ", commands), name


@pytest.mark.parametrize("tag, tags", [("v1.2.3", ["1.2.3", "1.2"]), ("v1.3.0-rc.1", ["1.3.0-rc.1"]), ("main", None)])
def test_an_image_gets_the_tags_of_its_version(tmp_path, tag, tags):
    (tmp_path / "image.tar").write_text("image")
    settings = {"PATH": os.environ["PATH"], "DRY_RUN": "true", "REGISTRY": "registry.example", "GITHUB_REF_NAME": tag,
                "GITHUB_REPOSITORY": "Owner/Embed-Star"}
    ran = subprocess.run([CHECKOUT / "scripts/publish-image", "image.tar"], cwd=tmp_path, env=settings, text=True,
                         capture_output=True, check=False)
    if tags is None:
        assert ran.returncode == 64 and "main" in ran.stderr
    else:
        assert ran.stdout.split("\n")[:-1] == [f"image.tar -> registry.example/owner/embed-star:{tag}" for tag in tags]


def test_the_mechanisms_of_the_guarantees_are_where_their_removal_is_tried():
    subprocess.run([CHECKOUT / "scripts/guarantees", "--check"], check=True)
