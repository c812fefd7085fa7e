/**
 * The accounts that every system of Red Hat's kind has, for images that leave out setup, which
 * other packages rely on without saying so. Source: setup 2.13.7, `passwd`, `group` and `uidgid`.
 */
export const basePasswd = `root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
adm:x:3:4:adm:/var/adm:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/spool/mail:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
games:x:12:100:games:/usr/games:/sbin/nologin
ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
`;

const GROUPS: readonly (readonly [name: string, gid: number])[] = [
  ["root", 0],
  ["bin", 1],
  ["daemon", 2],
  ["sys", 3],
  ["adm", 4],
  ["tty", 5],
  ["disk", 6],
  ["lp", 7],
  ["mem", 8],
  ["kmem", 9],
  ["wheel", 10],
  ["cdrom", 11],
  ["mail", 12],
  ["man", 15],
  ["dialout", 18],
  ["floppy", 19],
  ["games", 20],
  ["tape", 33],
  ["video", 39],
  ["ftp", 50],
  ["lock", 54],
  ["audio", 63],
  ["users", 100],
  ["nobody", 65534],
];

export const baseGroup = GROUPS.map(([name, gid]) => `${name}:x:${gid}:\n`).join("");
