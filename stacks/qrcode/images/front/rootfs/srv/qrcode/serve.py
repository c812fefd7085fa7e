"""Runs the page once, and serves it then.

Streamlit loads most of its libraries when the first visitor comes, which takes seconds. Here that is
done before the port opens, so that ready means ready; and a page that fails ends the start.
"""

import logging
from pathlib import Path
import sys

from streamlit.testing.v1 import AppTest
from streamlit.web import bootstrap

# There is no visitor yet, which is what this one would warn of.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel("ERROR")

page = AppTest.from_file("front.py", default_timeout=150)
# So that the part of the page that shows a picture is run as well.
page.session_state["made"] = ("nothing yet", Path("icon.png").read_bytes())
page.run()
if page.exception:
    sys.exit(f"qrcode-front: the page fails: {page.exception[0].message}")

bootstrap.run("front.py", is_hello=False, args=[], flag_options={})
