import { describe, expect, test } from "vitest";
import { runElScript } from "../../../../support/rpm/run-command.ts";

describe("systemctl", () => {
  const unit = "[Install]\nWantedBy=multi-user.target\nAlso=a.socket\nAlias=alias.service\n";
  const files = {
    "/usr/lib/systemd/system/a.service": unit,
    "/usr/lib/systemd/system/a.socket": "[Install]\nWantedBy=sockets.target\n",
    "/usr/lib/systemd/system/b.service": unit.replace("alias", "other"),
    "/usr/lib/systemd/system-preset/90-default.preset": "enable a.*\n",
    "/usr/lib/systemd/system-preset/99-default-disable.preset": "disable *\n",
  };

  test("presets say what is enabled", () => {
    const { end, root } = runElScript("systemctl --no-reload preset a.service b.service", files);
    expect(end).toBe(0);
    const enabled = "/etc/systemd/system/multi-user.target.wants";
    expect(root.readlink(`${enabled}/a.service`)).toBe("/usr/lib/systemd/system/a.service");
    expect(root.lstat(`${enabled}/b.service`)).toBeUndefined();
    expect(root.readlink("/etc/systemd/system/sockets.target.wants/a.socket")).toBe(
      "/usr/lib/systemd/system/a.socket",
    );
    expect(root.readlink("/etc/systemd/system/alias.service")).toBe(
      "/usr/lib/systemd/system/a.service",
    );
  });

  test("nothing runs, and what is not known stops the script", () => {
    expect(runElScript("systemctl daemon-reload; ! systemctl is-active x", files).end).toBe(0);
    expect(runElScript("systemctl edit x", files).end).toBe("systemctl edit");
  });
});

describe("accounts", () => {
  const files = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nmail:x:8:12::/var/spool/mail:/sbin/nologin\n",
    "/etc/group": "root:x:0:\nmail:x:12:\n",
    "/etc/shadow": "root:*::0:99999:7:::\n",
    "/etc/gshadow": "root:::\n",
    "/etc/login.defs":
      "SYS_UID_MIN 201\nSYS_GID_MIN 201\nUID_MIN 1000\nCREATE_HOME yes\nHOME_MODE 0700\n",
    "/etc/default/useradd": "SHELL=/bin/bash\nCREATE_MAIL_SPOOL=yes\n",
    "/var/spool/mail/.keep": "",
    "/etc/skel/.bashrc": "skel",
  };

  test("numbers, homes and mailboxes are as login.defs has them", () => {
    const { end, root, textOf } = runElScript("useradd -r first && useradd person", files);
    expect(end).toBe(0);
    expect(textOf("/etc/passwd")).toContain("first:x:999:999::/home/first:/bin/bash\n");
    expect(root.stat("/home/first")).toBeUndefined();
    expect(textOf("/etc/passwd")).toContain("person:x:1000:1000::/home/person:/bin/bash\n");
    expect(root.stat("/home/person")).toMatchObject({ mode: 0o700, uid: 1000 });
    expect(root.stat("/home/person/.bashrc")).toMatchObject({ uid: 1000 });
    expect(root.stat("/var/spool/mail/person")).toMatchObject({ mode: 0o660, uid: 1000, gid: 12 });
    expect(textOf("/etc/shadow")).toContain("person:!!:19723:0:99999:7:::\n");
  });
});

