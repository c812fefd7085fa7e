/** Packages that are installed together. */
export interface RpmSet {
  readonly name: string;
  readonly packages: readonly string[];
}

const skeleton = ["filesystem", "setup"];

/** What is compared with dnf: traps alone and on the skeleton, and real programs. */
export const rpmSets: readonly RpmSet[] = [
  { name: "skeleton", packages: skeleton },
  { name: "edge-attributes", packages: ["edge-attributes"] },
  { name: "attributes", packages: [...skeleton, "edge-attributes"] },
  { name: "folders", packages: [...skeleton, "edge-folder-a", "edge-folder-b"] },
  { name: "compressions", packages: [...skeleton, "edge-xz", "edge-gzip", "edge-bzip2"] },
  { name: "lua", packages: [...skeleton, "edge-lua"] },
  {
    name: "scripts",
    packages: [...skeleton, "glibc-common", "edge-attributes", "edge-folder-a", "edge-scripts"],
  },
  { name: "bash", packages: ["bash"] },
  { name: "tools", packages: [...skeleton, "coreutils", "grep", "sed", "gawk", "findutils"] },
  { name: "base", packages: [...skeleton, "glibc-common", "bash", "coreutils", "shadow-utils"] },
  { name: "httpd", packages: [...skeleton, "glibc-common", "httpd"] },
  { name: "php82-fpm", packages: [...skeleton, "glibc-common", "php82-fpm"] },
  { name: "mariadb-server", packages: [...skeleton, "glibc-common", "mariadb-server"] },
];
