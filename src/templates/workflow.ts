import type { ProjectFile } from "./template.ts";

/**
 * A workflow for GitHub Actions that does what a developer does. Actions are pinned by their
 * commits, since a tag can be moved; everything else is a command that also runs by hand.
 *
 * Where qclock comes from is the project's to say: the file that `npm pack` writes, or what a
 * variable of the repository names.
 */
export function workflowFile(version: string): ProjectFile {
  const content = `# Builds the stack from its lock, brings it up and proves it, as \`qclock up && qclock verify\` does.
name: stack

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  stack:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    # Debian, whose apt names the mirror that the packages come from. An Engine runs inside, for which the container
    # is privileged.
    container:
      image: debian:12
      options: --privileged
    env:
      # What \`npm install\` takes: the file that \`npm pack\` wrote in a checkout of qclock, added to this repository,
      # or what the repository's variable QCLOCK_PACKAGE names.
      QCLOCK_PACKAGE: \${{ vars.QCLOCK_PACKAGE || './qclock-${version}.tgz' }}
    steps:
      - run: apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl git procps xz-utils
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0
        with:
          node-version: 24
      - run: npm install --global "$QCLOCK_PACKAGE"
      - run: qclock engine ensure
      # Fails when the manifest asks for what the lock does not have: \`qclock lock\` writes it, and it is committed.
      - run: qclock build --locked
      - run: qclock up --locked
      - run: qclock verify --report junit=artifacts/verify.xml
      - run: qclock ps && qclock logs
        if: failure()
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        if: always()
        with:
          name: verify
          path: artifacts/verify.xml
`;
  return { path: ".github/workflows/stack.yml", content, isExecutable: false };
}
