import { createCommand } from 'commander';
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'test', baseURL: process.env.TEST_OPENAI_URL });
await client.embeddings.create({ model: 'text-embedding-3-small@in=300', input: 'Hello', user: 'bob' });
console.log(`commander: ${createCommand('test')}`);
