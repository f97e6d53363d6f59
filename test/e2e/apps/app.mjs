// An app as its author wrote it: nothing in it knows of the meter.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { run } from './calls.cjs';

await run(OpenAI, Anthropic);
