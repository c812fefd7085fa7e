import type { Advice } from "../../store/advice.ts";

/** What the failures of asking an index say. */
export const indexAdvice: Advice = {
  code: "index-unreachable",
  server: "the index",
  missing: "The index does not have the file any more: name another one in QCLOCK_PYTHON_INDEX.",
  refused:
    "The index refused; credentials go into the URL in PIP_INDEX_URL, QCLOCK_PYTHON_INDEX or pip.conf.",
  unreachable:
    "Check the network and its proxy (http_proxy, https_proxy), or name an index that answers: QCLOCK_PYTHON_INDEX, or `mirrors` in the manifest.",
  otherBytes: "The index serves another file under this name; nothing of it was kept.",
};
