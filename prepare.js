// Bundles at install time. Without the development packages there is nothing to bundle with, and a
// published package brings its bundle.
import { existsSync } from "node:fs";

if (existsSync(new URL("./node_modules/esbuild", import.meta.url))) await import("./build.ts");
