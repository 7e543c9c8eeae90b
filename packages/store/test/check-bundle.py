"""Looks at a bundle with the tools of others: zipfile, rocrate, the RO-Crate validator. check-bundle.py BUNDLE PLACE-TO-UNPACK-IN."""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import pandas as pd
import requests
import rocrate
from rocrate.rocrate import ROCrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester


def local_context(_self, url, **_options):
    """The terms of RO-Crate, from the copy that the package rocrate brings along: tests do not go to the network."""
    assert url.startswith("https://w3id.org/ro/crate/1.") and url.endswith("/context"), url
    response = requests.Response()
    response.status_code = 200
    response.headers["content-type"] = "application/ld+json"
    response._content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
    return response


def main(bundle, directory):
    with zipfile.ZipFile(bundle) as file:
        assert file.testzip() is None
        file.extractall(directory)
    root = Path(directory)
    manifest = json.loads((root / "manifest.json").read_text())
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert there == {*manifest["files"], "manifest.json"}, there ^ {*manifest["files"], "manifest.json"}
    for name, facts in manifest["files"].items():
        content = (root / name).read_bytes()
        assert len(content) == facts["size"] and hashlib.sha256(content).hexdigest() == facts["sha256"], name
    for line in (root / "sha256sums.txt").read_text().splitlines():
        checksum, name = line.split("  ", 1)
        assert manifest["files"][name]["sha256"] == checksum, name
    crate = ROCrate(directory)
    entities = {entity.id for entity in crate.data_entities}
    HttpRequester.get = local_context
    settings = services.ValidationSettings(
        rocrate_uri=directory,
        profile_identifier="ro-crate-1.1",
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
    )
    result = services.validate(settings)
    issues = [f"{issue.severity.name} {issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
    csv, parquet = pd.read_csv(root / "table.csv"), pd.read_parquet(root / "table.parquet")
    assert csv["run"].tolist() == parquet["run"].tolist()
    answer = {
        "name": crate.root_dataset["name"],
        "license": getattr(crate.root_dataset.get("license"), "id", crate.root_dataset.get("license")),
        "author": (crate.root_dataset.get("author") or {}).get("name"),
        "entities": len(entities),
        "files": sorted(there),
        "issues": issues,
        "variables": {
            entity["propertyID"]: entity.get("unitText") for entity in crate.contextual_entities if entity.type == "PropertyValue"
        },
    }
    print(json.dumps(answer))


main(*sys.argv[1:])
