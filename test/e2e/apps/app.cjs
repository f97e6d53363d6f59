// An app as its author wrote it: nothing in it knows of the meter.
const Anthropic = require('@anthropic-ai/sdk');
const OpenAI = require('openai');
const { run } = require('./calls.cjs');

run(OpenAI, Anthropic);
