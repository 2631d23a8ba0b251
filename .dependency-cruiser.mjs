/**
 * The rooms of the house, from the ground up. A room imports only from rooms above it in this list
 * (and from itself), so that the arrows of the design can be read off one array.
 */
const rooms = [
  "base",
  "plan",
  "postgres",
  "census",
  "vault",
  "backup",
  "restore",
  "supabase",
  "proof",
  "rehearsal",
  "report",
  "github",
  "notify",
  "audit",
  "recovery",
  "operations",
];

const oneWay = rooms.slice(0, -1).map((room, index) => ({
  name: `${room}-imports-only-lower-rooms`,
  comment: `src/${room} may not know the rooms that are built on it`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${rooms.slice(index + 1).join("|")})/` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...oneWay,
    {
      name: "library-knows-no-front-end",
      comment: "Actions and scripts call the library, never the other way round",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(scripts|actions|e2e|test)/", pathNot: "^test/support/" },
    },
    {
      name: "only-tests-use-test-support",
      severity: "error",
      from: { path: "^(src|scripts|actions)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^test/" },
    },
    {
      name: "front-ends-hold-no-logic",
      comment: "An entry reads input, calls one use case, shows the result",
      severity: "error",
      from: { path: "^(scripts|actions)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/", pathNot: "^src/(operations|base|plan|report)/" },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.test\\.ts$", "^(vitest\\.config|\\.dependency)", "^e2e/"] },
      to: {},
    },
    {
      name: "no-dev-dependencies-in-the-library",
      severity: "error",
      from: { path: "^(src|scripts|actions)/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    { name: "no-undeclared", severity: "error", from: {}, to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js", ".json"] },
  },
};
