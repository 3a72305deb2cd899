import { compileAhead } from './compiled.ts';

/** The last step of the build: `compile.main.js FILE…` writes V8's code for each bundle beside it. */
for (const file of process.argv.slice(2)) compileAhead(file);
