// An app that is shipped as one file. Loader hooks see no module in there, so it hands its SDKs over.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startTokenmeter, withUsageContext } from 'tokenmeter';

const meter = startTokenmeter({ serviceName: 'bundled' });
meter.instrumentation.manuallyInstrument(OpenAI);
meter.instrumentation.manuallyInstrument(Anthropic);

async function main() {
  const question = [{ role: 'user', content: 'What is a token?' }];
  await withUsageContext({ user: 'u_42', team: 'search' }, async () => {
    const model = process.env.OPENAI_MODEL ?? 'gpt-4.1';
    await new OpenAI().chat.completions.create({ model, messages: question });
  });
  await withUsageContext({ user: 'u_43', team: 'docs' }, async () => {
    const model = process.env.ANTHROPIC_MODEL ?? 'claude-sonnet-5';
    await new Anthropic().messages.create({ model, max_tokens: 100, messages: question });
  });

  const { sdks } = await meter.diagnose();
  for (const { module, version, metered } of sdks)
    console.log(module, version, metered ? 'metered' : 'NOT metered');
  // As it is: Prometheus is shown new series as 0 first.
  const response = await fetch(`${await meter.metricsUrl}?zero_first=false`);
  console.log(await response.text());
  await meter.shutdown();
}

main();
