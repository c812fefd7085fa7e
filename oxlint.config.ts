import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * The floors of the house, from the top. A folder of src/ imports only from floors below its own.
 */
const floors = [
  ["cli"],
  ["reporters"],
  ["data", "verify"],
  ["run"],
  ["docker", "probe"],
  ["plan"],
  ["image", "build-context"],
  ["packages"],
  ["store", "compose"],
  ["stack", "templates"],
  ["manifest", "project"],
  ["archive", "python"],
];

/** Libraries that have a home: the folders or files of src/ that may import them. */
const homes: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli"],
  "node:console": ["cli"],
  listr2: ["reporters"],
  chalk: ["reporters"],
  dockerode: ["docker"],
  execa: ["cli", "docker"],
  "node:child_process": [],
  openpgp: ["packages"],
  "tar-fs": ["build-context", "run/copy/**"],
  yauzl: ["archive"],
  "@balena/dockerignore": ["build-context"],
  "xz-decompress": ["archive"],
  yaml: ["manifest", "compose", "packages/lock/**", "packages/rpm/**"],
};

/** A folder for each family of distributions, and the one file that loads from them. */
const families = ["packages/deb", "packages/rpm"];
const familyLoader = "packages/families.ts";

/** What only the command line knows, because only it is a process. */
const processProperties = [
  "argv",
  "chdir",
  "cwd",
  "env",
  "exitCode",
  "off",
  "on",
  "once",
  "stderr",
  "stdin",
  "stdout",
];

const exitRules = [
  restrict("process", "exit", "Set the exit code and let pending work end."),
  restrict("process", "reallyExit", "Set the exit code and let pending work end."),
  restrict("globalThis", "process", "Write `process`, so that its rules apply."),
  restrict("globalThis", "console", "Write `console`, so that its rules apply."),
];

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "node", "promise", "vitest"],
  options: { typeAware: true },
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: [
    "/dist",
    "node_modules",
    "/artifacts",
    "/images",
    "/stacks/*/images",
    "/schema",
    "/templates",
  ],
  rules: {
    "eslint/no-console": "error",
    "eslint/no-unused-vars": [
      "error",
      { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
    ],
    // Types included: a type that two files need has a file below both.
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "node/no-process-env": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    "vitest/expect-expect": ["error", { assertFunctionNames: ["expect*", "assert*"] }],
    // Work is often in order on purpose: a retry, a stream, a chain of dependencies.
    "eslint/no-await-in-loop": "off",
    "eslint/no-underscore-dangle": "off",
    "import/no-unassigned-import": "off",
    // The compiler's noImplicitReturns says the same, and knows when a switch is exhaustive.
    "typescript/consistent-return": "off",
    // About windows of a browser; ours are worker threads, which have no origin.
    "unicorn/require-post-message-target-origin": "off",
  },
  // A later override replaces the options of an earlier one, so each folder's list is complete.
  overrides: [
    {
      files: ["src/**"],
      rules: {
        "eslint/no-restricted-properties": [
          "error",
          ...processProperties.map((property) =>
            restrict("process", property, "Only src/cli is a process; take it from the context."),
          ),
          ...exitRules,
        ],
      },
    },
    {
      files: ["src/cli/**"],
      rules: {
        "eslint/no-console": "off",
        "node/no-process-env": "off",
        "eslint/no-restricted-properties": ["error", ...exitRules],
      },
    },
    layer("*.ts", floors.flat()),
    // A folder that stands on no floor yet can import nothing: give it its floor above.
    layer("*/**", floors.flat()),
    ...floors.flatMap((floor, index) =>
      floor.map((folder) => {
        const above = floors.slice(0, index + 1).flat();
        return layer(
          `${folder}/**`,
          above.filter((other) => other !== folder),
        );
      }),
    ),
    // A room that is a library's home, or may import from families, has its folder's list, less
    // that.
    ...["packages/lock/**", familyLoader, ...families.map((folder) => `${folder}/**`)].map((file) =>
      layer(
        file,
        floors
          .slice(0, 8)
          .flat()
          .filter((folder) => folder !== "packages"),
      ),
    ),
    layer(
      "run/copy/**",
      floors
        .slice(0, 4)
        .flat()
        .filter((folder) => folder !== "run"),
    ),
    {
      files: ["test/**", "bench/**"],
      rules: {
        "eslint/no-console": "off",
        "node/no-process-env": "off",
        // A test may hand over a part of a value, or ask whether a function is the one that it
        // gave.
        "typescript/no-unsafe-type-assertion": "off",
        "typescript/unbound-method": "off",
        // A helper stands beside the one test that it serves; a title may come from a table of
        // cases.
        "unicorn/consistent-function-scoping": "off",
        "vitest/valid-title": "off",
      },
    },
    {
      files: ["bin/**", "docs/**", "scripts/**", "build.ts", "prepare.js"],
      rules: { "eslint/no-console": "off", "node/no-process-env": "off" },
    },
  ],
});

function restrict(object: string, property: string, message: string) {
  return { object, property, message };
}

/**
 * The imports that files of src/ may not have: folders above or beside, and libraries with another
 * home.
 */
function layer(files: string, forbidden: readonly string[]): OxlintOverride {
  const [folder = ""] = files.split("/");
  const libraries = Object.entries(homes)
    .filter(([, places]) => !places.includes(folder) && !places.includes(files))
    .flatMap(([library]) => [library, `${library}/**`, library.replace(/^node:/, "")]);
  const processImports = {
    group: ["node:process", "process"],
    importNames: ["default", "exit", ...processProperties],
    message: "Only src/cli is a process; take it from the context.",
  };
  const patterns = [
    ...(folder === "cli" ? [] : [processImports]),
    { group: libraries, message: "This library has another home: see CONTRIBUTING.md." },
    {
      group: forbidden.flatMap((other) => [`./${other}/**`, `../${other}/**`, `**/../${other}/**`]),
      message: "Imports point down only: see CONTRIBUTING.md.",
    },
    ...(files === familyLoader || families.some((family) => files === `${family}/**`)
      ? []
      : [
          {
            group: families
              .map((family) => family.slice(family.lastIndexOf("/") + 1))
              .flatMap((name) => [
                `./${name}/**`,
                `../${name}/**`,
                `**/../${name}/**`,
                `**/packages/${name}/**`,
              ]),
            message: `A family of distributions is loaded by ${familyLoader}: import packages/family.ts.`,
          },
        ]),
  ];
  return {
    files: [`src/${files}`],
    rules: { "eslint/no-restricted-imports": ["error", { patterns }] },
  };
}
