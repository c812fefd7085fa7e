import type { ProjectChoices, ProjectFile, Template } from "./template.ts";

/** The README of a project whose template has none of its own. */
export function readmeFile(template: Template, { name, port }: ProjectChoices): ProjectFile {
  const addresses = template.ports.map((each, index) => {
    const shown = index === 0 ? (port ?? each.port) : each.port;
    return `\`${each.service}\` on 127.0.0.1:${shown}, or on the port that the variable \`${each.variable}\` names`;
  });
  const content = `# ${name}

A stack for qclock, begun from its template \`${template.name}\`: ${template.summary}.

\`\`\`
qclock up        # build what is stale, start in order, wait until every probe answers
qclock verify    # prove it: probes, hardening, what is in the images
qclock down      # stop and remove; data stays
\`\`\`

Published are:

${addresses.map((address) => `- ${address}`).join("\n")}

Variables stand before the command or in a file \`.env\`, which is not committed. A service that has \`profiles\` runs when
\`--profile\` names one of them.

| file | what it is |
| --- | --- |
| \`stack.config.yaml\` | the manifest: images, services, volumes, secrets |
| \`stack.lock.yaml\` | which bytes the images are made of; \`qclock lock\`, or the first build, writes it: commit it |
| \`images/\` | the files laid over each image |
| \`schema/\` | what an editor completes the manifest with; \`qclock schema\` prints it |
| \`.github/workflows/stack.yml\` | builds, starts and verifies the stack for each change |

\`qclock help\` lists the commands, \`qclock explain CODE\` says what a code in a message means.
`;
  return { path: "README.md", content, isExecutable: false };
}
