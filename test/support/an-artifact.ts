import { createHash } from "node:crypto";
import type { ArchiveArtifact, Artifact, FileArtifact } from "../../src/stack/stack.ts";

type Common = Partial<Omit<Artifact, "unpack">>;

/** An artifact of these bytes that is unpacked to /opt/tool. */
export function anArchive(
  content: Uint8Array,
  parts: Common & Partial<ArchiveArtifact> = {},
): Artifact & ArchiveArtifact {
  return { ...common(content), path: "/opt/tool", unpack: "tar", stripComponents: 0, ...parts };
}

/** An artifact of these bytes that becomes /opt/tool as it is. */
export function aSingleFile(
  content: Uint8Array,
  parts: Common & Partial<FileArtifact> = {},
): Artifact & FileArtifact {
  return { ...common(content), path: "/opt/tool", unpack: "none", mode: 0o644, ...parts };
}

function common(content: Uint8Array): Pick<Artifact, "url" | "digest" | "uid" | "gid"> {
  return {
    url: "https://downloads.example/tool",
    digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
    uid: 0,
    gid: 0,
  };
}
