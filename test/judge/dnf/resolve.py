"""Which packages dnf installs into an empty root, for each of some sets of names.

Reads lines of {"folders": [...], "modules": [...], "sets": [[...], ...]} on standard input, and
writes for each a line with a list of {"packages": [...]} or {"error": "..."}. Nothing is downloaded
or installed.
"""

import json
import sys
import tempfile

import dnf
import dnf.module.module_base


def resolve(request, place):
    base = dnf.Base()
    conf = base.conf
    conf.installroot = place + "/root"
    conf.cachedir = place + "/cache"
    conf.persistdir = place + "/persist"
    conf.logdir = place
    conf.reposdir = []
    conf.module_platform_id = "platform:el9"
    conf.install_weak_deps = False
    conf.best = False
    conf.substitutions["releasever"] = "9"
    for at, folder in enumerate(request["folders"]):
        base.repos.add_new_repo("r%d" % at, conf, baseurl=["file://" + folder], gpgcheck=False)
    base.fill_sack(load_system_repo=False)
    if request["modules"]:
        dnf.module.module_base.ModuleBase(base).enable(request["modules"])
    for names in request["sets"]:
        base.reset(goal=True)
        try:
            base.install_specs(names)
            base.resolve()
            yield {"packages": sorted(str(each) for each in base.transaction.install_set)}
        except dnf.exceptions.Error as error:
            yield {"error": str(error)}
    base.close()


for line in sys.stdin:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(list(resolve(json.loads(line), folder))), flush=True)
