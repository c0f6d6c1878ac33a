"""What a release publishes, made of the program under test; its bill of materials is held against SPDX's validator."""

import json
import shutil
import subprocess

import pytest
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from Harness.process import CHECKOUT


# The first of them packs.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def bill(package):
    (path,) = package.glob("*.spdx.json")
    return json.loads(path.read_text())


def test_the_archive_holds_a_program_that_runs_and_what_it_needs(package, tmp_path):
    (archive,) = package.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path)
    (root,) = tmp_path.iterdir()
    assert root.name == archive.name.removesuffix(".tar.gz")
    assert {path.name for path in root.iterdir()} == {
        "embed-star", "README.md", "LICENSE", "CHANGELOG.md", ".env.example", "openapi.yaml", "sample-repos.ndjson",
        "embed-star.1", "install", "lib", "models", "completions"}
    version = subprocess.run([root / "embed-star", "--version"], capture_output=True, text=True, check=True).stdout
    assert root.name.startswith(f"embed-star-{version.strip()}-linux-")


def test_the_checksums_are_those_of_archive_and_bill(package):
    (sums,) = package.glob("*.sha256")
    subprocess.run(["sha256sum", "--check", "--strict", sums.name], cwd=package, check=True)
    assert len(sums.read_text().splitlines()) == 3


def test_the_bill_is_valid_spdx(bill):
    messages = validate_full_spdx_document(JsonLikeDictParser().parse(bill))
    assert not [message.validation_message for message in messages]


def test_the_bill_names_packages_and_libraries_with_their_versions(bill):
    versions = {package["name"]: package["versionInfo"] for package in bill["packages"]}
    resolved = json.loads((CHECKOUT / "Package.resolved").read_text())["pins"]
    for pin in resolved:
        assert versions.get(pin["identity"]) == pin["state"]["version"], pin["identity"]
    for library in ("libcurl4", "libdnnl2", "libsqlite3-0", "zlib1g"):
        assert versions.get(library), library
