const [HEADER, SEGMENT] = [64, 56];

/** A shared library for x86-64 that holds nothing but its name. Source: System V ABI, chapter 4. */
export function sharedLibrary(soname: string | undefined): Buffer {
  const strings = Buffer.from(`\0${soname ?? ""}\0`);
  const stringsAt = HEADER + 2 * SEGMENT;
  const dynamicAt = (stringsAt + strings.length + 7) & ~7;
  const tags = [
    [5, stringsAt],
    [10, strings.length],
    ...(soname === undefined ? [] : [[14, 1]]),
    [0, 0],
  ];
  const size = dynamicAt + 16 * tags.length;
  const file = Buffer.alloc(size);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(62, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(SEGMENT, 54);
  file.writeUInt16LE(2, 56);
  for (const [index, [type, at, length]] of [
    [1, 0, size] as const,
    [2, dynamicAt, size - dynamicAt] as const,
  ].entries()) {
    const segment = HEADER + index * SEGMENT;
    file.writeUInt32LE(type, segment);
    file.writeUInt32LE(5, segment + 4);
    for (const field of [8, 16, 24]) file.writeBigUInt64LE(BigInt(at), segment + field);
    for (const field of [32, 40]) file.writeBigUInt64LE(BigInt(length), segment + field);
    file.writeBigUInt64LE(8n, segment + 48);
  }
  strings.copy(file, stringsAt);
  for (const [index, [tag = 0, value = 0]] of tags.entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + 16 * index);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + 16 * index + 8);
  }
  return file;
}

/** A small root's libraries: paths, and their own names, or the targets of links. */
export const libraryTree: Readonly<
  Record<string, { readonly soname?: string; readonly link?: string }>
> = {
  "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13": { soname: "libz.so.1" },
  "/usr/lib/x86_64-linux-gnu/libz.so.1": { link: "libz.so.1.2.13" },
  "/usr/lib/x86_64-linux-gnu/libz.so": { link: "libz.so.1" },
  "/usr/lib/x86_64-linux-gnu/libfoo.so.10.1": { soname: "libfoo.so.10" },
  "/usr/lib/x86_64-linux-gnu/libfoo.so.9": { soname: "libfoo.so.9" },
  "/usr/lib/x86_64-linux-gnu/libfoo.so.9.1": { soname: "libfoo.so.9" },
  "/usr/lib/x86_64-linux-gnu/libplain.so": {},
  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": { soname: "ld-linux-x86-64.so.2" },
  "/usr/lib/x86_64-linux-gnu/other.so.1": { soname: "other.so.1" },
  "/usr/lib/x86_64-linux-gnu/libdangling.so": { link: "nowhere" },
  "/usr/local/lib/libz.so.1": { soname: "libz.so.1" },
  "/opt/x/libx.so.1": { soname: "libx.so.1" },
  "/usr/lib/libold.so.2.0": { soname: "libold.so.2" },
  "/usr/lib/x86_64-linux-gnu/libpy.so.1-gdb.py": { soname: "libpy.so.1" },
  "/usr/lib/x86_64-linux-gnu/libunpacked.so.1.dpkg-new": { soname: "libunpacked.so.1" },
  "/usr/lib/x86_64-linux-gnu/libunpacked.so.2.dpkg-tmp": { soname: "libunpacked.so.2" },
  "/usr/lib/x86_64-linux-gnu/libUpper.so.1": { soname: "libUpper.so.1" },
  "/usr/lib/x86_64-linux-gnu/libupper.so.1": { soname: "libupper.so.1" },
  "/usr/lib/x86_64-linux-gnu/lib1.so": { soname: "lib1.so" },
  "/usr/lib/x86_64-linux-gnu/lib02.so": { soname: "lib02.so" },
  "/usr/lib/x86_64-linux-gnu/lib10.so": { soname: "lib10.so" },
  "/usr/lib/x86_64-linux-gnu/lib.so": { soname: "lib.so" },
  "/usr/lib/x86_64-linux-gnu/libalias.so.5": { link: "libz.so.1.2.13" },
  "/usr/lib/x86_64-linux-gnu/libplain.so.2": { link: "libplain.so" },
  "/usr/lib/x86_64-linux-gnu/libdup.so.1.0": { soname: "libdup.so.1" },
  "/usr/lib/x86_64-linux-gnu/libdup.so.1.10": { soname: "libdup.so.1" },
  "/usr/lib/x86_64-linux-gnu/libdup.so.1.9": { soname: "libdup.so.1" },
  "/usr/lib/x86_64-linux-gnu/libdup.so.1": { link: "libdup.so.1.0" },
  "/usr/lib/x86_64-linux-gnu/libfile.so.2": { soname: "libfile.so.3" },
  "/usr/lib/x86_64-linux-gnu/libfile.so.3": { soname: "libfile.so.2" },
  "/usr/lib/x86_64-linux-gnu/libgone.so.1": { link: "nowhere.so" },
  "/usr/lib/x86_64-linux-gnu/libgone.so.1.0": { soname: "libgone.so.1" },
  "/usr/lib/x86_64-linux-gnu/libdev.so": { link: "libdev.so.3.1" },
  "/usr/lib/x86_64-linux-gnu/libdev.so.3.1": { soname: "libdev.so.3" },
  "/opt/sub/libsub.so.1": { soname: "libsub.so.1" },
  "/opt/late/libx.so.1": { soname: "libx.so.1" },
  "/opt/again/lib-x.so.1": { soname: "lib-x.so.1" },
  "/opt/ignored/libignored.so.1": { soname: "libignored.so.1" },
};

/** Its configuration of ld.so. */
export const libraryConfiguration = {
  "/etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
  "/etc/ld.so.conf.d/a.conf": "# comment\n/usr/local/lib\n",
  "/etc/ld.so.conf.d/x.conf": "/opt/x/\n",
  "/etc/ld.so.conf.d/ignored": "/opt/ignored\n",
  "/etc/ld.so.conf.d/.hidden.conf": "/opt/ignored\n",
  "/etc/ld.so.conf.d/y.conf":
    "include sub/*.inc none/*.conf\n  /opt/late/ # behind\nrelative/lib\n",
  "/etc/ld.so.conf.d/sub/s.inc": "/opt/sub\n\t/opt/again\t\n/opt/x\n/opt/none\n",
} as const;
