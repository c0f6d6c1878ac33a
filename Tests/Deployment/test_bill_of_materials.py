"""The bill of materials of the built program, held against SPDX's own validator."""

import json
import subprocess

import pytest
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from Harness.process import CHECKOUT
from Harness.service import program


@pytest.fixture(scope="module")
def bill():
    # The dependencies come from what is resolved already; nothing is fetched.
    result = subprocess.run([CHECKOUT / "scripts/sbom", program()], cwd=CHECKOUT, capture_output=True, text=True,
                            check=False, timeout=170)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


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
