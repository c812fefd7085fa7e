/** A package that `rpmbuild` makes. */
export interface Spec {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly version: string;
  readonly architecture: "x86_64" | "noarch";
  /** Further tags and all sections of the spec file. */
  readonly body: string;
}

/** Where packages are made. */
export interface BuildPlace {
  readonly folder: string;
  readonly work: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The skeleton, as small as packages of EL9 with these names can be. */
const skeleton: readonly Spec[] = [
  {
    name: "filesystem",
    version: "3.16-5.el9",
    architecture: "x86_64",
    body: `%install
cd %{buildroot}
mkdir -p boot dev etc home opt proc root run srv sys tmp usr/{bin,sbin,lib,lib64,libexec,share/doc}
mkdir -p var/{lib,log,cache,tmp,spool/mail}
for d in bin sbin lib lib64; do ln -s usr/$d $d; done
ln -s ../run var/run
chmod 555 proc sys usr/bin usr/sbin; chmod 550 root; chmod 1777 tmp var/tmp
%pretrans -p <lua>
-- In a new root nothing is there, and packages before this one put files below these links.
for _, name in ipairs({"proc", "sys", "run", "usr", "var"}) do posix.mkdir("/" .. name) end
for _, name in ipairs({"bin", "sbin", "lib", "lib64"}) do
  posix.mkdir("/usr/" .. name)
  posix.symlink("usr/" .. name, "/" .. name)
end
posix.symlink("../run", "/var/run")
posix.chmod("/proc", 0555)
%files
/*
%attr(775,root,mail) /var/spool/mail`,
  },
  {
    name: "setup",
    version: "2.13.7-10.el9",
    architecture: "noarch",
    body: `%install
mkdir -p %{buildroot}/etc/profile.d && cd %{buildroot}/etc
printf '%s\\n' root:x:0:0:root:/root:/bin/bash bin:x:1:1:bin:/bin:/sbin/nologin \\
  mail:x:8:12:mail:/var/spool/mail:/sbin/nologin nobody:x:65534:65534:nobody:/:/sbin/nologin >passwd
printf '%s\\n' root:x:0: bin:x:1: mail:x:12: nobody:x:65534: >group
printf '%s\\n' 'root:*::0:99999:7:::' 'bin:*::0:99999:7:::' >shadow; echo 'root:::' >gshadow
echo '# /etc/profile' >profile; touch fstab
%post -p <lua>
for _, name in ipairs({"passwd", "shadow", "group", "gshadow"}) do
  os.remove("/etc/" .. name .. ".rpmnew")
end
if posix.access("/usr/bin/newaliases", "x") then os.execute("/usr/bin/newaliases >/dev/null") end
%files
%verify(not md5 size mtime) %config(noreplace) /etc/{passwd,group}
%verify(not md5 size mtime) %attr(0000,root,root) %config(noreplace,missingok) /etc/{shadow,gshadow}
%config(noreplace) /etc/profile
%dir /etc/profile.d
%ghost %verify(not md5 size mtime) %config(noreplace,missingok) /etc/fstab`,
  },
];

/** Packages that hold one trap each. */
const traps: readonly Spec[] = [
  {
    name: "edge-attributes",
    version: "1.0-1.el9",
    architecture: "x86_64",
    body: `%install
mkdir -p %{buildroot}/usr/{bin,share/edge/mail,share/edge/"a name"} %{buildroot}/var/log/edge
cd %{buildroot}/usr/share/edge
echo one >link-c; ln link-c link-a; ln link-c ../../bin/link-b; echo two >"a name/grüße"
ln -s ../../bin/edge-su su; ln -s /nowhere dangling
head -c 300000 /dev/zero >zeros; : >empty; touch ../../../var/log/edge/current
for f in edge-ping edge-su; do printf '#!/bin/sh\\nexit 0\\n' >../../bin/$f; done
%files
%caps(cap_net_raw,cap_setuid=ep) %attr(755,root,root) /usr/bin/edge-ping
%attr(4711,root,root) /usr/bin/edge-su
/usr/bin/link-b
/usr/share/edge
%attr(2775,root,mail) /usr/share/edge/mail
%dir %attr(700,nobody,nobody) /var/log/edge
%ghost /var/log/edge/current`,
  },
  ...["a", "b"].map((letter): Spec => ({
    name: `edge-folder-${letter}`,
    version: "1-1",
    architecture: "noarch",
    body: `%install
mkdir -p %{buildroot}/srv/edge; echo ${letter} >%{buildroot}/srv/edge/${letter}; echo same >%{buildroot}/srv/edge/same
%files
%dir %attr(750,root,mail) /srv/edge
/srv/edge/${letter}
/srv/edge/same`,
  })),
  {
    name: "edge-scripts",
    version: "1.0-1.el9",
    architecture: "noarch",
    body: `Requires(pre): setup shadow-utils /bin/sh
Requires(post): coreutils sed setup
%install
mkdir -p %{buildroot}/usr/share/edge-web
%pre
getent group apache >/dev/null || groupadd -f -g 48 -r apache
getent passwd apache >/dev/null || useradd -r -u 48 -g apache -s /sbin/nologin -d /usr/share/edge-web -c Apache apache
getent passwd edge-one >/dev/null || useradd -r -M -U edge-one
getent passwd edge-two >/dev/null || useradd -r -M -U -G apache edge-two
%post
mkdir -p /var/lib/edge && echo "post $*" >>/var/lib/edge/log
function written() { [[ $1 == p* ]] && echo "bash \${1:1}" >>/var/lib/edge/log; }
written post
install -d -m 2750 -o edge-one -g apache /var/lib/edge/data
sed -i -e 's/^# /## /' /etc/profile
%posttrans
echo "posttrans $*" >>/var/lib/edge/log
%triggerin -- edge-attributes
mkdir -p /var/lib/edge && echo "trigger $*" >>/var/lib/edge/log
%filetriggerin -- /srv/edge
mkdir -p /var/lib/edge && echo "filetrigger $* $(cat | tr '\\n' ' ')" >>/var/lib/edge/log
%transfiletriggerin -- /usr/share/edge
echo "transfiletrigger $* $(cat | tr '\\n' ' ')" >>/var/lib/edge/log
%transfiletriggerin -P 2000000 -p <lua> -- /srv/edge
local log = io.open("/var/lib/edge/log", "a")
for file in rpm.next_file do log:write("lua ", file, "\\n") end
log:close()
%files
%attr(755,apache,apache) /usr/share/edge-web`,
  },
  {
    name: "edge-lua",
    version: "1.0-1.el9",
    architecture: "noarch",
    body: `Requires(post): setup
%install
mkdir -p %{buildroot}/usr/share/edge-lua; for n in a b; do echo $n >%{buildroot}/usr/share/edge-lua/$n.txt; done
%post -p <lua>
local shells = io.open("/etc/shells", "a+")
local text = "\\n" .. shells:read("*a") .. "\\n"
for _, shell in ipairs({"/bin/sh", "/bin/bash"}) do
  if not text:find("\\n" .. shell .. "\\n", 1, true) then shells:write(shell, "\\n") end
end
shells:close()
posix.mkdir("/etc/edge-lua")
for name in posix.files("/usr/share/edge-lua") do
  local base = name:match("^(%a+)%.txt$")
  if base then posix.symlink("/usr/share/edge-lua/" .. name, "/etc/edge-lua/" .. base .. ".config") end
end
local made = io.open("/etc/edge-lua/made", "w")
made:write(string.format("%s %d %s\\n", posix.stat("/etc/profile").type, #text, rpm.expand("%{_bindir}")))
made:close()
posix.chmod("/etc/edge-lua/made", "rw-r-----")
%files
/usr/share/edge-lua`,
  },
  ...(["xz", "gzip", "bzip2"] as const).map((kind): Spec => ({
    name: `edge-${kind}`,
    version: "1-1",
    architecture: "noarch",
    body: `%define _binary_payload ${{ xz: "w2.xzdio", gzip: "w9.gzdio", bzip2: "w9.bzdio" }[kind]}
%install
mkdir -p %{buildroot}/usr/share/edge-${kind}; echo ${kind} >%{buildroot}/usr/share/edge-${kind}/about
%files
/usr/share/edge-${kind}`,
  })),
];

export const specs: readonly Spec[] = [...skeleton, ...traps];
