const { createConnection } = require('node:net');

/** One answer over a WebSocket without TLS; then `done`, and the end with that of the input. */
module.exports = function talk(OpenAI, OpenAIRealtimeWS) {
  const { TEST_PORT, TEST_MODEL } = process.env;
  const client = new OpenAI({ apiKey: 'test', baseURL: `http://127.0.0.1:${TEST_PORT}/v1` });
  const options = { createConnection: () => createConnection(Number(TEST_PORT), '127.0.0.1') };
  const session = new OpenAIRealtimeWS({ model: TEST_MODEL, options }, client);
  session.once('session.created', () => session.send({ type: 'response.create' }));
  session.once('response.done', () => {
    session.close();
    console.log('done');
  });
  process.stdin.resume();
};
