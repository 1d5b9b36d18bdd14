// One linter: strict types, hooks, and the import rules of docs/architecture.md.
import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** What each room may import besides itself and packages. */
const rooms = {
  contract: [],
  native: [],
  science: ["contract"],
  trainer: ["native", "science", "contract"],
  workbench: ["science", "contract"],
  electron: ["contract"],
  renderer: ["science", "contract"],
};
const everyRoom = Object.keys(rooms);

function importRule(room) {
  const forbidden = [...everyRoom.filter((other) => other !== room && !rooms[room].includes(other)), "test", "scripts"];
  return {
    files: [`${room}/**/*.{ts,tsx}`],
    ignores: ["**/*.test.ts", "**/*.test.tsx"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbidden.join("|")})/`,
              message: `${room}/ may import only ${rooms[room].join(", ") || "nothing"} (docs/architecture.md).`,
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ["node_modules", "native/build*", "dist", "out", ".vite", ".secondlook", "test/fixtures"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: ["error", "always"],
    },
  },
  {
    files: ["**/*.{mjs,js}"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  { files: ["renderer/**/*.{ts,tsx}"], ...reactHooks.configs.flat.recommended },
  ...everyRoom.map(importRule),
);
