#!/usr/bin/env node
/** The command `tokenmeter`. One file for each of its subcommands. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { addDoctor } from './doctor.ts';
import { addEstimate } from './estimate.ts';
import { addModels } from './models.ts';
import { addPrice } from './price.ts';

const program = new Command('tokenmeter')
  .description('Meters the calls that a Node.js app makes to OpenAI and Anthropic.')
  .version(VERSION)
  .showHelpAfterError('(tokenmeter --help says more)')
  .exitOverride();

addDoctor(program);
addPrice(program);
addEstimate(program);
addModels(program);

const USAGE_ERROR = 2;

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // It has been printed. Asking for help or for the version is no error.
  process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
}
