import type { RootCase } from "./root-case.ts";

const file = "/etc/postgresql-common/own.conf";

/** What scripts of PostgreSQL ask before there is a cluster. */
export const postgresqlCase: RootCase = {
  name: "questions about PostgreSQL",
  folders: ["/etc/postgresql", "/etc/postgresql-common"],
  files: {
    "/etc/postgresql/": "",
    [file]: [
      "# comment",
      "ssl = on",
      "Create_Main_Cluster = true # behind",
      "cluster_name = '%v/%c'",
      "quoted 'it''s \\\\ here'",
      "port 5432",
      "odd='no'",
      "include_dir 'own.d'",
      "include 'missing.conf'",
      "",
    ].join("\n"),
    "/etc/postgresql-common/own.d/b.conf": "port = 5433\n",
    "/etc/postgresql-common/own.d/a.conf": "port = 1\nlast = yes\n",
    "/etc/postgresql-common/own.d/.hidden.conf": "last = no\n",
    "/etc/environment": 'LANG=de_DE.UTF-8\nexport LC_ALL="C.UTF-8"\n# LC_TIME=C\n',
    "/etc/security/pam_env.conf": "# nothing\n",
  },
  calls: [
    ["pg_lsclusters", "-h"],
    ["pg_conftool", file, "show", "-bs", "create_main_cluster"],
    ["pg_conftool", file, "show", "-bs", "cluster_name"],
    ["pg_conftool", "-s", file, "show", "cluster_name"],
    ["pg_conftool", "-s", file, "show", "quoted"],
    ["pg_conftool", "-s", file, "show", "port"],
    ["pg_conftool", "-bs", file, "show", "odd"],
    ["pg_conftool", "-bs", file, "get", "last"],
    ["pg_conftool", "-bs", file, "show", "none"],
    ["pg_conftool", "-bsv", file, "show", "none"],
    ["pg_conftool", "-bs", "/none.conf", "show", "none"],
    ["pam_getenv", "-l", "LANG"],
    ["pam_getenv", "LC_ALL"],
    ["pam_getenv", "-l", "LC_TIME"],
  ],
};
