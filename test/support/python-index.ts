import { homedir } from "node:os";
import { findIndex } from "../../src/packages/wheels/find-index.ts";

/** The index of Python packages that the host's own pip is set up with. */
export interface PythonIndex {
  /** Whether it answers; a test that needs it is skipped otherwise, but where CI is true. */
  readonly answers: boolean;
  /** Variables by which qclock finds it from another home folder. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Ask for the index, as qclock would, and whether it has a project. */
export async function hostPythonIndex(project: string): Promise<PythonIndex> {
  const places = await findIndex({
    environment: new Map(
      Object.entries(process.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    homeDirectory: homedir(),
    manifestIndex: undefined,
  });
  const [url = ""] = places.urls;
  const answers = await fetch(`${url}${project}/`).then(
    ({ ok }) => ok,
    () => false,
  );
  const credentials = places.credentials.get(new URL(url).origin);
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  return {
    answers,
    environment: {
      QCLOCK_PYTHON_INDEX:
        credentials === undefined ? url : url.replace("://", `://${encodeURI(credentials)}@`),
      ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
    },
  };
}
