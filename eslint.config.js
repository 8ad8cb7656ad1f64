import js from '@eslint/js';
import globals from 'globals';

const strict = {
  ...js.configs.recommended.rules,
  'array-callback-return': 'error',
  'consistent-return': 'error',
  curly: ['error', 'multi-line'],
  'default-case-last': 'error',
  eqeqeq: 'error',
  'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
  'no-await-in-loop': 'off',
  'no-else-return': 'error',
  'no-eval': 'error',
  'no-implicit-coercion': ['error', { boolean: false }],
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-param-reassign': 'error',
  'no-promise-executor-return': 'error',
  'no-return-assign': 'error',
  'no-self-compare': 'error',
  'no-shadow': 'error',
  'no-template-curly-in-string': 'error',
  'no-throw-literal': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unreachable-loop': 'error',
  'no-unused-expressions': 'error',
  'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  'no-useless-return': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-object-has-own': 'error',
  'prefer-promise-reject-errors': 'error',
  'prefer-template': 'error',
};

export default [
  { ignores: ['pkg/', 'target/', '**/dist/', '**/.build/', 'bench/report/', 'node_modules/'] },
  {
    rules: strict,
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: [
      'pkg-template/**',
      'src/**',
      'www/src/**',
      'tests/e2e/harness/page/**',
      'tests/packaging/page/**',
    ],
    languageOptions: { globals: globals.browser },
  },
  {
    // Functions for Playwright's evaluate() are written here and run in the page.
    files: ['tests/**', 'bench/**'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    files: ['*.js', 'tools/**', 'www/*.mjs'],
    languageOptions: { globals: globals.nodeBuiltin },
  },
];
