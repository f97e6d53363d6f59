#!/usr/bin/env node
/** The command `tokenmeter`. One file for each of its subcommands. */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { addDoctor } from './doctor.ts';
import { addEstimate } from './estimate.ts';
import { addModels } from './models.ts';
import { addPrice } from './price.ts';
import { addReport } from './report/report.ts';
import { addRules } from './rules.ts';

const program = new Command('tokenmeter')
  .description('Meters the calls that a Node.js app makes to OpenAI and Anthropic.')
  .version(VERSION)
  .showHelpAfterError('(tokenmeter --help says more)')
  .exitOverride();

addDoctor(program);
addPrice(program);
addEstimate(program);
addModels(program);
addRules(program);
addReport(program);

const FAILED = 1;
const USAGE_ERROR = 2;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `| head` has seen enough.
  if (error.code === 'EPIPE') return;
  process.exitCode = FAILED;
  console.error(`error: ${error.message}`);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = USAGE_ERROR;
  if (error instanceof ConfigError) console.error(`error: ${error.message}`);
  else if (!(error instanceof CommanderError)) throw error;
  // Its errors have been printed. Asking for help or for the version is none.
  else if (error.exitCode === 0) process.exitCode = 0;
}
