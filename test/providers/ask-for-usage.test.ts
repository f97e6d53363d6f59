import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { askForUsage } from '../../src/providers/openai/stream.ts';

const added = { include_usage: true };

test('any request body gets the option at its top level and is otherwise the same', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.boolean(),
      (body, indented) => {
        const text = JSON.stringify(body, null, indented ? 2 : undefined);
        const amended = askForUsage(text);
        fc.pre(!text.includes('"stream_options"'));
        assert.deepEqual(JSON.parse(amended ?? ''), { ...JSON.parse(text), stream_options: added });
      },
    ),
    { seed: 20261122 },
  );
});

for (const setting of [null, {}, { include_usage: false }, { include_usage: true }]) {
  test(`the user's own setting stands: ${JSON.stringify(setting)}`, () => {
    assert.equal(askForUsage(JSON.stringify({ model: 'm', stream_options: setting })), undefined);
  });
}

test('the name inside a message is no setting', () => {
  const body = { model: 'm', messages: [{ role: 'user', content: 'what is "stream_options"?' }] };
  assert.deepEqual(JSON.parse(askForUsage(JSON.stringify(body)) ?? ''), { ...body, stream_options: added });
});

for (const text of ['', '[]', 'null', '"{}"', 'not JSON']) {
  test(`a body that is no object is left alone: ${text}`, () => assert.equal(askForUsage(text), undefined));
}
