"""Answers of RPM's own library: in which order it installs packages, and how it compares versions.

Reads and writes JSON; called by record-rpm.ts.
"""

import json
import sys
import tempfile

import rpm


def header_of(package):
    header = rpm.hdr()
    for tag in "summary", "description", "group", "license":
        header[tag] = "x"
    header["name"] = package["name"]
    header["version"] = "1"
    header["release"] = "1"
    header["arch"] = "noarch"
    header["os"] = "linux"
    # Without one it would be a source package, which provides nothing.
    header["sourcerpm"] = "x-1-1.src.rpm"
    for kind in "require", "provide":
        listed = package[kind + "s"]
        if kind == "provide":
            listed = [{"name": package["name"], "flags": 8, "version": "1-1"}, *listed]
        if listed:
            header[kind + "name"] = [each["name"] for each in listed]
            header[kind + "flags"] = [each["flags"] for each in listed]
            header[kind + "version"] = [each["version"] for each in listed]
    files = [each["path"] for each in package["files"]]
    if files:
        header["basenames"] = [path.rpartition("/")[2] for path in files]
        header["dirnames"] = [path.rpartition("/")[0] + "/" for path in files]
        header["dirindexes"] = list(range(len(files)))
        header["filemodes"] = [0o100644] * len(files)
        header["fileusername"] = ["root"] * len(files)
        header["filegroupname"] = ["root"] * len(files)
    return header


def order_of(packages):
    with tempfile.TemporaryDirectory() as root:
        transaction = rpm.TransactionSet(root)
        for package in packages:
            transaction.addInstall(header_of(package), package["name"], "i")
        transaction.order()
        return [element.N() for element in transaction]


def compared(one, other):
    labels = [
        (epoch or "0", version, release)
        for epoch, version, release in (split(one), split(other))
    ]
    return rpm.labelCompare(*labels)


def split(text):
    epoch, _, rest = text.rpartition(":")
    version, _, release = rest.rpartition("-")
    return epoch, version, release


SENSES = {"<": 2, "<=": 10, "=": 8, ">=": 12, ">": 4}


def overlap(one, other):
    """None where RPM says one thing of the first and another of the second."""
    first, second = (
        rpm.ds(("x", SENSES[operator], version), "requirename")
        for operator, version in (one.split(" "), other.split(" "))
    )
    answers = [first.Compare(second), second.Compare(first)]
    return bool(answers[0]) if bool(answers[0]) == bool(answers[1]) else None


asked = json.load(sys.stdin)
json.dump(
    {
        "orders": [order_of(each) for each in asked["orders"]],
        "versions": [compared(*each) for each in asked["versions"]],
        "bounds": [overlap(*each) for each in asked["bounds"]],
    },
    sys.stdout,
)
