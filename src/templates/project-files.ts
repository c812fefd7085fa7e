import { byPath } from "../order.ts";
import { readmeFile } from "./readme.ts";
import { schemaFile } from "./schema-file.ts";
import type { ProjectChoices, ProjectFile, Template } from "./template.ts";
import { workflowFile } from "./workflow.ts";

/** All files of a new project, in the order of their paths: the template's, and what each has. */
export async function projectFiles(
  template: Template,
  choices: ProjectChoices,
  version: string,
): Promise<readonly ProjectFile[]> {
  const own = await template.files(choices);
  const common = [
    { path: ".gitignore", content: ignored, isExecutable: false },
    readmeFile(template, choices),
    schemaFile(),
    workflowFile(version),
  ];
  const paths = new Set(own.map((file) => file.path));
  const files = [...own, ...common.filter((file) => !paths.has(file.path))];
  return files.toSorted(byPath);
}

const ignored = `# Variables of this machine, which may be secrets.
.env
# Reports.
/artifacts/
`;
