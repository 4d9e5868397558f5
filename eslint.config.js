import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const zodMessage = 'Write `import * as z from "zod/mini"`: bare zod adds 70 to 430 KB to a bundle.';

export default defineConfig(
  globalIgnores([
    "node_modules/",
    "cdk.out/",
    ".venv/",
    ".lockstep/",
    "coverage/",
    "reports/",
    "**/*.generated.*",
  ]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // A promise that nobody waits for is lost work in a Lambda function: it is frozen when the handler returns.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Numbers print in one way only; the rule is about objects that would print as "[object Object]".
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "zod", message: zodMessage },
            { name: "zod/v4", message: zodMessage },
            { name: "zod/v3", message: zodMessage },
          ],
        },
      ],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["lambdas/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name=/Client$/]",
          message:
            "Ask clientsFor(account, purpose) for it (lambdas/adapters/aws-clients.ts): another account is reached by its own role alone.",
        },
      ],
    },
  },
  {
    // Programs whose output is what the person at the terminal asked for.
    files: [
      "bin/**",
      "cli/**",
      "local/**",
      "test/bench/**",
      "test/moto/**",
      "test/simulation/simulate.ts",
      "test/simulation/mutants/run-*.ts",
      "test/support/*-reporter.ts",
      "lambdas/http/write-openapi.ts",
    ],
    rules: { "no-console": "off" },
  },
);