describe("update-crypto-policies", () => {
  const CONFIG = "/etc/crypto-policies/config";
  const CURRENT = "/etc/crypto-policies/state/current";
  const files = {
    [CONFIG]: "# The policy\nDEFAULT\n",
    "/usr/share/crypto-policies/DEFAULT/openssl.txt": "",
    "/usr/share/crypto-policies/FUTURE/openssl.txt": "",
  };

  test("the settings of libraries follow the policy", () => {
    const kept = runElScript("update-crypto-policies --no-check", files);
    expect(kept.root.readlink("/etc/crypto-policies/back-ends/openssl.config")).toBe(
      "/usr/share/crypto-policies/DEFAULT/openssl.txt",
    );
    expect(kept.textOf("/etc/crypto-policies/config")).toBe("# The policy\nDEFAULT\n");
    const { root, textOf } = runElScript("update-crypto-policies --set FUTURE", files);
    expect(root.readlink("/etc/crypto-policies/back-ends/openssl.config")).toBe(
      "/usr/share/crypto-policies/FUTURE/openssl.txt",
    );
    expect(textOf("/etc/crypto-policies/config")).toBe("FUTURE\n");
    expect(textOf("/etc/crypto-policies/state/current")).toBe("FUTURE\n");
  });

  test("what local.d adds stands behind the settings of the policy", () => {
    const { end, root, textOf } = runElScript("update-crypto-policies", {
      ...files,
      "/usr/share/crypto-policies/DEFAULT/openssl.txt": "@SECLEVEL=2\n",
      "/usr/share/crypto-policies/DEFAULT/opensslcnf.txt": "cnf\n",
      "/etc/crypto-policies/local.d/openssl-b.config": "b\n",
      "/etc/crypto-policies/local.d/openssl-a.config": "a\n",
      "/etc/crypto-policies/local.d/openssl.config": "no\n",
      "/etc/crypto-policies/local.d/gnutls-x.config": "no back end\n",
    });
    expect(end).toBe(0);
    const backEnds = "/etc/crypto-policies/back-ends";
    expect(textOf(`${backEnds}/openssl.config`)).toBe("@SECLEVEL=2\na\nb\n");
    expect(root.lstat(`${backEnds}/openssl.config`)?.kind).toBe("file");
    expect(root.lstat(`${backEnds}/opensslcnf.config`)?.kind).toBe("symlink");
    expect(root.list(backEnds)).toEqual(["openssl.config", "opensslcnf.config"]);
  });

  test("policies are named in any case, and shown with their subpolicies", () => {
    expect(runElScript("update-crypto-policies --set future", files).textOf(CONFIG)).toBe(
      "FUTURE\n",
    );
    const show = "update-crypto-policies --show";
    expect(runElScript(show, files).stdout).toBe("DEFAULT\n");
    const config = "# x\nfuture:ad-support # y\n\nno-sha1:OWN\n";
    expect(runElScript(show, { ...files, [CONFIG]: config }).stdout).toBe(
      "FUTURE:AD-SUPPORT:NO-SHA1:OWN\n",
    );
    expect(runElScript(show, { ...files, [CONFIG]: "future::x:\n:\n" })).toMatchObject({
      end: 0,
      stdout: "FUTURE:X\n",
    });
    const withoutConfig = { "/usr/share/crypto-policies/default-config": "LEGACY\n" };
    expect(runElScript(show, withoutConfig).stdout).toBe("LEGACY\n");
  });

  test("it is applied when its state is not older than what is configured", () => {
    const ask = "update-crypto-policies --is-applied";
    expect(runElScript(ask, files).end).toBe(77);
    const { end, stdout } = runElScript(`update-crypto-policies; ${ask}`, files);
    expect({ end, stdout }).toEqual({
      end: 0,
      stdout: "Setting system policy to DEFAULT\nThe configured policy is applied\n",
    });
    const older = `update-crypto-policies; touch -d @1000 ${CURRENT}; ${ask}`;
    expect(runElScript(older, files)).toMatchObject({ end: 1 });
  });

  test.each([
    ["--set NONE", 1],
    ["--set ../DEFAULT", 1],
    ["--set DEFAULT:SHA1", "the generator of crypto policies for the subpolicy SHA1 of DEFAULT"],
    ["--set :sha1", "the generator of crypto policies for the subpolicy SHA1 of DEFAULT"],
    ["--set OWN", "the generator of crypto policies for the policy OWN"],
    ["--check", "the generator of crypto policies, which --check compares with"],
    ["FUTURE", "update-crypto-policies FUTURE"],
  ])("%s is not pretended to be done", (words, expected) => {
    const own = { ...files, "/etc/crypto-policies/policies/OWN.pol": "hash = SHA2-256\n" };
    const { end, root, textOf } = runElScript(`update-crypto-policies ${words}`, own);
    expect(end).toBe(expected);
    expect(textOf(CONFIG)).toBe(files[CONFIG]);
    expect(root.stat(CURRENT)).toBeUndefined();
  });
});

test("sh is bash", () => {
  const { end, textOf } = runElScript(
    `function f() { [[ $1 == a* ]] && echo yes &>/out; }
     f abc; sh -c 'x=abc; echo \${x:1:1}' >>/out; ! selinuxenabled && restorecon /out`,
  );
  expect(end).toBe(0);
  expect(textOf("/out")).toBe("yes\nb\n");
});

test("ldconfig passes over folders for certain processors that are empty", () => {
  const folder = "mkdir -p /usr/lib64/glibc-hwcaps/x86-64-v3";
  expect(runElScript(`${folder}; ldconfig`, { "/etc/x": "" }).end).toBe(0);
  expect(runElScript(`${folder}; >/usr/lib64/glibc-hwcaps/x86-64-v3/libx.so; ldconfig`).end).toBe(
    "ldconfig for libraries of certain processors",
  );
});

test("modules of GIO are told by what is known of them", () => {
  const { end, textOf } = runElScript("gio-querymodules-64 /usr/lib64/gio/modules", {
    "/usr/lib64/gio/modules/libgiognutls.so": "g_io_gnutls_query\0gio-tls-backend\0 g_io_query\0",
  });
  expect(end).toBe(0);
  expect(textOf("/usr/lib64/gio/modules/giomodule.cache")).toBe(
    "libgiognutls.so: gio-tls-backend\n",
  );
});
