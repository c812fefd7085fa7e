import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { BuildPlace, Spec } from "./specs.ts";

/** Programs whose packages are taken, with the libraries that they need. */
const PROGRAMS = (
  "bash coreutils grep sed gawk findutils passwd libc-bin " +
  "apache2-bin php8.2-common php8.2-fpm mariadb-server-core"
).split(" ");

/** What packages are called in EL, and what they offer there beside their files. */
const NAMES: Readonly<Record<string, { readonly name: string; readonly tag?: string }>> = {
  bash: { name: "bash", tag: "Provides: /bin/sh /bin/bash" },
  libc6: { name: "glibc", tag: "Provides: rtld(GNU_HASH)" },
  "libc-bin": { name: "glibc-common", tag: "Provides: /sbin/ldconfig" },
  passwd: { name: "shadow-utils" },
  "apache2-bin": { name: "httpd" },
  "mariadb-server-core": { name: "mariadb-server" },
  "php8.2-common": { name: "php82-common" },
  "php8.2-fpm": { name: "php82-fpm" },
};

/**
 * Debian's packages as those of RPM: programs, libraries, owners and modes are real, and so are the
 * needs for libraries that rpmbuild finds in them. Their scripts are left out.
 */
export async function* debianSpecs(place: BuildPlace): AsyncGenerator<Spec> {
  const { work, signal } = place;
  const names = await withLibraries(signal);
  const options = { cwd: work, cancelSignal: signal };
  await execa("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", ...names], options);
  const archives = (await readdir(work)).filter((name) => name.endsWith(".deb"));
  for (const archive of archives) {
    const { stdout } = await execa(
      "dpkg-deb",
      ["-f", archive, "Package", "Version", "Architecture"],
      options,
    );
    const fields = new Map(
      stdout.split("\n").map((line) => {
        const [key = "", value = ""] = line.split(": ");
        return [key, value];
      }),
    );
    const debian = fields.get("Package") ?? "";
    const { name, tag } = NAMES[debian] ?? { name: debian };
    const root = path.join(work, "root");
    await rm(root, { recursive: true, force: true });
    await mkdir(root);
    await execa("dpkg-deb", ["-x", archive, root], options);
    await execa("bash", ["-euc", ARRANGE, "arrange", root, debian], options);
    yield {
      name,
      version: rpmVersion(fields.get("Version") ?? ""),
      architecture: fields.get("Architecture") === "all" ? "noarch" : "x86_64",
      body: [
        ...(tag === undefined ? [] : [tag]),
        "%install",
        `cp -a ${root}/. %{buildroot}/`,
        ...(name === "glibc-common" ? ["%post -p /sbin/ldconfig"] : []),
        "%files",
        await filesIn(root, signal),
      ].join("\n"),
    };
  }
}

/** Merges folders into /usr as EL has them, and leaves out what nothing needs. */
const ARRANGE = `cd "$1"
for d in bin sbin lib lib64; do
  [ ! -d $d ] || { mkdir -p usr/$d; cp -a $d/. usr/$d/; rm -rf $d; }
done
rm -rf usr/share/{man,locale,lintian,bug,doc,doc-base,info}
[ "$2" != bash ] || ln -sf bash usr/bin/sh
[ "$2" != apache2-bin ] || ln -s apache2 usr/sbin/httpd`;

/** Folders that the skeleton has are left to it. */
const OF_SKELETON =
  /"\/(?:etc|usr|var|usr\/(?:bin|sbin|lib|lib64|libexec|share)|var\/(?:lib|log|cache))"$/;

async function filesIn(root: string, signal: AbortSignal): Promise<string> {
  const file = '%%attr(%m,%u,%g) "/%P"\\n';
  const printed = ["-type", "d", "-printf", `%%dir ${file}`, "-o", "-type", "l"];
  const others = ["-printf", '"/%P"\\n', "-o", "-printf", file];
  const { stdout } = await execa("find", [".", "-mindepth", "1", "(", ...printed, ...others, ")"], {
    cwd: root,
    cancelSignal: signal,
  });
  return stdout
    .split("\n")
    .filter((line) => !OF_SKELETON.test(line))
    .join("\n");
}

async function withLibraries(signal: AbortSignal): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let fresh = PROGRAMS; fresh.length > 0;) {
    for (const name of fresh) names.add(name);
    const { stdout } = await execa("apt-cache", ["depends", ...fresh], { cancelSignal: signal });
    const needed = [...stdout.matchAll(/^ [ |](?:Pre)?Depends: (lib[^<\n]+|zlib1g)$/gm)];
    fresh = [...new Set(needed.map(([, name = ""]) => name))].filter((name) => !names.has(name));
  }
  const { stdout } = await execa("apt-cache", ["show", "--no-all-versions", ...names], {
    cancelSignal: signal,
    reject: false,
  });
  return [...new Set(Array.from(stdout.matchAll(/^Package: (.*)$/gm), ([, name = ""]) => name))];
}

/** `1:2.41-2` stays as it is; a version has no second hyphen. */
function rpmVersion(debian: string): string {
  const [, version = "", revision = "1"] = /^(.*?)(?:-([^-]*))?$/.exec(debian) ?? [];
  return `${version.replaceAll("-", ".")}-${revision}.el9`;
}
