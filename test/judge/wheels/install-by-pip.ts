import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { compatibleTags } from "../../../src/python/tags.ts";
import type { ImagePython } from "../../../src/packages/image-python.ts";

const run = promisify(execFile);

/** Whether this machine has a pip, run by a Python of that version: pip's markers are its own. */
export async function hasPip({ major, minor }: ImagePython): Promise<boolean> {
  const version = `import sys, pip; print("%d.%d" % sys.version_info[:2])`;
  const { stdout } = await run("python3", ["-c", version]).catch(() => ({ stdout: "" }));
  return stdout.trim() === `${major}.${minor}`;
}

/** Install the wheels of a requirements file for a Python into a folder, without byte code. */
export async function installByPip(request: {
  readonly file: string;
  readonly python: ImagePython;
  readonly folder: string;
}): Promise<void> {
  const { file, python, folder } = request;
  const tags = compatibleTags({ ...python, machine: "x86_64" });
  const platforms = new Set(tags.map((tag) => tag.split("-")[2]).filter((each) => each !== "any"));
  await run(
    "python3",
    [
      ..."-m pip install --quiet --no-input --disable-pip-version-check --no-compile".split(" "),
      ..."--require-hashes --only-binary :all: --implementation cp --abi cp311".split(" "),
      ..."--abi abi3 --abi none --root-user-action ignore".split(" "),
      "--python-version",
      python.version,
      "--target",
      folder,
      "--requirement",
      file,
      ...[...platforms].flatMap((platform) => ["--platform", platform ?? ""]),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
}
