import { findTemplates } from "../../templates/find-templates.ts";
import { installationFolder } from "../../templates/installation.ts";
import type { Template } from "../../templates/template.ts";

/** The templates that this installation of qclock has. */
export async function offeredTemplates(): Promise<readonly Template[]> {
  return findTemplates(installationFolder());
}
