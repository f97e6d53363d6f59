import OpenAI from 'openai';

const openai = new OpenAI({
  apiKey: 'none',
  fetch: async () =>
    Response.json({
      model: 'gpt-4.1',
      usage: { prompt_tokens: 500, completion_tokens: 0, total_tokens: 500 },
    }),
});

/** Costs a thousandth of a dollar. */
export const call = () =>
  openai.chat.completions.create({
    model: 'gpt-4.1',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'Hi' }],
  });
