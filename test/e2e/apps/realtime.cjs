const OpenAI = require('openai');
const { OpenAIRealtimeWS } = require('openai/realtime/ws');

require('./realtime-session.cjs')(OpenAI, OpenAIRealtimeWS);
