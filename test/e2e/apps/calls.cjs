/** One call of each kind that the SDKs' versions have; then waits until the test has seen the metrics. */
async function run(OpenAI, Anthropic) {
  const openai = new OpenAI({ apiKey: 'test', baseURL: process.env.TEST_OPENAI_URL });
  const anthropic = new Anthropic({ apiKey: 'test', baseURL: process.env.TEST_ANTHROPIC_URL });
  const messages = [{ role: 'user', content: 'Hello' }];
  const gpt = 'gpt-4.1@in=1000,cached=400,out=50';
  const claude = 'claude-sonnet-4-5@in=10,read=30,write5m=20,write1h=5,out=7';

  await openai.chat.completions.create({ model: gpt, messages, user: 'ann' });
  for await (const chunk of await openai.chat.completions.create({
    model: gpt,
    messages,
    stream: true,
    user: 'ann',
  })) {
    if (chunk.usage) throw new Error('the app saw the usage chunk');
  }
  await openai.responses?.create({ model: gpt, input: 'Hello', safety_identifier: 'bob' });
  await openai.completions.create({ model: 'gpt-3.5-turbo-instruct@in=1000,out=50', prompt: 'Hello' });
  await openai.embeddings.create({ model: 'text-embedding-3-small@in=300', input: 'Hello', user: 'bob' });
  await anthropic.messages.create({ model: claude, max_tokens: 9, messages, metadata: { user_id: 'cat' } });
  for await (const _ of await anthropic.messages.create({
    model: claude,
    max_tokens: 9,
    messages,
    stream: true,
  }));
  await anthropic.beta?.messages?.create({
    model: claude,
    max_tokens: 9,
    messages,
    metadata: { user_id: 'cat' },
  });

  process.stdout.write('done\n');
  await require('node:events').once(process.stdin.resume(), 'end');
}

module.exports = { run };
