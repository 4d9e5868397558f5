/**
 * The one-way direction of the design's Layout section:
 *   bin → lib → (schemas and contracts of lambdas);  lambdas/<function> → http, adapters, providers, core;  http → core;
 *   adapters, providers → core;  core → nothing;  local → lambdas/core, lambdas/adapters, lib's settings;
 *   cli → lambdas/core, lambdas/adapters, lambdas/administration/views.
 * A rule's comment is what a person reads when it fires.
 */

const SHARED_LAMBDA_FOLDERS = "(core|adapters|providers|middleware|http)";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "A circle means that two modules are really one, or that a third one is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "Nothing reaches this module: delete it, or import it from where it is needed.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: [
          "^test/",
          "^cli/[^/]+\\.ts$",
          "(^|/)handler\\.ts$",
          "^bin/",
          "^local/(start|demo|token|seed|cost)\\.ts$",
          // Beside the module that it declares, by whose name it is imported.
          "\\.generated\\.d\\.ts$",
        ],
      },
      to: {},
    },
    {
      name: "no-unresolvable",
      comment: "The import points at nothing.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "not-to-dev-dependency",
      comment: "What is deployed may only use `dependencies`.",
      severity: "error",
      from: { path: "^lambdas/", pathNot: "^lambdas/http/write-openapi\\.ts$" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "bin-only-to-lib",
      comment: "bin parses settings and instantiates stacks, nothing else.",
      severity: "error",
      from: { path: "^bin/" },
      to: { path: "^(cli|lambdas|local|test)/" },
    },
    {
      name: "lib-only-to-contracts",
      comment: "lib may know a function's settings (env.ts) and the shared contracts, never its code.",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^(bin|cli|local|test|lambdas)/", pathNot: "^lambdas/(.+/env\\.ts$|core/contracts/)" },
    },
    {
      name: "core-imports-nothing",
      comment:
        "The rules know no AWS, no framework and no process: only each other, node:crypto, and what computes without looking anywhere: zod/mini, canonicalize, fastest-levenshtein.",
      severity: "error",
      from: { path: "^lambdas/core/" },
      to: {
        pathNot: [
          "^lambdas/core/",
          "^node_modules/(zod/mini|zod/v4/mini|canonicalize|fastest-levenshtein)/",
          "^(node:)?crypto$",
        ],
      },
    },
    {
      name: "zod-mini-only",
      comment: "Bare zod adds 70 to 430 KB to a bundle.",
      severity: "error",
      from: { path: "^(bin|cli|lib|lambdas|local|test)/" },
      to: { path: "^node_modules/zod/", pathNot: "^node_modules/zod/(v4/)?mini/" },
    },
    {
      name: "adapters-and-providers-only-to-core",
      comment:
        "An adapter or provider stands behind a port of core; it knows no function and no sibling kind.",
      severity: "error",
      from: { path: "^lambdas/(adapters|providers)/" },
      to: { path: "^lambdas/", pathNot: "^lambdas/(core|adapters|providers)/" },
    },
    {
      name: "adapters-not-to-providers",
      comment: "Providers are built from adapters, not the other way round.",
      severity: "error",
      from: { path: "^lambdas/adapters/" },
      to: { path: "^lambdas/providers/" },
    },
    {
      name: "functions-do-not-share-code",
      comment:
        "What two functions need belongs into core, adapters, providers, middleware or, for those behind the HTTP API, http.",
      severity: "error",
      from: { path: "^lambdas/(?!(?:core|adapters|providers|middleware|http)/)([^/]+)/" },
      to: { path: "^lambdas/", pathNot: [`^lambdas/${SHARED_LAMBDA_FOLDERS}/`, "^lambdas/$1/"] },
    },
    {
      name: "http-knows-no-function",
      comment:
        "What the functions behind the HTTP API share stands on core; each function brings its own handlers.",
      severity: "error",
      from: { path: "^lambdas/http/" },
      to: { path: "^lambdas/", pathNot: "^lambdas/(core|middleware|http)/" },
    },
    {
      name: "workflow-functions-do-not-share-code",
      comment: "Each task function is composed by itself.",
      severity: "error",
      from: { path: "^lambdas/workflow/([^/]+)/" },
      to: { path: "^lambdas/workflow/[^/]+/", pathNot: "^lambdas/workflow/$1/" },
    },
    {
      name: "no-aws-sdk-but-in-adapters",
      comment: "Only adapters and providers know the AWS SDK; use cases know ports, and functions compose.",
      severity: "error",
      from: { path: "^lambdas/", pathNot: "^lambdas/(adapters|providers)/" },
      to: { path: "^node_modules/@aws-sdk/" },
    },
    {
      name: "deployed-never-to-local",
      comment: "The embedded AWS and the tests are never deployed.",
      severity: "error",
      from: { path: "^(bin|lib|lambdas)/" },
      to: { path: "^(cli|local|test)/" },
    },
    {
      name: "local-knows-no-function",
      comment:
        "The embedded AWS runs the synthesized app; it may share core, adapters and the settings, not the code.",
      severity: "error",
      from: { path: "^local/" },
      to: {
        path: "^(bin|cli|lib|lambdas|test)/",
        pathNot: ["^lambdas/(core|adapters)/", "^lib/settings\\.ts$"],
      },
    },
    {
      name: "cli-only-to-core-and-adapters",
      comment:
        "What people run shares the rules and the adapters with the functions, and knows how the API shows what it keeps; it finds a local environment by its address.",
      severity: "error",
      from: { path: "^cli/" },
      to: {
        path: "^(bin|lib|lambdas|local|test)/",
        pathNot: ["^lambdas/(core|adapters|administration/views)/", "^local/(discovery\\.ts|cli/)"],
      },
    },
    {
      name: "handlers-are-composition",
      comment: "A handler only composes; nothing, and no test, imports it.",
      severity: "error",
      from: {},
      to: { path: "^lambdas/.+/handler\\.ts$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
    cache: false,
  },
};
